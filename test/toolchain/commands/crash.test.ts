import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { scratchFolder } from '../../support/executable/scratch.ts';
import { coreFilterOf } from '../../support/programs/core-filter.ts';
import { runProgram } from '../../support/programs/program.ts';

it('a crash of the tool writes no memory to a file', async () => {
  await using folder = await scratchFolder();
  const server = createServer().listen(0, '127.0.0.1');
  const asked = once(server, 'request');
  await once(server, 'listening');
  const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const words = ['runtimes', 'win-x64', '--runtime-source', mirror];
  const filter = asked.then(async () => coreFilterOf(words));
  const code = `
    import { runSelfsame } from '${join(import.meta.dirname, '../../../scripts/package/run-selfsame.ts')}';
    await runSelfsame(process.argv.slice(1), { version: '1.2.3' });`;
  const ended = await runProgram(process.execPath, ['--input-type=module', '--eval', code, '--', ...words], {
    env: { XDG_CACHE_HOME: folder.path },
    signals: [{ at: filter.then(() => undefined), name: 'SIGKILL' }],
  });
  server.closeAllConnections();
  server.close();
  expect(ended).toMatchObject({ status: null, killedBy: 'SIGKILL' });
  expect(await filter).toBe(0);
});
