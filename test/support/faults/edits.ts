import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type FaultPlace, remainsOf } from './place.ts';
import { again, type Expected, judged, type Tried, withDeployer } from './try.ts';

const kubectl = promisify(execFile);
const watching = /^GET .*\/pods\?.*watch=true/;

interface Edit {
  readonly what: string;
  /** For kubectl, on the Deployment NAME. */
  readonly words: readonly string[];
  readonly expected: Expected;
}

const edits: readonly Edit[] = [
  {
    what: 'scale',
    words: ['scale', 'deployment/NAME', '--replicas', '3'],
    expected: { status: 0, says: [/someone else \(or an autoscaler\) scaled .* from 2 to 3/], left: 'anything' },
  },
  {
    what: 'set-env',
    words: ['set', 'env', 'deployment/NAME', 'THEIRS=1'],
    expected: { status: 0, says: [/someone else added to the pods of/, /is ready in/], left: 'ready' },
  },
  {
    what: 'image',
    words: ['set', 'image', 'deployment/NAME', '*=node:0-not-there'],
    expected: {
      status: 7,
      says: [/Someone else changed the pods of \S+ meanwhile: spec\.containers\.\S+\.image/],
      left: 'anything',
    },
  },
  {
    what: 'delete',
    words: ['delete', 'deployment', 'NAME'],
    expected: { status: 7, says: [/was deleted by someone else meanwhile/], left: 'anything' },
  },
];

/** Someone else edits the Deployment while a deploy waits. */
export async function edited(place: FaultPlace): Promise<Tried[]> {
  return Promise.all(
    edits.map(async ({ what, words, expected }) =>
      withDeployer(place, `edit-${what}`, async (deployer) => {
        const run = await deployer.deployTo(watching);
        const { adminKubeconfig, namespace } = place;
        const own = words.map((word) => word.replace('NAME', deployer.name));
        await kubectl('kubectl', ['--kubeconfig', adminKubeconfig, '--namespace', namespace, ...own]);
        deployer.gate.release();
        const ended = await run.ended;
        const left = await remainsOf(place, deployer.name);
        const told = `someone else while it waits: kubectl ${words
          .slice(0, 2)
          .join(' ')
          .replace(/ deployment.*/, '')}`;
        return judged({ what: told, ended, left, expected }, async () => again(place, deployer));
      }),
    ),
  );
}
