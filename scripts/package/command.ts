// The `selfsame` command of the npm package, bundled to bin/selfsame.js.
import { fileURLToPath } from 'node:url';

// First, since packages look for what it fills in when they are loaded.
await import('../../src/shared/older-node.ts');
const { publishedHalves } = await import('../../src/toolchain/halves.ts');

const folder = fileURLToPath(new URL('..', import.meta.url));
console.log(Object.keys(await publishedHalves(folder)));
