// npm run package: writes dist/package, which can be published, and dist/selfsame-<version>.tgz, which can be installed.
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { printError } from '../src/cli/output/print-error.ts';
import { digestOfFile } from '../src/shared/digest.ts';
import { root } from '../src/toolchain/bundle.ts';
import { packPackage } from './package/pack.ts';

try {
  const { tarball, sizeBytes } = await packPackage(join(root, 'dist'));
  console.log(`${await digestOfFile(tarball)}  ${tarball}  ${prettyBytes(sizeBytes)}`);
} catch (error) {
  process.exitCode = printError(error, console.error);
}
