import { relative, resolve } from 'node:path';
import { DeployError } from '../../shared/errors.ts';
import { parseTarget } from '../../shared/target.ts';
import { buildExecutable } from '../build.ts';
import { buildNotes } from './build-notes.ts';
import { entryLine, projectRequest, runtimeSourceOption } from './project-request.ts';
import type { ToolCommand, ToolWords } from './tool-command.ts';

export const buildCommand: ToolCommand = {
  name: 'build',
  usage: '[ENTRY] [-o FILE] [--target TARGET] [--no-trial]',
  describe: 'Builds the application into one executable file, and tries it',
  about: [
    entryLine,
    'The trial runs the new file once, in an empty folder and where it can without sight of the project. A file that is there',
    'is replaced only then. Prints the SHA-256 and the path.',
  ],
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', describe: 'The file to write; by default dist/NAME' },
    target: { type: 'string', value: 'TARGET', describe: 'Such as linux-arm64; by default this machine' },
    'no-trial': { type: 'boolean', describe: 'Does not run it' },
    'trial-timeout': { type: 'string', value: 'SECONDS', describe: 'How long the trial may take; by default 10' },
    'runtime-source': runtimeSourceOption,
  },
  operandLimit: 1,
  async run(context, words) {
    const { cwd, print, say } = context;
    const [output, target] = [words.text('output'), words.text('target')];
    const trialMs = trialMsIn(words);
    const { request } = await projectRequest(context, words);
    const built = await buildExecutable({
      ...request,
      output: output === undefined ? undefined : resolve(cwd, output),
      target: target === undefined ? undefined : parseTarget(target),
      trialMs,
    });
    for (const note of buildNotes(built)) say(note);
    print(`${built.version}  ${relative(cwd, built.output)}`);
    return 0;
  },
};

function trialMsIn({ text, isSet }: ToolWords): number | undefined {
  const given = text('trial-timeout');
  const seconds = Number(given ?? 10);
  if (given?.trim() === '' || !(seconds > 0)) {
    throw new DeployError('bad-usage', `Cannot read --trial-timeout "${given}" as seconds`, {
      hint: 'Pass a number above 0, for example --trial-timeout 30.',
    });
  }
  return isSet('no-trial') ? undefined : seconds * 1000;
}
