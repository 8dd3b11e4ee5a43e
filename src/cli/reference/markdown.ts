/** A page of the reference: its title, what it is about, and the rest. */
export function page(title: string, about: string, blocks: readonly string[]): string {
  return `${[`# ${title}`, `<!-- Made by \`npm run reference\`: change the code that it comes from. -->`, about, ...blocks].join('\n\n')}\n`;
}

/** A table; a bar in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lineOf = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [lineOf(head), lineOf(head.map(() => '---')), ...rows.map(lineOf)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** As a sentence: a capital letter in front, unless it begins with a name such as `linux-x64`; a period behind. */
export function sentence(text: string): string {
  const whole = text.replace(/^[a-z]+(?= )/, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll(/\s*\n\s*/g, ' ');
}
