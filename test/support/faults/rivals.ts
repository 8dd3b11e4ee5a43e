import { deployerIn, type DeployOptions, type Deployer, type FaultPlace, remainsOf, type FaultRun } from './place.ts';
import { again, type Expected, judged, type Tried } from './try.ts';

const applying = /^PATCH .*\/deployments\/.*force=true$/;
const watching = /^GET .*\/pods\?.*watch=true/;
const goingBack = /^PATCH .*\/deployments\/[^/]+\?fieldManager=selfsame$/;
const timed: DeployOptions = { words: ['--wait-timeout', '1s'] };

const superseded = (by: string): Expected => ({
  status: 7,
  says: [new RegExp(`Another deploy of .* took over: release ${by}`)],
  left: 'ready',
});

/** Two deployers of different versions at once, under the same name: the last one wins, and the other one says so. */
export async function rivals(place: FaultPlace): Promise<Tried[]> {
  return (await Promise.all([sameMoment(place), whileWaiting(place), whileGoingBack(place)])).flat();
}

async function pair(place: FaultPlace, name: string, use: (one: Deployer, other: Deployer) => Promise<Tried[]>) {
  const [one, other] = [await deployerIn(place, name), await deployerIn(place, name)];
  try {
    return await use(one, other);
  } finally {
    await one.close();
    await other.close();
  }
}

/** Whichever the API server takes last wins. */
async function sameMoment(place: FaultPlace): Promise<Tried[]> {
  return pair(place, 'same-moment', async (one, other) => {
    const runs = [await one.deployTo(applying), await other.deployTo(applying, { version: 'second' })] as const;
    for (const { gate } of [one, other]) gate.release();
    const [first, second] = [await runs[0].ended, await runs[1].ended];
    const left = await remainsOf(place, one.name);
    const by = left.deployment?.release.slice(0, 12) ?? 'none';
    const firstWins = first.status === 0;
    const what = 'two deployers at the same moment:';
    const wins: Expected = { status: 0, says: [new RegExp(`is ready in .*: release ${by}`)], left: 'ready' };
    return [
      await judged(
        { what: `${what} the loser`, ended: firstWins ? second : first, left, expected: superseded(by) },
        async () => again(place, firstWins ? other : one, { version: firstWins ? 'second' : 'first' }),
      ),
      await judged({ what: `${what} the winner`, ended: firstWins ? first : second, left, expected: wins }, async () =>
        again(place, firstWins ? one : other, { version: firstWins ? 'first' : 'second' }),
      ),
    ];
  });
}

async function overtaken(
  place: FaultPlace,
  { what, run, one, other }: { what: string; run: FaultRun; one: Deployer; other: Deployer },
  says?: readonly RegExp[],
): Promise<Tried[]> {
  const overtaking = other.deploy({ version: 'second' });
  await overtaking.said(/Applied: /);
  const by = (await remainsOf(place, one.name)).deployment?.release.slice(0, 12) ?? 'none';
  one.gate.release();
  const [ended, newer] = [await run.ended, await overtaking.ended];
  const left = await remainsOf(place, one.name);
  const lost = superseded(by);
  const stays = left.deployment?.release.startsWith(by) === true ? 'stays' : 'is gone';
  const expected = { ...lost, ...(says && { says }) };
  const tried = await judged({ what, ended, left, expected }, async () => again(place, one));
  const wrong = [
    ...(newer.status === 0 ? [] : [`the newer one ended with ${newer.status}`]),
    ...(stays === 'stays' ? [] : ['the newer one was rolled back']),
  ];
  return [{ ...tried, wrong: [...tried.wrong, ...wrong] }];
}

async function whileWaiting(place: FaultPlace): Promise<Tried[]> {
  return pair(place, 'while-waiting', async (one, other) => {
    const run = await one.deployTo(watching);
    return overtaken(place, { what: 'another version is deployed while one waits', run, one, other });
  });
}

/** The older one failed, and is about to go back: it leaves the newer one alone. */
async function whileGoingBack(place: FaultPlace): Promise<Tried[]> {
  return pair(place, 'while-going-back', async (one, other) => {
    await one.deploy({ version: 'large' }).ended;
    const run = await one.deployTo(goingBack, timed);
    const says = [/someone else changed while-going-back meanwhile, so it was not rolled back/];
    const what = 'another version is deployed while one is about to go back';
    return overtaken(place, { what, run, one, other }, says);
  });
}
