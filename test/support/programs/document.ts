import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load, loadAll } from 'js-yaml';

const folder = join(import.meta.dirname, '../../../schema');

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat('uri', { validate: (text: string) => URL.canParse(text) });
export const schemas = readdirSync(folder).map((file) => file.replace('.schema.json', ''));
for (const name of schemas) {
  const file = `${name}.schema.json`;
  ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object, file);
}

/** The schemas that were tried on an output of the program. */
export const checked = new Set<string>();

/** Says what of a document is not as its schema says; nothing where all is. */
export function faultsIn(document: unknown, name: string): string[] {
  const validate = ajv.getSchema(`${name}.schema.json`);
  if (validate === undefined) throw new Error(`There is no schema ${name}`);
  checked.add(name);
  if (validate(document) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${name}: ${instancePath} ${message} ${JSON.stringify(params)}`;
  });
}

/**
 * Checks what a program has printed on stdout where data was asked of it: one document of the command's schema, or an error that
 * names the status that the program ended with.
 *
 * @throws if it is not so.
 */
export function checkOutput(
  words: readonly string[],
  { status, stdout }: { status: number | null; stdout: string },
): void {
  const format = formatIn(words);
  if (format === undefined || status === null || words.includes('--help')) return;
  const command = commandIn(words);
  const isStream = command === 'log-line' || words.includes('--watch');
  const documents = documentsIn(stdout, { format, isStream: isStream || (command === 'dry-run' && format === 'yaml') });
  if (documents.length === 0 && !(isStream && status === 0))
    throw new Error(`No document on stdout: ${words.join(' ')}`);
  for (const document of documents) {
    const { error, ...rest } = document as { error?: { exitStatus: number } };
    const isError = error !== undefined && Object.keys(rest).length === 0;
    const faults =
      command === 'dry-run' && format === 'yaml' && !isError ? [] : faultsIn(document, isError ? 'error' : command);
    if (error !== undefined && error.exitStatus !== status)
      faults.push(`It says exit status ${error.exitStatus}, and ended with ${status}`);
    // `self verify` says in its data what is not proven.
    if (error === undefined && status > 1 && status !== 8 && (!isStream || document === documents.at(-1)))
      faults.push(`It ended with ${status}, and does not say why`);
    if (faults.length > 0) throw new Error(`${words.join(' ')}:\n${faults.join('\n')}\n${stdout}`);
  }
}

function documentsIn(stdout: string, { format, isStream }: { format: string; isStream: boolean }): unknown[] {
  if (format === 'yaml') return isStream ? loadAll(stdout) : [load(stdout)].filter((found) => found !== undefined);
  const texts = isStream ? stdout.split('\n') : [stdout];
  return texts.filter((one) => one.trim() !== '').map((one) => JSON.parse(one) as unknown);
}

function formatIn(words: readonly string[]): 'json' | 'yaml' | undefined {
  if (words[0] === 'self' && words[1] === 'rebuild') return undefined;
  const at = words.findIndex((word) => word === '--output' || word.startsWith('--output='));
  const format = words[at]?.split('=')[1] ?? words[at + 1];
  // Alone in knowing no YAML: that would be a library at every start.
  if (words.includes('--version-hash') && format === 'yaml') return undefined;
  return at >= 0 && (format === 'json' || format === 'yaml') ? format : undefined;
}

function commandIn(words: readonly string[]): string {
  if (words[0] === 'self') return words[1] === 'logs' ? 'log-line' : (words[1] ?? '');
  if (words.includes('--version-hash')) return 'version-hash';
  if (words.includes('--local')) return 'local';
  return words.includes('--dry-run') ? 'dry-run' : 'deploy';
}
