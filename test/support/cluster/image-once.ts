import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineLock } from '../run/machine-lock.ts';

/**
 * Builds an image and puts it onto the nodes: one at a time, since builds share the names that a Dockerfile begins with, and once
 * for all files of one `npm test`. A test file that runs alone builds it anew.
 */
export async function imageOnce(image: string, build: () => Promise<void>): Promise<void> {
  const folder = process.env['SELFSAME_TEST_IMAGES'];
  const mark = folder && join(folder, encodeURIComponent(image));
  await using _lock = await machineLock('test images', () => undefined);
  if (mark && existsSync(mark)) return;
  await build();
  if (mark) await writeFile(mark, '');
}
