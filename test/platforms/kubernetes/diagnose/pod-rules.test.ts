import { event, pod } from '../../../support/kubernetes/observed.ts';
import { terminated, itKnows, one, waiting } from '../../../support/kubernetes/situations.ts';

itKnows([
  [
    'a first crash',
    one(terminated({ exitCode: 3, message: 'cannot find the moon\n' })),
    {
      cause: 'crash',
      summary: 'The application ends with status 3',
      evidence: ['cannot find the moon'],
      fatalAfterMs: Infinity,
    },
  ],
  [
    'a first end by a signal',
    one(terminated({ exitCode: 139 })),
    { cause: 'crash', summary: 'The application ends with status 139 (signal 11)' },
  ],
  [
    'a crash loop',
    one({
      ...waiting('CrashLoopBackOff', 'back-off 10s'),
      restartCount: 1,
      lastState: terminated({ exitCode: 3 }).state ?? {},
    }),
    { cause: 'crash', pod: 'hello-1', node: 'node-1', fatalAfterMs: 0 },
  ],
  [
    'an application that ends by itself',
    one({ ...terminated({ exitCode: 0 }), restartCount: 2 }),
    { cause: 'crash', summary: 'The application ends by itself (status 0), but is meant to go on' },
  ],
  [
    'too little memory',
    one({ ...terminated({ exitCode: 137, reason: 'OOMKilled' }), restartCount: 1 }),
    { cause: 'out-of-memory', summary: 'Killed for using more memory than its limit of 256Mi', fatalAfterMs: 0 },
  ],
  [
    'a Secret that is missing',
    one(waiting('CreateContainerConfigError', 'secret "database" not found')),
    { cause: 'config-missing', summary: 'Cannot make the container: secret "database" not found', fatalAfterMs: 0 },
  ],
  [
    'a volume that cannot be mounted',
    {
      pods: [pod('hello-1', { container: waiting('ContainerCreating', '') })],
      events: [event('hello-1', { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "x"' })],
    },
    { cause: 'volume', fatalAfterMs: 60_000 },
  ],
  [
    'a ConfigMap with a part of the executable that was deleted',
    {
      pods: [pod('hello-1', { container: waiting('ContainerCreating', '') })],
      events: [
        event('hello-1', {
          reason: 'FailedMount',
          message:
            'MountVolume.SetUp failed for volume "blob" : configmap "hello-blob-0123456789abcdef-2-001" not found',
        }),
      ],
    },
    {
      cause: 'volume',
      summary:
        'The ConfigMap hello-blob-0123456789abcdef-2-001 is missing: a part of the executable, without which new pods cannot start',
      nextStep: 'Run the same deploy again: it stores the ConfigMap again, and waiting pods start by themselves.',
      fatalAfterMs: 150_000,
    },
  ],
  [
    'a start that does not listen yet',
    {
      pods: [pod('hello-1')],
      events: [event('hello-1', { reason: 'Unhealthy', message: 'Startup probe failed: connect: connection refused' })],
    },
    undefined,
  ],
  [
    'a start that has not listened for long',
    {
      pods: [pod('hello-1')],
      events: [
        event('hello-1', { reason: 'Unhealthy', message: 'Startup probe failed: connection refused', count: 30 }),
      ],
    },
    { cause: 'probe', nextStep: 'Let the application listen on that port, on all addresses.', fatalAfterMs: Infinity },
  ],
  [
    'a replica that says it is not ready',
    {
      pods: [pod('hello-1')],
      events: [
        event('hello-1', {
          reason: 'Unhealthy',
          message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
        }),
      ],
    },
    {
      cause: 'probe',
      summary: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      fatalAfterMs: Infinity,
    },
  ],
  [
    'a replica that never listens and is restarted for it',
    {
      pods: [pod('hello-1', { container: { restartCount: 1 } })],
      events: [
        event('hello-1', { reason: 'Unhealthy', message: 'Startup probe failed: connect: connection refused' }),
        event('hello-1', {
          reason: 'Killing',
          message: 'Container app failed startup probe, will be restarted',
          type: 'Normal',
        }),
      ],
    },
    { cause: 'probe', fatalAfterMs: 0 },
  ],
  [
    'replicas that are evicted again and again',
    {
      pods: ['hello-1', 'hello-2', 'hello-3'].map((name) =>
        pod(name, { evicted: 'Usage of EmptyDir volume "tmp" exceeds the limit "64Mi".' }),
      ),
    },
    { cause: 'evicted', pod: 'hello-3', nextStep: 'Let the application write less to its disk.', fatalAfterMs: 0 },
  ],
]);
