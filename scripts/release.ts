// npm run release: the example application for all five targets into dist/release, with SHA256SUMS, RELEASE.json and a bill of materials.
import { join } from 'node:path';
import { printError } from '../src/cli/output/print-error.ts';
import { root } from '../src/toolchain/bundle.ts';
import { blobHere, installedRuntimes } from '../src/toolchain/clone.ts';
import { scriptReport } from '../src/toolchain/executables.ts';
import { release } from '../src/toolchain/release.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const folder = join(root, 'dist/release');
try {
  const blob = await blobHere();
  const released = await release({
    name: 'hello-world',
    blob,
    folder,
    runtimesFor: installedRuntimes,
    report: scriptReport(),
    signal: stop.signal,
  });
  console.log(`Release ${released.release} in ${folder}`);
} catch (error) {
  process.exitCode = stop.signal.aborted ? 130 : printError(error, console.error);
}
