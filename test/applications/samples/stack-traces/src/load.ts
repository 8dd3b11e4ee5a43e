import { readFile } from 'node:fs/promises';

export async function load(name: string): Promise<string> {
  await Promise.resolve();
  if (name === 'nothing') {
    throw new RangeError(`cannot load ${name}`, { cause: new Error('the cause') });
  }
  return readFile(name, 'utf8');
}
