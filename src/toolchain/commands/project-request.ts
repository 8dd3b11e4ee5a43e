import type { RuntimeSettings } from '../../executable/runtimes/sources.ts';
import type { BuildRequest } from '../build.ts';
import { buildInput } from '../init/find-definition.ts';
import type { OwnProject } from '../init/project.ts';
import type { ToolContext, ToolOption, ToolWords } from './tool-command.ts';

export const runtimeSourceOption: ToolOption = {
  type: 'string',
  value: 'SOURCE',
  describe: 'A mirror of nodejs.org/dist, a folder like one, or a file; by default the npm registry',
};

/** What every help says of ENTRY. */
export const entryLine =
  'ENTRY is the file that calls selfsame(); by default the one that selfsame init wrote, or that the project has.';

type ProjectRequest = BuildRequest & { readonly name: string; readonly runtimesFor: () => RuntimeSettings };

/**
 * What the toolchain is told to build, by the words of a command.
 *
 * @throws {DeployError} `bad-usage` or `project-refused`.
 */
export async function projectRequest(
  { cwd, halves, report, signal }: ToolContext,
  { operands: [named], text }: ToolWords,
): Promise<{ readonly request: ProjectRequest; readonly project: OwnProject }> {
  const { entry, name, project } = await buildInput(cwd, named);
  const runtimesFor = (): RuntimeSettings => ({ source: text('runtime-source'), inProject: true });
  return { request: { entry, name, halves: halves(), runtimesFor, report, signal }, project };
}
