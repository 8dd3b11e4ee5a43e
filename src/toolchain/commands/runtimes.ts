import { prefixFile, runtimeFile } from '../../executable/runtimes/runtimes.ts';
import { runtimes } from '../../executable/runtimes/runtimes-table.ts';
import { DeployError } from '../../shared/errors.ts';
import { hostTarget, linuxTargets, parseTarget, targets } from '../../shared/target.ts';
import { runtimeSourceOption } from './project-request.ts';
import type { ToolCommand } from './tool-command.ts';

export const runtimesCommand: ToolCommand = {
  name: 'runtimes',
  usage: '[TARGET...] [--runtime-source SOURCE]',
  describe: 'Fetches the pinned Node.js into the cache, so that builds need no network',
  about: [
    `Targets: ${targets.join(', ')}, or all; by default this machine.`,
    'Builds fetch what is missing by themselves, once for all projects.',
    'Prints the target, the version of Node.js and the file, for each.',
  ],
  options: {
    'runtime-source': runtimeSourceOption,
  },
  operandLimit: targets.length,
  async run({ print, report, signal }, { operands, text }) {
    const wanted = operands.includes('all') ? targets : operands.map((word) => parseTarget(word));
    for (const target of wanted.length > 0 ? wanted : [ownTarget()]) {
      const options = { source: text('runtime-source'), inProject: true, report, signal };
      const linux = linuxTargets.find((known) => known === target);
      const file = linux === undefined ? await runtimeFile(target, options) : await prefixFile(linux, options);
      print(`${target}  ${runtimes[target].package.version}  ${file}`);
    }
    return 0;
  },
};

function ownTarget() {
  const target = hostTarget();
  if (target !== undefined) return target;
  throw new DeployError('bad-target', `There is no Node.js for ${process.platform} ${process.arch}`, {
    hint: `Name targets: ${targets.join(', ')}.`,
  });
}
