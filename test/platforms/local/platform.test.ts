import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe } from '@jest/globals';
import type { Intent } from '../../../src/platforms/intent.ts';
import { localPlatform } from '../../../src/platforms/local/platform.ts';
import { archOf } from '../../../src/shared/target.ts';
import { platformContract } from '../../support/contracts/platform-contract.ts';
import { testIntent } from '../../support/kubernetes/intent.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { memoryStore } from '../../support/stores/memory-store.ts';

const runner = await readFile(new URL('../../../runner/run.sh', import.meta.url), 'utf8');

/** Serves on SELFSAME_PORT, unless it is to crash. */
const application = (words: string): string => `#!${process.execPath}
  if (process.env.MODE === 'crash') process.exit(9);
  const status = process.env.MODE === 'unready' ? 503 : 200;
  require('node:http').createServer((request, response) => response.writeHead(status).end(${JSON.stringify(words)}))
    .listen(Number(process.env.SELFSAME_PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit());
`;

describe('localPlatform()', () =>
  platformContract(async () => {
    const files = new Map<string, string>();
    const http = createServer((request, response) => response.end(files.get(request.url ?? '') ?? ''));
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const ended = new AbortController();
    const { signal } = ended;
    const platform = localPlatform({ runner, onLine: () => undefined, signal, atOnce: signal });

    const releaseOf = async (words: string): Promise<Intent> => {
      const { version, sizeBytes } = await artifactOf(application(words));
      files.set(`/${version}?sig=secret`, application(words));
      const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/${version}`;
      const arch = process.arch === 'arm64' ? archOf['linux-arm64'] : archOf['linux-x64'];
      return testIntent({
        release: version,
        versions: { [arch]: { version, sizeBytes, url } },
        query: 'sig=secret',
        replicas: 1,
        terminationGracePeriodSeconds: 1,
      });
    };
    return {
      platform,
      store: memoryStore(),
      releases: [await releaseOf('one'), await releaseOf('two')],
      async close() {
        await platform.close();
        ended.abort();
        http.closeAllConnections();
        http.close();
        await once(http, 'close');
      },
    };
  }));
