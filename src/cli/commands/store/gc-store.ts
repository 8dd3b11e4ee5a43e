import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { parseDuration } from '../../../deploy/plan/plan.ts';
import { chooseStore } from '../../../deploy/preflight/store-choice.ts';
import { collectStored, type Sparing, type StoreGarbage, storeGarbageOf } from '../../../deploy/store-garbage.ts';
import type { Cluster } from '../../../platforms/kubernetes/api/client.ts';
import { short } from '../../../shared/digest.ts';
import { DeployError } from '../../../shared/errors.ts';
import type { FlagsOf, FlagTable } from '../../../shared/flag.ts';
import { flagTable } from '../../../shared/flags.ts';
import { touchAfterMs, type StoredArtifact, type UrlStore } from '../../../store/store.ts';
import { configuredChoice } from '../../context/configured-store.ts';

/** The flags that say what of a store goes. */
export const storeGcFlags = {
  'min-age': {
    type: 'string',
    value: 'TIME',
    describe: 'Leave what is younger, e.g. 30m: a deploy may be about to use it',
    default: '1h; in a store 24h',
  },
  store: flagTable.store,
  'store-objects': {
    type: 'boolean',
    describe: 'Also what the store has and nothing on this cluster needs; other clusters are not seen',
  },
  keep: {
    type: 'string',
    value: 'N',
    describe: 'Of the store leave the newest N that nothing needs, for each target',
    default: '5',
  },
} as const satisfies FlagTable;

type StoreGcFlags = FlagsOf<typeof storeGcFlags>;

/** Which store is to be cleared, and what is spared there. */
export interface StoreGc extends Sparing {
  readonly store: UrlStore;
}

/** What it would delete of the store, and does when asked. */
export interface StoreSweep extends StoreGarbage {
  readonly address: string;
  /** For people: what goes, what stays, and what cannot be known. */
  readonly lines: readonly string[];
  collect(): Promise<readonly StoredArtifact[]>;
}

/**
 * Reads what `--store-objects` asks for; undefined without it.
 *
 * @throws {DeployError} `bad-usage` where no store is configured, or the least age is so small that a deploy might be hurt.
 */
export async function storeGcFrom(flags: StoreGcFlags): Promise<StoreGc | undefined> {
  if (flags['store-objects'] !== true) {
    if (flags.keep === undefined) return undefined;
    throw new DeployError('bad-usage', 'Cannot keep releases of a store that is not looked at', {
      hint: 'Pass --keep with --store-objects.',
    });
  }
  const { opened: store } = await chooseStore({ store: flags.store, environment: process.env });
  if (store === undefined) {
    throw new DeployError('bad-usage', 'Cannot look at the objects of a store: none but the cluster is configured', {
      hint: 'Pass --store, or leave --store-objects out: ConfigMaps are looked at without it.',
    });
  }
  const minAgeMs = parseDuration('--min-age', flags['min-age'] ?? '24h');
  if (minAgeMs < 2 * touchAfterMs) {
    throw new DeployError(
      'bad-usage',
      'Cannot delete objects of a store that are so young: a deploy may be about to use them',
      {
        hint: 'Pass --min-age 2h or more.',
      },
    );
  }
  return { store, keep: parseKeep(flags.keep ?? '5'), minAgeMs };
}

/** Says that there is a store which a plain `self gc` leaves alone. */
export async function leftAloneText(flags: StoreGcFlags): Promise<string | undefined> {
  if (flags['store-objects'] === true) return undefined;
  const opened = (await configuredChoice(flags.store))?.opened;
  return opened && `Objects in ${opened.address} were not looked at: --store-objects does.`;
}

/** Looks into the store. Changes nothing. */
export async function storeSweep(
  { store, ...sparing }: StoreGc,
  { cluster, name, signal }: { cluster: Cluster; name: string; signal: AbortSignal },
): Promise<StoreSweep> {
  const options = { ...sparing, cluster, store, name, signal };
  const garbage = await storeGarbageOf(options);
  return {
    ...garbage,
    address: store.address,
    lines: linesOf(garbage, { ...options, address: store.address }),
    collect: async () => collectStored(garbage, options),
  };
}

interface StoreReport extends Sparing {
  readonly address: string;
  readonly name: string;
  readonly cluster: Cluster;
}

function linesOf({ artifacts, used }: StoreGarbage, { address, name, cluster, keep, minAgeMs }: StoreReport): string[] {
  const { seen, unseen } = used;
  const where =
    seen === 'all'
      ? `the cluster of ${cluster.context}`
      : `namespace ${seen.join(', ')} of ${cluster.context}, all that this account may look at,`;
  const spared = `the newest ${keep} for each target, and what is younger than ${prettyMilliseconds(minAgeMs)}`;
  if (artifacts.length === 0) {
    return [`Nothing of ${name} in ${address} is unused by ${where} (besides ${spared}).`];
  }
  return [
    `Nothing in ${where} refers to, in ${address}:`,
    ...artifacts.map(
      ({ version, target, sizeBytes, storedAt }) =>
        `  ${short(version)}/${name} for ${target ?? ''}, ${prettyBytes(sizeBytes)}, of ${storedAt.toISOString().slice(0, 10)}`,
    ),
    `Left out are ${spared}.`,
    ...(unseen.length > 0 ? [`This account may not look at namespace ${unseen.join(', ')}.`] : []),
    `Other clusters cannot be seen from here. If one of them runs ${name} from ${address}, its pods may need these to start again.`,
  ];
}

function parseKeep(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new DeployError('bad-usage', `Cannot read --keep "${text}" as a number`, {
    hint: 'Pass for example --keep 5.',
  });
}
