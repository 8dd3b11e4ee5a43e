import { join } from 'node:path';
import { root } from '../../src/toolchain/bundle.ts';

/** The program itself: `bin/esbuild` of its package is that or a script in front of it, by how it was installed. */
export const esbuildFile = join(root, `node_modules/@esbuild/linux-${process.arch}/bin/esbuild`);
