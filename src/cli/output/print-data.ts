import { dump } from 'js-yaml';
import { hidesSomething, jsonText, visible } from '../../shared/visible.ts';
import { endedDocument, type ErrorDocument, errorDocument } from './error-document.ts';
import type { OutputFormat } from './requested-format.ts';

export type DataFormat = Exclude<OutputFormat, 'text'>;

/** What to print data as; undefined where people want words. */
export function dataFormat(output: OutputFormat | undefined): DataFormat | undefined {
  return output === 'json' || output === 'yaml' ? output : undefined;
}

/** There is one stdout, and it gets one document. */
let isPrinted = false;

/** Data goes to stdout, and only data does. */
export function printData(data: unknown, format: DataFormat): void {
  isPrinted = true;
  process.stdout.write(format === 'json' ? `${jsonText(data, 2)}\n` : yamlText(data));
}

/** One of many: a line of JSON, or a document of a stream of YAML. */
export function printItem(data: unknown, format: DataFormat): void {
  process.stdout.write(format === 'json' ? `${jsonText(data)}\n` : `---\n${yamlText(data)}`);
}

/** A failure as data, unless what was printed tells of it. In one line: it may come after others. */
export function printFailure(error: unknown, format: DataFormat | undefined): void {
  printUnlessPrinted(errorDocument(error), format);
}

/** As `printFailure`, for what a signal has ended. */
export function printEnded(status: number, format: DataFormat | undefined): void {
  printUnlessPrinted(endedDocument(status), format);
}

function printUnlessPrinted(document: ErrorDocument, format: DataFormat | undefined): void {
  if (format !== undefined && !isPrinted) printItem(document, format);
}

/** What was asked for, in words: each line for itself, so that none of others begins where ours do. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(''));
}

/**
 * YAML, through JSON: without undefined, and with dates as text. Where it would hide something it is JSON, which is YAML too and
 * escapes all: YAML itself takes marks that turn the direction of writing for letters.
 */
export function yamlText(data: unknown): string {
  const text = dump(JSON.parse(JSON.stringify(data)), { lineWidth: 120, noRefs: true });
  return hidesSomething(text) ? `${jsonText(data, 2)}\n` : text;
}
