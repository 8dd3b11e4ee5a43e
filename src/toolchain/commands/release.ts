import { join, relative, resolve } from 'node:path';
import { targets } from '../../shared/target.ts';
import { buildBlob } from '../build.ts';
import { besideOutput } from '../output.ts';
import { readSigningKey } from '../provenance.ts';
import { release } from '../release.ts';
import { sourceCommit } from '../source-commit.ts';
import { entryLine, projectRequest, runtimeSourceOption } from './project-request.ts';
import type { ToolCommand } from './tool-command.ts';

export const releaseCommand: ToolCommand = {
  name: 'release',
  usage: '[ENTRY] [-o FOLDER] [--sign KEY]',
  describe: 'Builds the application for all targets, with digests, a list of what is in it, and a signature',
  about: [
    entryLine,
    `Targets: ${targets.join(', ')}. Prints the SHA-256 and the path of each.`,
    'Beside them: SHA256SUMS, RELEASE.json and NAME.cdx.json (what is in them, CycloneDX). With --sign also NAME.sig, which a deploy',
    'demands by --require-signature, and NAME.intoto.json (how they came about, SLSA).',
  ],
  options: {
    output: { type: 'string', short: 'o', value: 'FOLDER', describe: 'The folder to write; by default dist/release' },
    sign: {
      type: 'string',
      value: 'KEY',
      describe: 'Signs the release with this private key: Ed25519, PEM',
    },
    'runtime-source': runtimeSourceOption,
  },
  operandLimit: 1,
  async run(context, words) {
    const { cwd, print, say, report, signal } = context;
    const { request, project } = await projectRequest(context, words);
    const keyFile = words.text('sign');
    const key = keyFile === undefined ? undefined : await readSigningKey(resolve(cwd, keyFile));
    // Before anything is written there.
    const commit = key === undefined ? undefined : await sourceCommit(project.folder, signal);
    if (key !== undefined && commit === undefined) {
      say('The provenance names no commit: git does not know these sources, or they have changed since');
    }
    const folder = resolve(cwd, words.text('output') ?? join(project.folder, 'dist/release'));
    return besideOutput(join(folder, 'RELEASE.json'), async (scratch) => {
      const built = await buildBlob(request, scratch);
      const { name, runtimesFor } = request;
      const wanted = { name, blob: built.blob, folder, runtimesFor, key, commit, report, signal };
      const { targets: files } = await release(wanted);
      for (const target of targets) {
        print(`${files[target].version}  ${relative(cwd, join(folder, files[target].file))}`);
      }
      return 0;
    });
  },
};
