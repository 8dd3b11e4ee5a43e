/**
 * The word that was most likely meant: it begins so, or differs by a letter or two (one in three at most).
 *
 * @returns undefined if none comes near.
 */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  const near = [...words]
    .map((word) => ({ word, distance: typed.length > 2 && word.startsWith(typed) ? 0.5 : distanceOf(typed, word) }))
    .filter(({ distance }) => distance <= Math.min(2, Math.max(1, Math.floor(typed.length / 3))))
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.word;
}

/** How many letters have to be changed, added, left out or swapped with the next. */
function distanceOf(one: string, other: string): number {
  const columns = other.length + 1;
  let before: number[] = [];
  let above = Array.from({ length: columns }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const here = [row];
    for (let at = 1; at < columns; at += 1) {
      const isSame = one[row - 1] === other[at - 1];
      const isSwapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      here[at] = Math.min(
        (above[at] ?? 0) + 1,
        (here[at - 1] ?? 0) + 1,
        (above[at - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[at - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = above;
    above = here;
  }
  return above[other.length] ?? 0;
}
