/** How much longer a line of a bundle became, and from which column on. */
export interface LineShift {
  readonly column: number;
  readonly by: number;
}

/**
 * The mappings of a source map, of which some lines became longer or shorter in front of what is mapped.
 *
 * @param shifts by the number of the line, from 0.
 */
export function shiftedMappings(mappings: string, shifts: ReadonlyMap<number, LineShift>): string {
  if (shifts.size === 0) return mappings;
  return mappings
    .split(';')
    .map((line, number) => {
      const shift = shifts.get(number);
      return shift === undefined ? line : shiftedLine(line, shift);
    })
    .join(';');
}

/** Columns are told from one segment to the next, so that the first one behind the change takes the rest along. */
function shiftedLine(line: string, { column, by }: LineShift): string {
  const segments = line.split(',');
  let at = 0;
  const index = segments.findIndex((segment) => {
    at += readNumber(segment).value;
    return at > column;
  });
  const segment = segments[index];
  if (segment === undefined) return line;
  const { value, length } = readNumber(segment);
  return segments.with(index, `${writeNumber(value + by)}${segment.slice(length)}`).join(',');
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The first number of a segment: five bits a digit, the lowest first, and the sign lowest of all. https://tc39.es/ecma426/#sec-base64-vlq */
function readNumber(segment: string): { value: number; length: number } {
  let [bits, length] = [0, 0];
  for (const digit of segment) {
    const read = digits.indexOf(digit);
    bits += (read & 31) * 32 ** length;
    length += 1;
    if (read < 32) break;
  }
  return { value: (bits % 2 === 1 ? -1 : 1) * Math.floor(bits / 2), length };
}

function writeNumber(value: number): string {
  let bits = Math.abs(value) * 2 + (value < 0 ? 1 : 0);
  let text = '';
  do {
    const rest = Math.floor(bits / 32);
    text += digits.charAt((bits % 32) + (rest > 0 ? 32 : 0));
    bits = rest;
  } while (bits > 0);
  return text;
}
