/**
 * What text of others may do to a terminal, or to the eye: control characters (ESC among them, which begins every sequence, and
 * C1, which some terminals obey alike), the marks that turn the direction of writing or take no room, and line ends. Tabs stay, and
 * so does what joins two emoji to one.
 */
const marks = String.raw`(?!(?<=\p{ExtPict}[\u{fe0f}\p{EMod}]?)\u{200d}\p{ExtPict})[\p{Cf}\p{Zl}\p{Zp}]`;
const unseen = new RegExp(String.raw`[^\P{Cc}\t]|${marks}`, 'gu');
const unseenInLines = new RegExp(String.raw`[^\P{Cc}\t\n]|${marks}`, 'gu');

/** Text in one line in which nothing is hidden: what cannot be seen is written as its code point, ESC as `\u{1b}`. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** As {@link visible}, but lines stay lines: no line but the first one begins where ours do. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n  | ');
}

/** JSON in which nothing is hidden either: what a terminal or an eye might take for something else is escaped. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(unseenInLines, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(''),
  );
}

/** True for text that {@link visible} would change, line ends apart. */
export function hidesSomething(text: string): boolean {
  return text.search(unseenInLines) >= 0;
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}
