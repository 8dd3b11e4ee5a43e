/** How often each cause was found where another was expected, as text: all is right if every number is on the diagonal. */
export function confusionTable(pairs: readonly { readonly expected: string; readonly found: string }[]): string {
  const causes = [...new Set(pairs.flatMap(({ expected, found }) => [expected, found]))].sort();
  const width = Math.max(...causes.map((cause) => cause.length));
  const cell = (text: string | number): string => String(text).padStart(3);
  const lines = causes.map((cause, row) => {
    const counts = causes.map(
      (other) => pairs.filter(({ expected, found }) => expected === cause && found === other).length,
    );
    return `${cell(row + 1)} ${cause.padEnd(width)} ${counts.map((count) => cell(count || '.')).join('')}`;
  });
  const right = pairs.filter(({ expected, found }) => expected === found).length;
  const head = `${' '.repeat(width + 5)}${causes.map((_cause, column) => cell(column + 1)).join('')}`;
  return [head, ...lines, `${right} of ${pairs.length} right`].join('\n');
}
