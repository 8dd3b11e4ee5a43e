import { join, relative, resolve } from 'node:path';
import { targets } from '../../shared/target.ts';
import { buildBlob } from '../build.ts';
import { besideOutput } from '../output.ts';
import { release } from '../release.ts';
import { entryLine, projectRequest, runtimeSourceOption } from './project-request.ts';
import type { ToolCommand } from './tool-command.ts';

export const releaseCommand: ToolCommand = {
  name: 'release',
  usage: '[ENTRY] [-o FOLDER]',
  describe: 'Builds the application for all targets, with SHA256SUMS and RELEASE.json',
  about: [entryLine, `Targets: ${targets.join(', ')}. Prints the SHA-256 and the path of each.`],
  options: {
    output: { type: 'string', short: 'o', value: 'FOLDER', describe: 'The folder to write; by default dist/release' },
    'runtime-source': runtimeSourceOption,
  },
  operandLimit: 1,
  async run(context, words) {
    const { cwd, print, report, signal } = context;
    const { request, project } = await projectRequest(context, words);
    const folder = resolve(cwd, words.text('output') ?? join(project.folder, 'dist/release'));
    return besideOutput(join(folder, 'RELEASE.json'), async (scratch) => {
      const built = await buildBlob(request, scratch);
      const { name, runtimesFor } = request;
      const { targets: files } = await release({ name, blob: built.blob, folder, runtimesFor, report, signal });
      for (const target of targets) {
        print(`${files[target].version}  ${relative(cwd, join(folder, files[target].file))}`);
      }
      return 0;
    });
  },
};
