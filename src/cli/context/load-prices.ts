import { defaultPrices, parsePrices, type Prices } from '../../deploy/plan/prices.ts';
import { boundedFile, mebibyte, TooLarge } from '../../shared/bounded.ts';
import { DeployError } from '../../shared/errors.ts';

/**
 * The prices that a command reckons with: of the file of `--prices`, else of SELFSAME_PRICES, else the defaults.
 *
 * @throws {DeployError} `bad-usage` if the file cannot be read, or holds no prices.
 */
export function loadPrices(flag: string | undefined): Prices {
  const file = flag ?? process.env['SELFSAME_PRICES'];
  if (file === undefined || file === '') return defaultPrices;
  try {
    return parsePrices(boundedFile(file, { mostBytes: mebibyte }), file);
  } catch (error) {
    if (error instanceof DeployError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = error instanceof TooLarge ? error.message : isMissing ? 'there is no such file' : 'it cannot be read';
    throw new DeployError('bad-usage', `Cannot read the prices in ${file}: ${why}`, {
      hint: `${flag === undefined ? 'Set SELFSAME_PRICES to' : 'Pass --prices with'} a YAML or JSON file of cpuHour and memoryGibHour.`,
      cause: error,
    });
  }
}
