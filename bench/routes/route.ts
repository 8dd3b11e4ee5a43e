// What every route from an edit to ready replicas offers the benchmark, and works with.
import { readFile, writeFile } from 'node:fs/promises';
import type { CountingAzurite } from '../tools/counting-azurite.ts';
import type { BenchCluster } from '../tools/bench-cluster.ts';
import type { Registry } from './registry.ts';

export interface RouteWorld {
  readonly place: BenchCluster;
  readonly store: CountingAzurite;
  /** Absent where there is none. */
  readonly registry: Registry | undefined;
  /** To write into; it goes away afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface Route {
  /** Of its Deployment. */
  readonly name: string;
  readonly what: string;
  /** Saves an edit that was never made before, and follows it to the end of the tool's own wait. */
  change(text: string): Promise<Change>;
  /** What went over the wire so far. */
  traffic(): Promise<Carried>;
  close(): Promise<void>;
}

interface Carried {
  /** By the tools. */
  readonly sentBytes: number;
  /** By the nodes or their pods. */
  readonly pulledBytes: number;
}

/** When each stage ended, as `performance.now()` counts. */
interface Change {
  readonly bundledAt: number;
  readonly packagedAt: number;
  /** Nodes or pods could pull it. */
  readonly availableAt: number;
  readonly appliedAt: number;
  /** Of all tools at once. */
  readonly peakBytes: number;
}

/** Edits the one line of src/hello-world.ts that says what to say. */
export async function editGreeting(file: string, text: string): Promise<void> {
  const source = await readFile(file, 'utf8');
  const changed = source.replace(
    /default: '[^':]*', describe: 'What to say'/,
    `default: '${text}', describe: 'What to say'`,
  );
  if (changed === source) throw new Error(`${file} has no greeting to change`);
  await writeFile(file, changed);
}
