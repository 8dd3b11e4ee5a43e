// npm run build [-- ENTRY]: writes dist/<name>, the application as one executable for this machine.
import { printError } from '../src/cli/output/print-error.ts';
import { digestOfFile } from '../src/shared/digest.ts';
import { buildHere } from '../src/toolchain/clone.ts';

try {
  const output = await buildHere(process.argv[2]);
  console.log(`${await digestOfFile(output)}  ${output}`);
} catch (error) {
  process.exitCode = printError(error, console.error);
}
