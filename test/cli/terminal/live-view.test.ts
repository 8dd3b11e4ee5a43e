import { afterEach, describe, expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';
import { type PlayedCluster, playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { onScreen, type Screen } from '../../support/programs/screen.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Shown {
  readonly server: PlayedCluster;
  readonly screen: Screen;
  readonly pods: string[];
}

/** A deploy on a terminal, whose replicas wait for the test to move them. */
async function deployOn(
  columns: number,
  rows: number,
  { replicas, env = {} }: { replicas: number; env?: Record<string, string> },
): Promise<Shown> {
  const server = await playedCluster({ comesTo: 'waiting' });
  closing.push(async () => server.close());
  const words = ['--kubernetes', '--replicas', String(replicas), '--store', 'cluster'];
  const all = { KUBECONFIG: await server.kubeconfig(), ...env };
  const screen = onScreen(helloExecutable, words, { columns, rows, env: all });
  await server.untilPods(replicas);
  return { server, screen, pods: server.pods() };
}

const has =
  (...patterns: RegExp[]) =>
  (lines: readonly string[]): boolean =>
    patterns.every((pattern) => lines.some((line) => pattern.test(line)));
const hides = '\u001B[?25l';

describe('a deploy on a terminal', () => {
  it('shows each replica and its stage in place, and leaves the finished lines and a clean terminal', async () => {
    const { server, screen, pods } = await deployOn(120, 30, { replicas: 5 });
    await screen.until(has(/0\/5 ready, 5 waiting for a node/));
    const [one = '', two = '', three = ''] = pods;
    server.move(one, 'ready');
    server.move(two, 'running');
    server.move(three, 'scheduled');
    await screen.until(has(/1\/5 ready/, /✓ \S+ on node-\d: ready/, /· \S+ on node-\d: fetching and starting for /));
    const moving = screen.lines();
    for (const pod of pods) expect(moving.filter((line) => line.includes(pod))).toHaveLength(1);
    for (const pod of pods) server.move(pod, 'ready');
    expect(await screen.status).toBe(0);
    const left = screen.lines();
    expect(left.filter((line) => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]|·/.test(line))).toEqual([]);
    expect(left.filter((line) => line.startsWith('✓')).length).toBeGreaterThan(4);
    expect(left.at(-1)).toMatch(/^ {2}delete /);
    // What was never hidden need not be shown again.
    expect(screen.written()).not.toContain(hides);
  }, 60_000);

  it('shows what the runner of a replica does, pulls in per cent, and follows it no longer than that', async () => {
    const { server, screen, pods } = await deployOn(120, 30, { replicas: 6 });
    for (const pod of pods) server.move(pod, 'running');
    await screen.until(has(/6 fetching and starting/));
    const [one = '', two = ''] = pods;
    const says = async (pod: string, line: string): Promise<void> =>
      screen.until(() => server.say(pod, `selfsame runner: ${line}`));
    await says(one, 'fetching http://store/app (120.3 MB)');
    await says(two, 'fetching http://store/app (120.3 MB)');
    await screen.until(has(new RegExp(`· ${one} on node-\\d: fetching for `)));
    await says(one, '45.0 of 120.3 MB are here (37 %)');
    await screen.until(has(new RegExp(`· ${one} on node-\\d: 37 %, 45.0 of 120.3 MB for `)));
    await says(two, 'fetched 120.3 MB in 1.2 s');
    await screen.until(has(new RegExp(`· ${two} on node-\\d: verifying for `)));
    // Five logs at a time: the last replica's is read when another's has nothing more to tell.
    expect(server.say(pods[5] ?? '', 'hello')).toBe(false);
    await says(two, 'verified 0123456789ab in 0.4 s');
    await screen.until(has(new RegExp(`· ${two} on node-\\d: booting for `)));
    await screen.until(() => server.say(pods[5] ?? '', 'hello'));
    await screen.until(() => !server.say(two, 'hello'));
    for (const pod of pods) server.move(pod, 'ready');
    expect(await screen.status).toBe(0);
  }, 60_000);

  it('counts hundreds of replicas by stage, names the slowest, and fits a small terminal', async () => {
    const { server, screen, pods } = await deployOn(50, 10, { replicas: 500 });
    await screen.until(has(/^ {2}500 waiting for a node$/, /0\/500 ready/));
    for (const pod of pods.slice(0, 100)) server.move(pod, 'ready');
    for (const pod of pods.slice(100, 150)) server.move(pod, 'running');
    await screen.until(has(/^ {2}100 ready$/, /^ {3}50 fetching and starting$/, /^ {2}350 waiting for a node$/));
    const slow = screen.lines().filter((line) => /^ {2}· /.test(line));
    expect(slow).toHaveLength(3);
    expect(
      Math.max(
        ...screen
          .lines()
          .slice(-9)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(50);
    screen.type('\u0003');
    expect(await screen.status).toBe(130);
  }, 120_000);

  it('is drawn anew for another size, and leaves nothing of the old one', async () => {
    const { server, screen, pods } = await deployOn(120, 30, { replicas: 3 });
    await screen.until(has(/0\/3 ready/));
    screen.resize(40, 30);
    await screen.until((lines) => lines.some((line) => /^ {2}· .*…$/.test(line)) && has(/0\/3 ready/)(lines));
    screen.resize(100, 30);
    const countOf = (text: string, lines: readonly string[]): number =>
      lines.filter((line) => line.includes(text)).length;
    // The terminal takes its new size a moment before the program hears of it and draws again.
    const isDrawn = (lines: readonly string[]): boolean =>
      ['0/3 ready', ...pods].every((text) => countOf(text, lines) === 1);
    await screen.until((lines) => isDrawn(lines) && has(/· \S+: waiting for a node for /)(lines));
    for (const pod of pods) server.move(pod, 'ready');
    expect(await screen.status).toBe(0);
    expect(screen.lines().filter((line) => line.includes('0/3 ready'))).toEqual([]);
  }, 60_000);

  it('is gone after Ctrl-C, which says what goes on', async () => {
    const { screen } = await deployOn(100, 24, { replicas: 2 });
    await screen.until(has(/0\/2 ready/));
    screen.type('\u0003');
    expect(await screen.status).toBe(130);
    expect(has(/^Stopped watching: the rollout of hello-world goes on/)(screen.lines())).toBe(true);
    expect(has(/0\/2 ready/)(screen.lines())).toBe(false);
    expect(screen.written()).not.toContain(hides);
  }, 60_000);

  it('is gone after a failure, which is told last', async () => {
    const { server, screen, pods } = await deployOn(100, 24, { replicas: 2 });
    await screen.until(has(/0\/2 ready/));
    for (const pod of pods) server.move(pod, 'crashing');
    expect(await screen.status).toBe(5);
    expect(has(/^Cause: /, /^error: /)(screen.lines())).toBe(true);
    expect(has(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /)(screen.lines())).toBe(false);
  }, 60_000);

  it.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['CI', { CI: 'true', NO_COLOR: '1' }],
  ])(
    'is plain lines with %s',
    async (_, env) => {
      const { server, screen, pods } = await deployOn(200, 40, { replicas: 2, env });
      await screen.until(has(/^ {2}\S+: waiting for a node$/));
      for (const pod of pods) server.move(pod, 'ready');
      expect(await screen.status).toBe(0);
      expect(screen.lines().filter((line) => / on node-\d: ready$/.test(line))).toHaveLength(2);
      expect(screen.written()).not.toContain('\u001B');
    },
    60_000,
  );

  it('has no colours with NO_COLOR', async () => {
    const { server, screen, pods } = await deployOn(200, 40, { replicas: 1, env: { NO_COLOR: '1' } });
    await screen.until(has(/0\/1 ready/));
    for (const pod of pods) server.move(pod, 'ready');
    expect(await screen.status).toBe(0);
    for (const colour of [2, 32, 33]) expect(screen.written()).not.toContain(`\u001B[${colour}m`);
  }, 60_000);
});
