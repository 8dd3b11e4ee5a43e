// npm run dev [-- ENTRY] [-- FLAG...]: builds an application whenever its sources change, and runs it again.
import { join } from 'node:path';
import { printError } from '../src/cli/output/print-error.ts';
import { endOnBrokenPipe } from '../src/cli/terminal/broken-pipe.ts';
import { root } from '../src/toolchain/bundle.ts';
import { cloneRequest } from '../src/toolchain/clone.ts';
import { dev } from '../src/toolchain/dev/dev.ts';
import { keepHalves } from '../src/toolchain/kept-halves.ts';

// A terminal that is gone does not keep it from ending what it started.
endOnBrokenPipe();
const argv = process.argv.slice(2);
const hasEntry = argv[0] !== undefined && !argv[0].startsWith('-');
const [entry] = hasEntry ? argv : [];
const rest = hasEntry ? argv.slice(1) : argv;
const halves = keepHalves();
try {
  process.exitCode = await dev({
    ...cloneRequest(entry, halves),
    words: rest[0] === '--' ? rest.slice(1) : rest,
    folders: [join(root, 'src'), join(root, 'runner')],
    command: 'npm run dev',
  });
} catch (error) {
  process.exitCode = printError(error, console.error);
} finally {
  await halves.close();
}
