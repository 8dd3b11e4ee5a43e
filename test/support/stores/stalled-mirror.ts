import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { elsewhere } from '../programs/executable-fixture.ts';
import { listen } from '../kubernetes/api-server.ts';

/** A mirror of nodejs.org/dist that begins to answer, and then does not go on. */
export interface StalledMirror {
  readonly url: string;
  /** Resolves when a part of a runtime was sent. */
  readonly stalled: Promise<void>;
  close(): Promise<void>;
}

export async function stalledMirror(): Promise<StalledMirror> {
  const { promise: stalled, resolve } = Promise.withResolvers<void>();
  const folder = /([^/]+)\.tar\.gz$/.exec(runtimes[elsewhere].distPath)?.[1] ?? '';
  const server = createServer((_request, response) => {
    const tar = pack();
    const zip = createGzip({ level: 1 });
    tar.pipe(zip).pipe(response);
    zip.once('data', () => resolve());
    tar.entry({ name: `${folder}/bin/node`, size: 100 << 20 }).write(randomBytes(1 << 20));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    stalled,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
