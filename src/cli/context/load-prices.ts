import { readFile } from 'node:fs/promises';
import { defaultPrices, parsePrices, type Prices } from '../../deploy/plan/prices.ts';
import { DeployError } from '../../shared/errors.ts';

/**
 * The prices that a command reckons with: of the file of `--prices`, else of SELFSAME_PRICES, else the defaults.
 *
 * @throws {DeployError} `bad-usage` if the file cannot be read, or holds no prices.
 */
export async function loadPrices(flag: string | undefined): Promise<Prices> {
  const file = flag ?? process.env['SELFSAME_PRICES'];
  if (file === undefined || file === '') return defaultPrices;
  try {
    return parsePrices(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof DeployError) throw error;
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new DeployError('bad-usage', `Cannot read the prices in ${file}: ${why}`, {
      hint: `${flag === undefined ? 'Set SELFSAME_PRICES to' : 'Pass --prices with'} a YAML or JSON file of cpuHour and memoryGibHour.`,
      cause: error,
    });
  }
}
