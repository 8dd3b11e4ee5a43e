import Table from 'cli-table3';
import { visible } from '../../shared/visible.ts';

/** Tables as kubectl prints them: columns, no lines. */
export const plainTable = {
  style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
  chars: Object.fromEntries([
    ['middle', ''],
    ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
    ),
  ]) as Record<string, string>,
};

/** A table of text of anybody's, in lines. */
export function tableLines(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const table = new Table({ head: head.map(visible), ...plainTable });
  for (const row of rows) table.push(row.map((cell) => visible(String(cell))));
  return table.toString().split('\n');
}
