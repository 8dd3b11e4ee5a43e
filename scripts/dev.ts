// npm run dev [-- ENTRY] [-- FLAG...]: builds an application whenever its sources change, and runs it again.
import { printError } from '../src/cli/output/print-error.ts';
import { endOnBrokenPipe } from '../src/cli/terminal/broken-pipe.ts';
import { dev } from '../src/toolchain/dev.ts';

// A terminal that is gone does not keep it from ending what it started.
endOnBrokenPipe();
try {
  process.exitCode = await dev(process.argv.slice(2));
} catch (error) {
  process.exitCode = printError(error, console.error);
}
