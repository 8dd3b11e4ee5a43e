import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { countingApi } from '../kubernetes/counting-api.ts';
import type { Azurite } from '../stores/azurite-server.ts';
import { azuriteProcess } from '../stores/azurite.ts';
import { type FaultPlace, remainsOf } from './place.ts';
import { again, type Expected, judged, type Tried, withDeployer } from './try.ts';

const ready: Expected = { status: 0, says: [/is ready in/], left: 'ready' };
const refused = (...says: RegExp[]): Expected => ({ status: 3, says, left: 'nothing' });
const early = refused(/certificate is not valid yet.*Set the clock of this machine/);
const hourMs = 60 * 60_000;

interface ClockCase {
  readonly name: string;
  /** For faketime. */
  readonly clock: string;
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

/** Deploys whose machine has a clock that is a day off, to a cluster with certificates that are valid, and once were. */
export async function clocks(place: FaultPlace): Promise<Tried[]> {
  const [what, env] = ['TLS', { KUBECONFIG: place.kubeconfig }];
  const gone = refused(/certificate has expired.*Set the clock of this machine/);
  return deployedAt(place, [
    { name: 'tls-late', clock: '+1d', what, env, expected: ready },
    { name: 'tls-gone', clock: '+11y', what, env, expected: gone },
    { name: 'tls-early', clock: '-11y', what, env, expected: early },
  ]);
}

/** The same with Azure as the store, which lets in who signs with the key or has a SAS; and on a cluster of today. */
export async function clocksOfStore(place: FaultPlace): Promise<Tried[]> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-clocks-'));
  const store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
  // Without TLS, for a clock before all certificates.
  const plain = await countingApi(place.kubeconfig, { folder });
  try {
    const azure = { SELFSAME_STORE: `${store.url}/selfsame`, KUBECONFIG: plain.kubeconfig };
    const key = { ...azure, AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
    const sas = { ...azure, AZURE_STORAGE_SAS_TOKEN: sasOf(store) };
    const begins = refused(/it begins \S+, and the clock of this machine says \S+ Set the/);
    const ends = refused(/it ended \S+, and the clock of this machine says \S+ Set the/);
    const direct = { KUBECONFIG: place.kubeconfig };
    return await deployedAt(place, [
      { name: 'tls-today', clock: '-1d', what: 'TLS', env: direct, expected: early },
      { name: 'key-early', clock: '-1d', what: 'Azure, key', env: key, expected: ready },
      { name: 'key-late', clock: '+1d', what: 'Azure, key', env: key, expected: ready },
      { name: 'sas-early', clock: '-1d', what: 'Azure, SAS', env: sas, expected: begins },
      { name: 'sas-late', clock: '+1d', what: 'Azure, SAS', env: sas, expected: ends },
    ]);
  } finally {
    plain.close();
    await store.stop();
    await rm(folder, { recursive: true });
  }
}

/** Deploys by a wrong clock, and then once more by the right one. */
async function deployedAt(place: FaultPlace, cases: readonly ClockCase[]): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const { name, clock, what, env, expected } of cases) {
    const one = await withDeployer(place, name, async (deployer) => {
      const ended = await deployer.deploy({ env, under: ['faketime', '-f', clock] }).ended;
      const left = await remainsOf(place, name);
      const told = `clock of the deployer ${clock}: ${what}`;
      return judged({ what: told, ended, left, expected }, async () => again(place, deployer, { env }));
    });
    tried.push(one);
  }
  return tried;
}

/** From now on, for an hour. */
function sasOf({ account, key }: Azurite): string {
  return generateBlobSASQueryParameters(
    {
      containerName: 'selfsame',
      permissions: ContainerSASPermissions.from({ read: true, create: true, write: true, list: true }),
      startsOn: new Date(Date.now() - 60_000),
      expiresOn: new Date(Date.now() + hourMs),
    },
    new StorageSharedKeyCredential(account, key),
  ).toString();
}
