import { setTimeout as sleep } from 'node:timers/promises';
import { type Component, without } from './components.ts';
import { type Deployer, type DeployOptions, deployerIn, type FaultPlace, remainsOf } from './place.ts';
import { again, type Expected, judged, type Tried } from './try.ts';

/** How long a part is away. */
const awayMs = 10_000;

/** A deploy that a part of the cluster is killed under. */
interface Stage {
  readonly what: string;
  /** The request that is on its way then. */
  readonly at: RegExp;
  readonly skip?: number;
  /** Deployed before. */
  readonly before?: boolean;
  readonly options?: DeployOptions;
  readonly expected: Expected;
}

const again2 = /trying again for up to 2 minutes[\s\S]*The cluster answers again/;
const ready: Expected = { status: 0, says: [again2, /is ready in/], left: 'ready' };
const refused: Expected = {
  status: 3,
  says: [/error: Cannot reach the cluster at .*Check that it runs/],
  left: 'nothing',
};
// As long as no news of pods comes through, it waits.
const watching = /^GET .*\/pods\?.*watch=true/;

const applyingService = /^PATCH .*\/services\/.*force=true$/;

const stages: Readonly<Record<Component, readonly Stage[]>> = {
  'kube-apiserver': [
    { what: 'connecting', at: /^GET \/version/, expected: refused },
    {
      what: 'planning',
      at: /^GET .*\/deployments\/[^/]+$/,
      expected: { ...refused, says: [/trying again for up to 15 s/] },
    },
    {
      what: 'preflight',
      at: /^PATCH .*\/deployments\/.*dryRun=All/,
      expected: { ...refused, says: [/trying again for up to 15 s/, ...refused.says] },
    },
    {
      what: 'upload, parts half written',
      at: /^POST .*\/configmaps$/,
      skip: 1,
      options: { version: 'large' },
      expected: ready,
    },
    { what: 'applying, between two objects', at: applyingService, expected: ready },
    {
      what: 'waiting',
      at: watching,
      expected: { ...ready, says: [/waiting: Cannot reach the cluster/, /is ready in/] },
    },
    {
      what: 'undoing',
      at: /^PATCH .*\/deployments\/[^/]+\?fieldManager=selfsame$/,
      before: true,
      options: { version: 'second', words: ['--wait-timeout', '1s'] },
      expected: { status: 4, says: [again2, /rolled back, release \w+ is ready/], left: 'ready' },
    },
  ],
  etcd: [
    { what: 'applying, between two objects', at: applyingService, expected: { ...ready, says: [/is ready in/] } },
    { what: 'waiting', at: watching, expected: { ...ready, says: [/is ready in/] } },
  ],
  'node-1.kubelet': [{ what: 'waiting', at: watching, expected: { ...ready, says: [/is ready in/] } }],
};

/**
 * Kills a part of the cluster under one deploy in each of its stages, all at once, starts it again after ten seconds, and lets
 * them end.
 */
export async function outage(component: Component, place: FaultPlace): Promise<Tried[]> {
  const open: Deployer[] = [];
  try {
    for (const [index, { before }] of stages[component].entries()) {
      const deployer = await deployerIn(place, `${component.replaceAll('.', '-')}-${index}`);
      open.push(deployer);
      if (before === true) await deployer.deploy().ended;
    }
    // Together, so that none is held for long before it happens.
    const all = await Promise.all(
      stages[component].map(async (stage, index) => {
        const deployer = open[index];
        if (deployer === undefined) throw new Error(`No deployer for ${stage.what}`);
        const { at, skip = 0, options } = stage;
        return { stage, deployer, run: await deployer.deployTo(at, { ...options, skip }) };
      }),
    );
    const isGone = component === 'kube-apiserver';
    await without(component, place, {
      async away() {
        if (isGone) await Promise.all(open.map(async ({ gate }) => gate.away()));
        for (const { gate } of open) gate.release();
        await sleep(awayMs);
        // Those that give up do so while it is away; the others have noticed.
        const givingUp = all.filter(({ stage }) => stage.expected.status === 3);
        await Promise.all(givingUp.map(async ({ run }) => run.ended));
      },
      async starting() {
        if (isGone) await Promise.all(open.map(async ({ gate }) => gate.back()));
      },
    });
    const tried: Tried[] = [];
    for (const { stage, deployer, run } of all) {
      const ended = await run.ended;
      const left = await remainsOf(place, deployer.name);
      const { version = 'first' } = stage.options ?? {};
      const what = `${component} killed, back after ${awayMs / 1000} s: ${stage.what}`;
      tried.push(
        await judged({ what, ended, left, expected: stage.expected }, async () => again(place, deployer, { version })),
      );
    }
    return tried;
  } finally {
    for (const deployer of open) await deployer.close();
  }
}
