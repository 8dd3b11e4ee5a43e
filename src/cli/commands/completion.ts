import { contextsIn } from '../../platforms/kubernetes/api/kubeconfig.ts';
import { DeployError } from '../../shared/errors.ts';
import { completionScript, shells } from '../completion/scripts.ts';
import { commandLineOf } from '../completion/words.ts';
import { selfCommands } from '../flags/self-flags.ts';
import type { Session } from '../context/session.ts';

export interface CompletionFlags {
  readonly shell?: string | undefined;
}

/** `self completion SHELL`: a script that completes this program's words. The script asks for `contexts`. */
export async function selfCompletion({ app, program }: Session, { shell }: CompletionFlags): Promise<number> {
  if (shell === 'contexts') {
    process.stdout.write(
      contextsIn({ environment: process.env })
        .map((name) => `${name}\n`)
        .join(''),
    );
    return 0;
  }
  const known = shells.find((one) => one === shell);
  if (known === undefined) {
    throw new DeployError('bad-usage', `Cannot complete in "${shell}"`, { hint: `Pass one of: ${shells.join(', ')}.` });
  }
  process.stdout.write(completionScript(known, commandLineOf(app, program, selfCommands)));
  return 0;
}
