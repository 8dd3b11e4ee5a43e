import type { ModuleStyle } from './module-style.ts';

export interface DefinitionSettings {
  readonly style: ModuleStyle;
  /** A DNS label. */
  readonly name: string;
  /** The port it serves on unless told another; undefined if it serves nothing. */
  readonly port: number | undefined;
  /** Patterns of files that go with it. */
  readonly files: readonly string[];
}

/** The text of the new file: what selfsame has to know of an application that stays as it is. */
export function definitionText({ style, name, port, files }: DefinitionSettings): string {
  const lines = [
    ...importLines[style.form],
    '',
    `void ${style.form === 'import-require' ? 'library.selfsame' : 'selfsame'}({`,
    `  name: '${name}',`,
    `  main: () => import('${style.specifier}'),`,
    ...(port === undefined ? [] : serverLines(port)),
    ...(files.length > 0 ? ['  // Read relative to the working directory.', `  files: [${quoted(files)}],`] : []),
    '});',
  ];
  return `${lines.join('\n')}\n`;
}

function serverLines(port: number): string[] {
  return [
    '  options: {',
    `    http: { type: 'string', default: ':${port}', describe: 'Address to serve on' },`,
    '  },',
    '  address: ({ http }) => http,',
  ];
}

const importLines = {
  import: ["import { selfsame } from 'selfsame';"],
  require: ["const { selfsame } = require('selfsame');"],
  'import-require': ["import library = require('selfsame');"],
} as const satisfies Record<ModuleStyle['form'], readonly string[]>;

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll(/['\\]/g, '\\$&')}'`).join(', ');
}
