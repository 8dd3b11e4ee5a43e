import type { ToolCommand } from './tool-command.ts';

/** The help of `selfsame` itself. */
export function toolHelp(commands: readonly ToolCommand[]): string {
  return [
    'selfsame COMMAND [OPTIONS]',
    '',
    'Makes a TypeScript or JavaScript server one executable file that deploys itself.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, describe }) => [name, describe])),
    '',
    'Options:',
    ...columns([
      ['--help', 'Shows this help; behind a command, that of the command'],
      ['--version', 'Shows the version of selfsame'],
    ]),
  ].join('\n');
}

/** The help of one command. */
export function commandHelp({ name, usage, describe, about, options }: ToolCommand): string {
  const rows = Object.entries(options).map(([option, { short, value, describe: text }]) => {
    const long = `--${option}${value === undefined ? '' : ` ${value}`}`;
    return [short === undefined ? long : `-${short}, ${long}`, text] as const;
  });
  return [
    `selfsame ${name} ${usage}`,
    '',
    `${describe}.`,
    ...(about.length > 0 ? ['', ...about] : []),
    '',
    'Options:',
    ...columns([...rows, ['--help', 'Shows this help']]),
  ].join('\n');
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
