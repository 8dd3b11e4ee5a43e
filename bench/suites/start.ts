// How long from the start of the server to its first answer, and what does it hold in memory then, against the same server
// as a plain script?
import { join } from 'node:path';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { hostTarget, linuxTargets } from '../../src/shared/target.ts';
import { alternate, residentFrom } from '../tools/measure.ts';
import { startedServer, type ServerStart } from '../tools/started-server.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';

interface Start extends ServerStart {
  /** Of the executable's second part, which is the application's own with the deploying half. */
  readonly tailBytes: number;
}

export async function startSuite({ executable, runs }: Bench): Promise<Row[]> {
  const script = join(import.meta.dirname, '../tools/server.cjs');
  const [ours = [], theirs = []] = await alternate(
    [
      { run: async () => started((port) => [executable, '--http', `:${port}`]) },
      { run: async () => started(() => [process.execPath, script]) },
    ],
    runs,
  );
  const plain = rowsOf('plain script', theirs);
  const { first, processor, idle, anonymous, tail } = rowsOf('hello-world', ours);
  return [
    { ...first, against: plain.first, goal: { ratio: 1.15 } },
    { ...processor, against: plain.processor },
    { ...idle, against: plain.idle, goal: { ratio: 1.15 } },
    anonymous,
    tail,
    plain.first,
    plain.processor,
    plain.idle,
    plain.anonymous,
  ];
}

function rowsOf(name: string, starts: readonly Start[]) {
  const all = (field: keyof Start): number[] => starts.map((start) => start[field]);
  const first: Row = { what: `${name} to first answer`, unit: 'ms', samples: all('ms') };
  const processor: Row = { what: `${name}, on a processor`, unit: 'ms', samples: all('processorMs') };
  const idle = memoryRow(`${name} idle, resident`, all('residentBytes'));
  const of = idle.what;
  const anonymous = memoryRow('of it not out of a file', all('anonymousBytes'), { of });
  const tail = memoryRow('of it its own 3 MB, with the deploying half', all('tailBytes'), { of });
  return { first, processor, idle, anonymous, tail };
}

async function started(wordsFor: (port: number) => readonly [file: string, ...words: string[]]): Promise<Start> {
  return startedServer((port) => ({ words: wordsFor(port) }), {
    atRest: (child) => ({ tailBytes: residentFrom(child, tailOffset()) }),
  });
}

function tailOffset(): number {
  const target = linuxTargets.find((known) => known === hostTarget());
  if (target === undefined) throw new Error('Only on Linux does a file of ours have a tail');
  return runtimes[target].prefix.sizeBytes;
}
