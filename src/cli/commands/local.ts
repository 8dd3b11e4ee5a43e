import { gracePeriodSeconds } from '../../app/drain.ts';
import { planFrom } from '../../deploy/plan/plan.ts';
import { runLocally, type LocalReplica } from '../../platforms/local/local.ts';
import { sendTo } from '../../deploy/send.ts';
import { artifactFor } from '../../executable/rebuild.ts';
import { openSelf } from '../../executable/self.ts';
import { short } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import { linuxTargets } from '../../shared/target.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import { prefixed } from '../terminal/log-lines.ts';

/** `--local`: the same store, the same runner and the same bytes, with processes in the place of pods. Stays until Ctrl-C. */
export async function localCommand(session: Session, given: GivenFlags, theirs: readonly string[]): Promise<number> {
  const { app, terminal, signal } = session;
  const { report } = terminal;
  const plan = planFrom(app, given, theirs);
  const executable = await openSelf();
  const target = linuxTargets.find((known) => known === executable.target);
  if (target === undefined) {
    throw new DeployError('bad-usage', `Cannot run replicas on ${executable.target}: executables are made for Linux`, {
      hint: 'Start the program without --local, or deploy it with --kubernetes.',
    });
  }
  const { openStore } = await import('../../store/open.ts');
  const store = openStore({ store: given.store, storeUrl: given['store-url'], environment: process.env });
  report({
    kind: 'step',
    stage: 'plan',
    text: `${plan.name}: ${plan.replicas === 1 ? '1 replica' : `${plan.replicas} replicas`} on this machine, stored in ${store.address} (${store.access})`,
  });
  await store.check({ signal });
  const artifact = await artifactFor(target, {
    name: app.name,
    from: executable,
    runtimes: { source: given['runtime-source'] },
    report,
    signal,
  });
  report({ kind: 'step', stage: 'artifact', text: `${target} is version ${short(artifact.version)}` });
  await sendTo(store, artifact, { report, signal });
  const source = await store.source(artifact, { signal });
  if (source.warning !== undefined) report({ kind: 'warning', text: source.warning });

  let wereReady = false;
  await runLocally({
    name: plan.name,
    replicas: plan.replicas,
    args: plan.args,
    env: plan.env,
    artifact,
    source,
    runner: session.runners.thin(),
    ...(plan.port !== undefined && { readyPath: app.health?.ready ?? '/selfsame/ready' }),
    readyTimeoutMs: plan.waitTimeoutMs,
    graceMs: gracePeriodSeconds(app) * 1000,
    onLine: prefixed(terminal.say, process.stderr),
    onReady: (replicas) => {
      wereReady = true;
      announce(session, given, replicas, plan.port !== undefined);
    },
    signal,
    atOnce: session.atOnce,
  });
  terminal.say(`All replicas of ${plan.name} are stopped`);
  // Ctrl-C is how this is meant to end; before they were ready it was not done.
  return wereReady ? 0 : session.endedStatus();
}

function announce({ terminal }: Session, given: GivenFlags, replicas: readonly LocalReplica[], serves: boolean): void {
  terminal.report({
    kind: 'step',
    stage: 'watch',
    text: `${replicas.length}/${replicas.length} ready; Ctrl-C stops them`,
  });
  const format = dataFormat(given.output);
  if (format !== undefined) {
    printData({ replicas }, format);
    return;
  }
  if (serves) for (const { name, url } of replicas) process.stdout.write(`${name} ${url}\n`);
}
