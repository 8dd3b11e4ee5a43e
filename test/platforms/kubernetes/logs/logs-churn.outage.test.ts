import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../../../src/platforms/kubernetes/logs/cursor.ts';
import { pathOf } from '../../../../src/platforms/kubernetes/api/resource-paths.ts';
import { loadServerImage, testCluster, withoutApiServer, type TestCluster } from '../../../support/cluster/cluster.ts';
import { follow, runScript, scaleLogPods, type Way, wayTo } from '../../../support/kubernetes/log-pods.ts';

let test: TestCluster;
let way: Way;

beforeAll(async () => {
  test = await testCluster('churn');
  await loadServerImage();
  way = await wayTo(test);
}, 180_000);
afterAll(async () => {
  await way?.close();
  await test?.close();
});

const last = 1_500;
const longest = 40_000;

/** Numbers its lines, some of them longer than the runtime writes at once, some with a byte that is no UTF-8; then it fails. */
const script = `$| = 1; $SIG{TERM} = sub { print "ending\\n"; exit 0 };
for my $n (1..${last}) {
  print $n, $n % 100 == 0 ? ' ' . 'x' x ${longest} : $n % 50 == 0 ? " \\xff" : '', "\\n";
  select undef, undef, undef, 0.01;
}
exit 1`;

describe('followLogs()', () => {
  it('gives every line of every pod once, whatever becomes of pods, connections and the API server', async () => {
    const name = 'churning';
    await runScript(test, { name, script, replicas: 3 });
    const log = follow(way.cluster, { name, idleTimeoutMs: 5_000 });
    const pods = (): string[] => [...new Set(log.lines.map(({ pod }) => pod))];
    const ended = (): string[] => log.lines.filter(({ text }) => text === 'ending').map(({ pod }) => pod);
    /** So many pods run, and each has written something since. */
    const goOn = async (count: number): Promise<void> => {
      const from = log.lines.length;
      await log.until(() => new Set(log.lines.slice(from).map(({ pod }) => pod)).size >= count);
    };
    const away = async (): Promise<void> => log.until(() => log.notices.at(-1)?.endsWith('is tried again') === true);
    const back = async (): Promise<void> => log.until(() => log.notices.at(-1) === 'The cluster answers again');

    await goOn(3);
    await scaleLogPods(test, name, 5);
    await goOn(5);
    way.forwarder.cut();
    await away();
    way.forwarder.mend();
    await back();
    await goOn(5);

    const [deleted = ''] = pods();
    await test.cluster.request('DELETE', pathOf('Pod', { namespace: test.namespace, name: deleted }));
    await log.until(() => ended().includes(deleted) && pods().length === 6);
    await withoutApiServer(way.forwarder, away);
    await back();
    await goOn(5);
    const restarted = (): Set<string> => new Set(log.lines.filter(({ restart }) => restart > 0).map(({ pod }) => pod));
    await log.until(() => restarted().size === 5);
    await scaleLogPods(test, name, 2);
    await log.until(() => ended().length === 4);
    await log.stop();

    const instances = Map.groupBy(log.lines, ({ pod, restart }) => `${pod} ${restart}`);
    expect(instances.size).toBeGreaterThanOrEqual(11);
    for (const [instance, lines] of instances) {
      const [pod = '', restart = ''] = instance.split(' ');
      const texts = lines.map(({ text }) => text).filter((text) => text !== 'ending');
      expect(texts).toEqual(texts.map((_text, index) => textOf(index + 1)));
      if (instances.has(`${pod} ${Number(restart) + 1}`)) expect(texts).toHaveLength(last);
      expect(inOrder(lines)).toBe(true);
    }
    expect(log.notices.filter((text) => text.includes('missing'))).toEqual([]);
  }, 180_000);

  it('reads on where a connection that was silent for a while is forgotten on the way', async () => {
    const name = 'silent';
    const forgetful = await wayTo(test, { idleMs: 300 });
    try {
      await runScript(test, { name, script: '$| = 1; for (1..1000) { print "$_\\n"; sleep 1 }', replicas: 2 });
      const log = follow(forgetful.cluster, { name });
      await log.until(() => log.lines.filter(({ text }) => text === '6').length === 2);
      await log.stop();
      for (const pod of new Set(log.lines.map((line) => line.pod))) {
        expect(log.texts(pod)).toEqual(log.texts(pod).map((_text, index) => String(index + 1)));
      }
      expect(forgetful.forwarder.connections).toBeGreaterThan(5);
    } finally {
      await forgetful.close();
    }
  });
});

function textOf(number: number): string {
  const rest = number % 100 === 0 ? ` ${'x'.repeat(longest)}` : number % 50 === 0 ? ' \uFFFD' : '';
  return `${number}${rest}`;
}

function inOrder(lines: readonly LogLine[]): boolean {
  return lines.every(({ time }, index) => index === 0 || time >= (lines[index - 1]?.time ?? ''));
}
