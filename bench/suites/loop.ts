// From saving a one-line edit to the last of five replicas ready: selfsame against what a user would take instead, on one
// node, in turn. Every route replaces five running replicas by five new ones.
import { join } from 'node:path';
import { countingAzurite } from '../tools/counting-azurite.ts';
import { benchCluster, runnerOnNode } from '../tools/bench-cluster.ts';
import { copyRow } from './copy.ts';
import { loopGoals, loopRows, loopText, type LoopLap } from './loop-figures.ts';
import { alternate } from '../tools/measure.ts';
import { replicas } from '../routes/objects.ts';
import { startCountingRegistry } from '../routes/registry.ts';
import { imageRoute } from '../routes/image.ts';
import { koRoutes } from '../routes/ko.ts';
import { selfsameRoute } from '../routes/selfsame.ts';
import { wholeRoute } from '../routes/whole.ts';
import type { Route, RouteWorld } from '../routes/route.ts';
import { findKo, findRegistry, needTools, type Missing } from '../tools/find-tools.ts';
import type { Bench, Measured } from './suite.ts';

export async function loopSuite({ folder, runs, signal }: Bench): Promise<Measured> {
  needTools();
  const open: (() => Promise<void>)[] = [];
  try {
    const place = await benchCluster('bench', signal);
    open.push(async () => place.close());
    const store = await countingAzurite(place.hostAddress, join(folder, 'store'));
    open.push(async () => store.stop());
    const found = await findRegistry(signal);
    const missing = typeof found === 'string' ? [] : [found];
    const registry =
      typeof found === 'string'
        ? await startCountingRegistry(found, { folder: join(folder, 'registry'), signal })
        : undefined;
    if (registry !== undefined) open.push(async () => registry.stop());
    const world = { place, store, registry, folder, signal };
    const routes: Route[] = [];
    for await (const route of openRoutes(world, missing)) {
      routes.push(route);
      open.push(async () => route.close());
    }
    for (const route of routes) {
      console.error(`First deploy of ${route.name}: ${route.what}`);
      await changed(world, route, 'first');
    }
    let edit = 0;
    const laps = await alternate(
      routes.map((route) => ({
        run: async () => {
          signal.throwIfAborted();
          edit += 1;
          const lap = await changed(world, route, `edit ${edit}`);
          console.error(`${route.name}: ${Math.round(lap.total)} ms`);
          return lap;
        },
      })),
      runs,
    );
    const measured = routes.map(({ name, what }, index) => ({ name, what, laps: laps[index] ?? [] }));
    const rows = [...loopRows(measured), ...(await copyRow(store, runs))];
    return { rows: [...rows, ...loopGoals(rows)], text: loopText(measured, { rows, missing, node: place.node }) };
  } finally {
    // The last that was opened may need the others.
    for (const close of open.toReversed()) await close().catch((error: unknown) => console.error(String(error)));
  }
}

async function* openRoutes(world: RouteWorld, missing: Missing[]): AsyncGenerator<Route> {
  const { place, registry, signal } = world;
  const [plain, runtime] = [
    await runnerOnNode(place, { runtime: false, signal }),
    await runnerOnNode(place, { runtime: true, signal }),
  ];
  yield selfsameRoute(world, { name: 'inside', what: 'selfsame, the runtime inside the runner', runnerImage: runtime });
  yield selfsameRoute(world, { name: 'plain', what: 'selfsame, the plain runner', runnerImage: plain });
  yield wholeRoute(world, plain);
  if (registry === undefined) return;
  yield imageRoute(world, registry);
  const ko = await findKo(signal);
  if ('tool' in ko) {
    missing.push(ko);
    return;
  }
  const routes = await koRoutes(world, { registry, ...ko });
  yield routes.ko;
  yield routes.floor;
}

/** One edit by one route, to the moment at which its last replica is ready. */
async function changed({ place }: RouteWorld, route: Route, text: string): Promise<LoopLap> {
  const before = await route.traffic();
  const except = place.pods.templates(route.name);
  const startedAt = performance.now();
  const [change, readyAt] = await Promise.all([
    // No two routes make the same bytes: the second would find them stored.
    route.change(`${route.name} ${text}`),
    place.pods.ready(route.name, { count: replicas, except }),
  ]);
  const { bundledAt, packagedAt, availableAt, appliedAt, peakBytes } = change;
  const after = await route.traffic();
  return {
    total: readyAt - startedAt,
    bundle: bundledAt - startedAt,
    package: packagedAt - bundledAt,
    upload: availableAt - packagedAt,
    apply: appliedAt - availableAt,
    ready: readyAt - appliedAt,
    artifact: availableAt - bundledAt,
    sentBytes: after.sentBytes - before.sentBytes,
    pulledBytes: after.pulledBytes - before.pulledBytes,
    peakBytes,
  };
}
