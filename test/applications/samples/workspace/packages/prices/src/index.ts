import { readFileSync } from 'node:fs';
import ms from 'ms';

export const priceOf = (name: string): string => `${name.length} coins`;
export const rates = (): string =>
  `${readFileSync(new URL('../rates.txt', import.meta.url), 'utf8').trim()} ${ms(60_000, { long: true })}`;
