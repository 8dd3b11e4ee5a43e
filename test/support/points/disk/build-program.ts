// Builds an application, for tests that have faults happen to it: BUILD-PROGRAM ENTRY
import { printError } from '../../../../src/cli/output/print-error.ts';
import { buildExecutable } from '../../../../src/toolchain/build.ts';
import { cloneRequest } from '../../../../src/toolchain/clone.ts';

const [, , entry = ''] = process.argv;
try {
  await buildExecutable({ ...cloneRequest(), entry });
} catch (error) {
  process.exitCode = printError(error, console.error);
}
