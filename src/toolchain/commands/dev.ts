import { dev } from '../dev/dev.ts';
import { entryLine, projectRequest, runtimeSourceOption } from './project-request.ts';
import type { ToolCommand } from './tool-command.ts';

export const devCommand: ToolCommand = {
  name: 'dev',
  usage: '[ENTRY] [-- OPTIONS OF THE PROGRAM]',
  describe: 'Builds the application after every change, and runs it again',
  about: [entryLine, 'With -- --kubernetes every change is deployed. Ctrl-C ends it.'],
  options: { 'runtime-source': runtimeSourceOption },
  operandLimit: 1,
  takesRest: true,
  async run(context, words) {
    const { request } = await projectRequest(context, words);
    return dev({ ...request, words: words.rest, command: 'selfsame dev' });
  },
};
