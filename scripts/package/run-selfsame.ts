import { confirm } from '../../src/cli/context/confirm.ts';
import { printError } from '../../src/cli/output/print-error.ts';
import { endOnBrokenPipe } from '../../src/cli/terminal/broken-pipe.ts';
import { untilSignal } from '../../src/cli/terminal/signals.ts';
import { openTerminal } from '../../src/cli/terminal/terminal.ts';
import { tool } from '../../src/toolchain/commands/tool.ts';
import type { ToolContext } from '../../src/toolchain/commands/tool-command.ts';

/**
 * Runs the `selfsame` command in this process, and sets its exit status.
 *
 * @param own what differs between the npm package and the clone.
 */
export async function runSelfsame(
  argv: readonly string[],
  own: Pick<ToolContext, 'halves' | 'version'>,
): Promise<void> {
  const terminal = openTerminal();
  const { signal, stop, endedStatus, end } = untilSignal();
  endOnBrokenPipe(() => stop('SIGPIPE'));
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const context: ToolContext = {
    ...own,
    cwd: process.cwd(),
    signal,
    report: terminal.report,
    print: (line) => process.stdout.write(`${line}\n`),
    say: terminal.say,
    showPatch: terminal.showPatch,
    confirm: isTerminal ? async (question) => confirm(question, { signal, stop }) : undefined,
  };
  try {
    process.exitCode = await tool(argv, context);
  } catch (error) {
    terminal.close();
    process.exitCode = signal.aborted ? endedStatus() : printError(error, terminal.say);
  } finally {
    terminal.close();
    end();
  }
}
