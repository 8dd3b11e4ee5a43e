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
