import { both, type Case, deploymentHasEnded, hasEvent, hasRestarted, isRunning, isWaiting } from './case.ts';

const looping = isWaiting('CrashLoopBackOff');
const shell = (script: string): string[] => ['/bin/sh', '-c', script];

/** The image is there, and the container does not come up. */
export const startCases: Readonly<Record<string, Case>> = {
  'wrong-architecture': {
    expected: 'wrong-architecture',
    verdict: 'fatal',
    intent: ({ images }) => ({ runnerImage: images.foreign }),
    until: deploymentHasEnded,
  },
  'crash-first': {
    expected: 'crash',
    verdict: 'waiting',
    intent: () => ({ env: { MODE: 'crash' } }),
    until: ({ pods }) => pods.some(({ status }) => status?.containerStatuses?.[0]?.state?.terminated !== undefined),
  },
  'crash-loop': {
    expected: 'crash/loop',
    verdict: 'fatal',
    intent: () => ({ env: { MODE: 'crash' } }),
    until: looping,
  },
  'crash-without-probes': {
    expected: 'crash/loop',
    verdict: 'fatal',
    intent: () => ({ port: undefined, env: { MODE: 'crash' } }),
    until: looping,
  },
  'crash-by-signal': {
    expected: 'crash/loop',
    verdict: 'fatal',
    edit: ({ container }) => (container.command = shell('echo giving up >&2; kill -ABRT $$$$')),
    until: looping,
  },
  'ends-by-itself': {
    expected: 'crash/loop',
    verdict: 'fatal',
    edit: ({ container }) => (container.command = shell('echo all done')),
    until: looping,
  },
  'out-of-memory-first': {
    expected: 'out-of-memory',
    verdict: 'in time',
    intent: () => ({ env: { MODE: 'greedy' }, resources: { memoryLimit: '64Mi' } }),
    until: ({ pods }) => pods.some(({ status }) => status?.containerStatuses?.[0]?.state?.terminated !== undefined),
  },
  'out-of-memory': {
    expected: 'out-of-memory',
    verdict: 'fatal',
    intent: () => ({ env: { MODE: 'greedy' }, resources: { memoryLimit: '64Mi' } }),
    until: hasRestarted(1),
  },
  'secret-missing': {
    expected: 'config-missing/secret',
    verdict: 'fatal',
    intent: () => ({ secretEnv: { PASSWORD: { secret: 'database', key: 'password' } } }),
    until: isWaiting('CreateContainerConfigError'),
  },
  'secret-without-key': {
    expected: 'config-missing/secret',
    verdict: 'fatal',
    async before({ cluster, create }) {
      await create(`/api/v1/namespaces/${cluster.namespace}/secrets`, { metadata: { name: 'database' } });
      return { secretEnv: { PASSWORD: { secret: 'database', key: 'password' } } };
    },
    until: isWaiting('CreateContainerConfigError'),
  },
  'config-map-missing': {
    expected: 'config-missing/config-map',
    verdict: 'fatal',
    edit: ({ container }) => (container.envFrom = [{ configMapRef: { name: 'settings' } }]),
    until: isWaiting('CreateContainerConfigError'),
  },
  'volume-missing': {
    expected: 'volume',
    verdict: 'in time',
    edit({ pod, container }) {
      pod.volumes?.push({ name: 'settings', configMap: { name: 'settings' } });
      container.volumeMounts?.push({ name: 'settings', mountPath: '/settings' });
    },
    until: hasEvent('FailedMount'),
  },
  'probe-while-starting': {
    expected: 'none',
    verdict: 'waiting',
    intent: () => ({ env: { MODE: 'deaf' } }),
    until: hasEvent('Unhealthy', /^Startup/),
  },
  'probe-startup-failed': {
    expected: 'probe',
    verdict: 'fatal',
    intent: () => ({ env: { MODE: 'deaf' } }),
    edit: ({ container }) => Object.assign(container.startupProbe ?? {}, { failureThreshold: 3 }),
    until: both(hasRestarted(1), isRunning),
  },
  'probe-unready': {
    expected: 'probe',
    verdict: 'waiting',
    intent: () => ({ env: { MODE: 'unready' } }),
    until: hasEvent('Unhealthy', /^Readiness/),
  },
  'probe-no-answer': {
    expected: 'probe',
    verdict: 'waiting',
    // Takes connections, as every listening socket does, and never answers.
    edit({ container }) {
      container.command = ['/usr/bin/perl', '-MIO::Socket::INET'];
      container.args = ['-e', 'my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9); sleep'];
      Object.assign(container.startupProbe ?? {}, { timeoutSeconds: 1 });
    },
    until: hasEvent('Unhealthy', /^Startup.*(exceeded|imeout)/),
  },
  starting: {
    expected: 'none',
    verdict: 'waiting',
    until: isRunning,
  },
};
