import { styleText } from 'node:util';
import { visible } from '../../shared/visible.ts';

/** A unified diff for people: in colours, on a terminal that wants them. */
export function patchText(patch: string, stream: NodeJS.WriteStream): string {
  const coloured = (line: string): string => {
    if (/^(\+\+\+|---) /.test(line)) return styleText('bold', line, { stream });
    if (line.startsWith('+')) return styleText('green', line, { stream });
    if (line.startsWith('-')) return styleText('red', line, { stream });
    return line.startsWith('@@') ? styleText('cyan', line, { stream }) : line;
  };
  return patch
    .split('\n')
    .map((line) => coloured(visible(line)))
    .join('\n');
}
