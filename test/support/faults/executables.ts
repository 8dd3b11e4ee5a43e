import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHere } from '../../../src/toolchain/clone.ts';
import { root } from '../../../src/toolchain/bundle.ts';
import type { FaultPlace } from './place.ts';

/** Builds what is deployed: two versions of the example, and an application that takes two Secrets. */
export async function faultExecutables(): Promise<FaultPlace['executables']> {
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist', 'large.ts'), large());
  return {
    large: await buildHere('dist/large.ts'),
    second: await buildHere('test/fixtures/changed.ts'),
    // Last, so that the bundles that stay in dist/ are those of the example.
    first: await buildHere(),
  };
}

/** An application with what does not compress, always the same. */
function large(): string {
  const noise = Array.from({ length: 12_000 }, (_, index) => createHash('sha256').update(`${index}`).digest('base64'));
  return `import { createServer } from 'node:http';
import { selfsame } from '../src/index.ts';

const noise = ${JSON.stringify(noise.join(''))};
void selfsame({
  name: 'large',
  options: { http: { type: 'string', default: ':8080', describe: 'Address to serve on' } },
  address: ({ http }) => http,
  run: async ({ serve }) => serve(createServer((_request, response) => response.end(noise.slice(0, 9)))),
});
`;
}
