import { verifyCertificates } from '../../shared/certificates.ts';
import { keepMemoryOutOfCoreFiles } from '../../shared/core-files.ts';
import { DeployError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { parseWords } from '../../shared/parse-words.ts';
import { buildCommand } from './build.ts';
import { devCommand } from './dev.ts';
import { initCommand } from './init.ts';
import { releaseCommand } from './release.ts';
import { runtimesCommand } from './runtimes.ts';
import type { ToolCommand, ToolContext, ToolWords } from './tool-command.ts';
import { commandHelp, toolHelp } from './tool-help.ts';

/** The commands of `selfsame`, in the order of its help. */
const toolCommands: readonly ToolCommand[] = [initCommand, buildCommand, devCommand, releaseCommand, runtimesCommand];

/**
 * The `selfsame` command: what a project does with its application before that is an executable.
 *
 * @param argv its whole command line.
 * @returns the exit status.
 * @throws {DeployError} `bad-usage`, and whatever the command throws.
 */
export async function tool(argv: readonly string[], context: ToolContext): Promise<number> {
  keepMemoryOutOfCoreFiles();
  const [first, ...words] = argv;
  if (first === '--version' || first === '-v') {
    context.print(context.version);
    return 0;
  }
  const isHelp = first === undefined || first === 'help' || first === '--help' || first === '-h';
  const name = isHelp ? words[0] : first;
  if (name === undefined) {
    if (first === undefined) return askForCommand(context);
    context.print(toolHelp(toolCommands));
    return 0;
  }
  const command = toolCommands.find((known) => known.name === name);
  if (command === undefined) throw unknownCommand(name);
  if (isHelp || asksForHelp(words)) {
    context.print(commandHelp(command));
    return 0;
  }
  verifyCertificates(context.report);
  return command.run(context, readWords(command, words));
}

function askForCommand(context: ToolContext): number {
  context.say(...toolHelp(toolCommands).split('\n'));
  return 2;
}

function unknownCommand(name: string): DeployError {
  return new DeployError('bad-usage', `Unknown command "${name}"`, { hint: hintFor(name) });
}

function hintFor(name: string): string {
  if (/^(?:run|start|serve)$/.test(name))
    return 'Build first: npx selfsame build. The file that it prints is the program.';
  if (/^(?:deploy|publish|push|up)$/.test(name)) {
    return 'Executables deploy themselves: npx selfsame build, and then the file that it prints with --kubernetes.';
  }
  const meant = nearest(
    name,
    toolCommands.map((known) => known.name),
  );
  return `${meant === undefined ? '' : `Did you mean ${meant}? `}Run npx selfsame --help to see every command.`;
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

function readWords(
  { name, options, operandLimit, takesRest = false }: ToolCommand,
  words: readonly string[],
): ToolWords {
  const end = words.indexOf('--');
  const [own, rest] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end + 1)];
  const refuse = (reason: string, cause?: unknown): never => {
    throw new DeployError('bad-usage', reason, {
      hint: `Run npx selfsame ${name} --help to see what it takes.`,
      cause,
    });
  };
  if (rest.length > 0 && !takesRest) refuse(`Cannot use "${rest[0]}" behind --`);
  try {
    const { values, positionals } = parseWords(options, own, { strict: true, hasOperands: true });
    if (positionals.length > operandLimit) refuse(`Cannot use "${positionals[operandLimit]}" as one more word`);
    return {
      operands: positionals,
      rest,
      text: (option) => (typeof values[option] === 'string' ? values[option] : undefined),
      isSet: (option) => values[option] === true,
    };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
    return refuse((message.split(/\.\s/)[0] ?? '').replaceAll("'", '"'), error);
  }
}
