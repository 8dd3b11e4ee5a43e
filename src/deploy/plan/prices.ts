import { load } from 'js-yaml';
import { DeployError } from '../../shared/errors.ts';

/** What capacity costs, by what is asked for: an hour of a processor, and of a GiB of memory. */
export interface Prices {
  /** ISO 4217, e.g. `USD`. */
  readonly currency: string;
  readonly cpuHour: number;
  readonly memoryGibHour: number;
  /** Where they come from and of which day, for whoever reads the result. */
  readonly source: string;
}

/** OpenCost's default prices for a cluster whose own are not known: https://opencost.io/docs/configuration/on-prem */
export const defaultPrices: Prices = {
  currency: 'USD',
  cpuHour: 0.031611,
  memoryGibHour: 0.004237,
  source: "OpenCost's defaults as of November 2026",
};

/**
 * Reads a file of prices, YAML or JSON: `cpuHour` and `memoryGibHour`, and if wanted `currency` (USD) and `source`.
 *
 * @param file named in errors, and as the source where the text names none.
 * @throws {DeployError} `bad-usage`
 */
export function parsePrices(text: string, file: string): Prices {
  const given = document(text, file);
  const { currency = 'USD', source = file } = given;
  if (typeof source !== 'string') throw unusable(file, '"source" is no text');
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    throw unusable(file, '"currency" is no code like EUR');
  return {
    currency,
    cpuHour: price(given, 'cpuHour', file),
    memoryGibHour: price(given, 'memoryGibHour', file),
    source,
  };
}

function document(text: string, file: string): Record<string, unknown> {
  let read: unknown;
  try {
    read = load(text);
  } catch (error) {
    throw unusable(file, 'it is no YAML', error);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw unusable(file, 'it holds no prices');
  return { ...read };
}

function price(given: Readonly<Record<string, unknown>>, key: 'cpuHour' | 'memoryGibHour', file: string): number {
  const amount = given[key];
  if (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0) return amount;
  throw unusable(file, amount === undefined ? `"${key}" is missing` : `"${key}" is no price`);
}

function unusable(file: string, why: string, cause?: unknown): DeployError {
  return new DeployError('bad-usage', `Cannot read the prices in ${file}: ${why}`, {
    hint: 'Write for example {"currency": "EUR", "cpuHour": 0.03, "memoryGibHour": 0.004}.',
    cause,
  });
}
