// Azurite, the blob server that stands in for Azure: node scripts/launch.mjs test/support/stores/azurite-server.ts [--host H] [--port P] [--folder F]
// Only its blob module is loaded, since the whole package takes five times as long to start.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);

/** A running Azurite. */
export interface Azurite {
  readonly connectionString: string;
  /** The account's blob service, e.g. `http://127.0.0.1:10000/devstoreaccount1`. */
  readonly url: string;
  readonly account: string;
  /** Azurite's well-known key, no secret, unless another was given. */
  readonly key: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface AzuriteOptions {
  /** Where to listen; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** What others call this machine, in URLs; default the host, or 127.0.0.1 where that is all of them. */
  readonly publicHost?: string;
  /** Default a temporary one, removed by `stop`. What is there already is served. */
  readonly folder?: string;
  /** Files of a certificate and its key, in PEM. With them it speaks https and accepts OAuth tokens, unverified. */
  readonly cert?: string;
  readonly certKey?: string;
}

interface BlobServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

/**
 * Starts Azurite in this process, on disk: in memory it keeps what was overwritten.
 *
 * @returns when it listens.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const { host = '127.0.0.1', port = 0, cert = '', certKey = '' } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'selfsame-azurite-')));
  const server = newServer({ host, port, folder, cert, certKey });
  await server.start();

  const listening = Number(/:(\d+)$/.exec(server.getHttpServerAddress())?.[1]);
  const { EMULATOR_ACCOUNT_NAME: known, EMULATOR_ACCOUNT_KEY: knownKey } =
    require('azurite/dist/src/common/utils/constants.js') as {
      EMULATOR_ACCOUNT_NAME: string;
      EMULATOR_ACCOUNT_KEY: Buffer | string;
    };
  // Azurite itself reads that variable.
  const [account = known, given] = process.env['AZURITE_ACCOUNTS']?.split(':') ?? [];
  const key = given ?? (typeof knownKey === 'string' ? knownKey : knownKey.toString('base64'));
  const scheme = cert === '' ? 'http' : 'https';
  const url = `${scheme}://${options.publicHost ?? (host === '0.0.0.0' ? '127.0.0.1' : host)}:${listening}/${account}`;
  return {
    url,
    account,
    key,
    port: listening,
    connectionString: `DefaultEndpointsProtocol=${scheme};AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`,
    async stop() {
      await server.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Azurite is CommonJS and has no types. */
function newServer(place: { host: string; port: number; folder: string; cert: string; certKey: string }): BlobServer {
  const { default: Configuration } = require('azurite/dist/src/blob/BlobConfiguration.js') as {
    default: new (...settings: unknown[]) => unknown;
  };
  const { default: Server } = require('azurite/dist/src/blob/BlobServer.js') as {
    default: new (configuration: unknown) => BlobServer;
  };
  return new Server(
    new Configuration(
      place.host,
      place.port,
      5, // seconds a connection is kept open
      join(place.folder, 'blobs.json'),
      join(place.folder, 'extents.json'),
      [{ locationId: 'Default', locationPath: join(place.folder, 'extents'), maxConcurrency: 10 }],
      false, // no access log
      undefined,
      false, // no debug log
      undefined,
      false, // not loose: refuses what it does not know
      true, // newer clients than itself are welcome
      place.cert,
      place.certKey,
      '',
      place.cert === '' ? undefined : 'basic',
    ),
  );
}

/** As a program: prints what `startAzurite` returns as one line of JSON, and ends with its input, so with its parent. */
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      'public-host': { type: 'string' },
      folder: { type: 'string' },
      cert: { type: 'string' },
      'cert-key': { type: 'string' },
    },
  });
  const azurite = await startAzurite({
    ...(values.host && { host: values.host }),
    ...(values.port && { port: Number(values.port) }),
    ...(values['public-host'] && { publicHost: values['public-host'] }),
    ...(values.folder && { folder: values.folder }),
    ...(values.cert && { cert: values.cert }),
    ...(values['cert-key'] && { certKey: values['cert-key'] }),
  });
  console.log(JSON.stringify(azurite));
  process.stdin.resume();
  await Promise.race([once(process.stdin, 'end'), once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdin.destroy();
  await azurite.stop();
}
