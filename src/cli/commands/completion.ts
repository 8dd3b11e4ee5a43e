import { contextsIn } from '../../platforms/kubernetes/api/kubeconfig.ts';
import { DeployError } from '../../shared/errors.ts';
import { completionScript, shells } from '../completion/scripts.ts';
import { commandLineOf } from '../completion/words.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { type Call, command } from '../context/command.ts';

const positionals = {
  shell: { type: 'string', required: true, completes: shells, describe: 'bash, zsh or fish' },
} as const satisfies FlagTable;

/** `self completion SHELL`: a script that completes this program's words. The script asks for `contexts`. */
async function selfCompletion(
  { app, program }: Session,
  { shell }: FlagsOf<typeof positionals>,
  { commands }: Call,
): Promise<number> {
  if (shell === 'contexts') {
    process.stdout.write(
      contextsIn({ environment: process.env })
        // One a line, on a terminal: a name with a line break, or what a terminal obeys, is for nobody to type.
        .filter((name) => !/\p{C}/u.test(name))
        .map((name) => `${name}\n`)
        .join(''),
    );
    return 0;
  }
  const known = shells.find((one) => one === shell);
  if (known === undefined) {
    throw new DeployError('bad-usage', `Cannot complete in "${shell}"`, { hint: `Pass one of: ${shells.join(', ')}.` });
  }
  process.stdout.write(completionScript(known, commandLineOf(app, program, commands)));
  return 0;
}

export const completionCommand = command({
  name: 'completion',
  describe: "Print what completes this program's words in a shell",
  does: "prints the script that completes all of this in a shell (bash, zsh or fish), the application's options too",
  usage: 'completion bash',
  positionals,
  flags: {},
  examples: [
    ['completion bash', 'print the script for bash'],
    ['completion fish', 'and for fish'],
  ],
  run: selfCompletion,
});
