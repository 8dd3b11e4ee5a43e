import { dump } from 'js-yaml';
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
  const plain = plainOf(data);
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(plain, null, 2)}\n` : dump(plain, { lineWidth: 120, noRefs: true }),
  );
}

/** One of many: a line of JSON, or a document of a stream of YAML. */
export function printItem(data: unknown, format: DataFormat): void {
  const plain = plainOf(data);
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(plain)}\n` : `---\n${dump(plain, { lineWidth: 120, noRefs: true })}`,
  );
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

/** Through JSON: YAML of the same values, without undefined and with dates as text. */
function plainOf(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data));
}
