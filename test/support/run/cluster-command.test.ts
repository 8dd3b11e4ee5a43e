import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { clusterCommandFor } from './cluster-command.ts';
import { makeRunFolder } from './leftovers.ts';

it('clusterCommandFor() passes on the words, and nothing that the run has set', async () => {
  const folder = await makeRunFolder();
  try {
    const command = join(folder.own, "the cluster's");
    writeFileSync(command, '#!/bin/sh\necho "$#,$2,$TMPDIR,$SELFSAME_TEST_IMAGES,$SELFSAME_TEST_CLUSTER,$OTHER"\n');
    chmodSync(command, 0o755);
    const path = clusterCommandFor(folder, command, { TMPDIR: "/its own's", SELFSAME_TEST_CLUSTER: 'COMMAND' });
    const env = { ...process.env, TMPDIR: folder.temporary, SELFSAME_TEST_IMAGES: folder.own, OTHER: 'kept' };
    const said = execFileSync(path, ['load', 'two words'], { env, encoding: 'utf8' });
    expect(said).toBe("2,two words,/its own's,,COMMAND,kept\n");
  } finally {
    await rm(folder.path, { recursive: true, force: true });
  }
});
