import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { makeFolders } from '../../executable/format/make-folders.ts';
import { systemReason } from '../../executable/format/atomic-write.ts';
import { defaultCacheFolder } from '../../executable/runtimes/cache.ts';
import { DeployError } from '../../shared/errors.ts';
import { fileStore } from '../../store/file/file.ts';
import type { StoredArtifact, UrlStore } from '../../store/store.ts';

/** How many versions of an application stay, besides the one that comes: each takes 120 MB. */
const keptVersions = 3;

export interface LocalStore extends AsyncDisposable {
  readonly store: UrlStore;
}

/**
 * The store of this machine, for `--local` without any setting: a folder in the user's cache, which is served to this machine
 * alone while it is open. Old versions of the application go when it opens.
 *
 * @param name of the application.
 * @throws {DeployError} `store-denied` if the folder cannot be made.
 */
export async function openLocalStore(
  name: string,
  { folder = join(defaultCacheFolder(), 'artifacts') }: { readonly folder?: string } = {},
): Promise<LocalStore> {
  await makeFolder(folder);
  // Others on this machine can reach the port, too.
  const secret = randomBytes(16).toString('hex');
  const server = createServer((request, response) => void send(request, response, { folder, secret }));
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`;
  const access = 'the default, since no other store is configured';
  const served = fileStore(folder, { publicUrl });
  const store: UrlStore = {
    ...served,
    access,
    source: async (...words) => ({ ...(await served.source(...words)), access }),
  };
  await removeOld(store, name);
  return {
    store,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder, 0o700);
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    throw new DeployError('store-denied', `Cannot keep executables in ${pathToFileURL(folder).href}: ${reason}`, {
      hint: 'Set XDG_CACHE_HOME to a folder that you may write to, or pass --store.',
      cause,
    });
  }
}

async function removeOld(store: UrlStore, name: string): Promise<void> {
  const latestFirst = (one: StoredArtifact, other: StoredArtifact): number =>
    other.storedAt.getTime() - one.storedAt.getTime();
  const own = (await store.list()).filter((stored) => stored.name === name).toSorted(latestFirst);
  for (const { version } of own.slice(keptVersions)) await store.remove(version);
}

/** Sends a file whole, to who knows the secret. */
async function send(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  { folder, secret }: { readonly folder: string; readonly secret: string },
): Promise<void> {
  const [, asked, version = '', name = ''] = /^\/([0-9a-f]+)\/([0-9a-f]{64})\/([a-z0-9-]+)$/.exec(url) ?? [];
  const path = join(folder, version, name);
  try {
    if (asked !== secret || method !== 'GET') throw new Error('Not for you');
    const { size } = await stat(path);
    response.writeHead(200, { 'Content-Length': size });
    await pipeline(createReadStream(path), response);
  } catch {
    // A replica that ended in the middle has closed the connection.
    if (!response.headersSent) response.writeHead(404);
    response.end();
  }
}
