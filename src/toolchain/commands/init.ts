import { writeFile } from 'node:fs/promises';
import { DeployError } from '../../shared/errors.ts';
import { assertUnchanged, patchOf, planInit, type InitPlan } from '../init/plan-init.ts';
import type { ToolCommand, ToolContext } from './tool-command.ts';

export const initCommand: ToolCommand = {
  name: 'init',
  usage: '[ENTRY] [--yes]',
  describe: 'Adds to this project what it needs to become an executable',
  about: [
    'Finds the file that starts the server, and adds beside it a file that tells selfsame of it; a script that builds to',
    'package.json; and what that builds to .gitignore. Shows every change and asks first. Nothing is overwritten.',
  ],
  options: { yes: { type: 'boolean', short: 'y', describe: 'Writes without asking' } },
  operandLimit: 1,
  async run(context, { operands: [named], isSet }) {
    const { cwd, version, say } = context;
    const isAgreed = isSet('yes');
    const plan = await planInit({ cwd, named, isAgreed, version });
    for (const note of plan.notes) say(note);
    if (plan.changes.length === 0) {
      say('All is there: nothing to change.');
      return 0;
    }
    say('');
    context.showPatch(patchOf(plan, cwd));
    if (!isAgreed) {
      const answer = await ask(context);
      if (answer !== true) say('Nothing was written.');
      // Ctrl-C is no signal while a question holds the terminal.
      if (answer !== true) return answer === false ? 1 : 130;
    }
    await write(plan);
    say('Next:', ...plan.next.map((command) => `  ${command}`));
    return 0;
  },
};

async function ask({ confirm, signal }: ToolContext): Promise<boolean | undefined> {
  if (confirm === undefined) {
    throw new DeployError('project-refused', 'Cannot ask whether to write this: there is no terminal', {
      hint: 'Write it with: npx selfsame init --yes',
    });
  }
  const answer = await confirm('Write these changes?');
  signal.throwIfAborted();
  return answer;
}

async function write(plan: InitPlan): Promise<void> {
  assertUnchanged(plan);
  for (const { path, before, after } of plan.changes) {
    await writeFile(path, after, { flag: before === undefined ? 'wx' : 'w' });
  }
}
