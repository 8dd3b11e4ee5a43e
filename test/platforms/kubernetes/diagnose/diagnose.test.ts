import type { V1ContainerState, V1ContainerStatus } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { diagnose, eventLines } from '../../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { deploymentWith, event, observedWith, pod } from '../../../support/kubernetes/observed.ts';

/** Situations as a real cluster showed them, and what to make of them. */
const situations: [situation: string, seen: Parameters<typeof observedWith>[0], found: object | undefined][] = [
  ['a replica that is starting', one(running()), undefined],
  [
    'an image that is not there',
    one(
      waiting(
        'ErrImagePull',
        'failed to pull and unpack image "example.test/runner:1": failed to resolve reference: not found',
      ),
    ),
    { cause: 'image-not-found', summary: 'The image example.test/runner:1 cannot be found', fatalAfterMs: 0 },
  ],
  [
    'an image behind a login',
    one(waiting('ErrImagePull', 'pull access denied, repository does not exist or may require authorization')),
    { cause: 'image-denied', nextStep: 'Pass --image-pull-secret, or correct --runner-image.', fatalAfterMs: 0 },
  ],
  [
    'an image of which only the event says what is wrong',
    {
      pods: [
        pod('hello-1', { container: waiting('ImagePullBackOff', 'Back-off pulling image "example.test/runner:1"') }),
      ],
      events: [
        event('hello-1', {
          reason: 'Failed',
          message: 'Failed to pull image "example.test/runner:1": manifest unknown',
        }),
      ],
    },
    { cause: 'image-not-found', evidence: ['Failed to pull image "example.test/runner:1": manifest unknown'] },
  ],
  [
    'a registry that does not answer for a while',
    one(
      waiting(
        'ErrImagePull',
        'failed to do request: Head "https://example.test/v2/": dial tcp 10.0.0.1:443: i/o timeout',
      ),
    ),
    { cause: 'image-pull', fatalAfterMs: 90_000 },
  ],
  [
    'a registry that the name server does not tell of in time',
    one(waiting('ErrImagePull', 'dial tcp: lookup example.test on 10.0.0.10:53: read udp: i/o timeout')),
    { cause: 'image-pull', detail: 'registry', fatalAfterMs: 30_000 },
  ],
  [
    'an image whose name is not what happened to it',
    one(waiting('ErrImagePull', 'failed to pull "example.test/access-denied:401": dial tcp: connection refused')),
    { cause: 'image-pull', fatalAfterMs: 90_000 },
  ],
  [
    'an image for another architecture',
    one(waiting('ErrImagePull', 'no match for platform in manifest: not found')),
    { cause: 'wrong-architecture', fatalAfterMs: 0 },
  ],
  [
    'a runner that was denied',
    one(ended({ exitCode: 67, message: 'selfsame runner: cannot fetch https://store.test/a: denied (403)' })),
    {
      cause: 'runner',
      summary: 'The runner cannot start it: cannot fetch https://store.test/a: denied (403)',
      nextStep: 'Run this again: it renews the link that pods read the store with.',
      fatalAfterMs: 0,
    },
  ],
  [
    'an application that ends with a status of the runner',
    one({ ...ended({ exitCode: 67, message: 'my own trouble' }), restartCount: 2 }),
    { cause: 'crash', evidence: ['my own trouble'] },
  ],
  [
    'a file that the kernel cannot execute',
    one(ended({ exitCode: 128, reason: 'StartError', message: 'exec: "/runner/run.sh": exec format error: unknown' })),
    { cause: 'wrong-architecture', fatalAfterMs: 0 },
  ],
  [
    'an image without what it is to start',
    one(
      ended({
        exitCode: 128,
        reason: 'StartError',
        message:
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "node": executable file not found in $PATH: unknown',
      }),
    ),
    {
      cause: 'runner',
      summary: 'The image example.test/runner:1 has no "node"',
      nextStep: expect.stringMatching(/^Pass --runner-image node:\d+\.\d+\.\d+-slim, /),
      fatalAfterMs: 0,
    },
  ],
  [
    'an image with another Node.js',
    one(ended({ exitCode: 76, message: 'selfsame runner: no matching Node.js in this image: it has Node.js v20.1.0' })),
    { cause: 'runner', nextStep: expect.stringMatching(/^Pass --runner-image node:/), fatalAfterMs: 0 },
  ],
  [
    'a volume that may not be executed',
    one(ended({ exitCode: 74, message: 'selfsame runner: cannot execute /selfsame/a: /selfsame is mounted noexec' })),
    { cause: 'runner', nextStep: expect.stringContaining('emptyDir'), fatalAfterMs: 0 },
  ],
  [
    'a volume that cannot be written',
    one(ended({ exitCode: 73, message: 'selfsame runner: cannot write to the folder /selfsame' })),
    { cause: 'runner', nextStep: 'See whether the node has disk space left.', fatalAfterMs: 0 },
  ],
  [
    'a first crash',
    one(ended({ exitCode: 3, message: 'cannot find the moon\n' })),
    {
      cause: 'crash',
      summary: 'The application ends with status 3',
      evidence: ['cannot find the moon'],
      fatalAfterMs: Infinity,
    },
  ],
  [
    'a first end by a signal',
    one(ended({ exitCode: 139 })),
    { cause: 'crash', summary: 'The application ends with status 139 (signal 11)' },
  ],
  [
    'a crash loop',
    one({
      ...waiting('CrashLoopBackOff', 'back-off 10s'),
      restartCount: 1,
      lastState: ended({ exitCode: 3 }).state ?? {},
    }),
    { cause: 'crash', pod: 'hello-1', node: 'node-1', fatalAfterMs: 0 },
  ],
  [
    'an application that ends by itself',
    one({ ...ended({ exitCode: 0 }), restartCount: 2 }),
    { cause: 'crash', summary: 'The application ends by itself (status 0), but is meant to go on' },
  ],
  [
    'too little memory',
    one({ ...ended({ exitCode: 137, reason: 'OOMKilled' }), restartCount: 1 }),
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
    'a Secret with a part of the executable that was deleted',
    {
      pods: [pod('hello-1', { container: waiting('ContainerCreating', '') })],
      events: [
        event('hello-1', {
          reason: 'FailedMount',
          message: 'MountVolume.SetUp failed for volume "blob" : secret "hello-blob-0123456789abcdef-001" not found',
        }),
      ],
    },
    {
      cause: 'volume',
      summary:
        'The Secret hello-blob-0123456789abcdef-001 is missing: a part of the executable, without which new pods cannot start',
      nextStep: 'Run the same deploy again: it stores the Secret again, and waiting pods start by themselves.',
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
  ['a pause', { deployment: deploymentWith({ spec: { paused: true } }) }, { cause: 'paused', fatalAfterMs: 0 }],
  [
    'no progress for unknown reasons',
    {
      deployment: deploymentWith({
        status: { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
      }),
    },
    { cause: 'deadline', summary: 'No progress for 600 s', fatalAfterMs: 10_000 },
  ],
  [
    'no progress for a reason that may heal',
    {
      deployment: deploymentWith({
        status: { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
      }),
      ...one(ended({ exitCode: 3 })),
    },
    { cause: 'crash', fatalAfterMs: 0 },
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
  [
    'a lost node, where nodes may not be seen',
    { pods: [pod('hello-1')], events: [event('hello-1', { reason: 'NodeNotReady', message: 'Node is not ready' })] },
    { cause: 'node-lost', summary: 'The node node-1 is not ready', fatalAfterMs: Infinity },
  ],
  [
    'trouble of an old release',
    { pods: [pod('hello-1', { release: 'old', container: waiting('ErrImagePull', 'not found') })] },
    undefined,
  ],
  [
    'a replica that restarted once and is well',
    {
      pods: [
        pod('hello-1', {
          isReady: true,
          container: { restartCount: 1, lastState: ended({ exitCode: 1 }).state ?? {} },
        }),
      ],
    },
    undefined,
  ],
];

describe('diagnose()', () => {
  it.each(situations)('knows %s', (_situation, seen, found) => {
    const diagnosis = diagnose(observedWith(seen));
    if (found === undefined) expect(diagnosis).toBeUndefined();
    else expect(diagnosis).toMatchObject(found);
  });

  it('names the worst of several', () => {
    const pods = [
      pod('hello-1', { container: ended({ exitCode: 1 }) }),
      pod('hello-2', { container: waiting('ErrImagePull', 'not found') }),
    ];
    expect(diagnose(observedWith({ pods }))).toMatchObject({ cause: 'image-not-found', pod: 'hello-2' });
  });
});

it('eventLines() gives warnings once each, without what concerns the cluster alone', () => {
  const events = [
    event('a', { reason: 'Failed', message: 'two\nlines' }),
    event('a', { reason: 'BackOff', message: 'again', count: 3 }),
    event('a', { reason: 'Failed', message: 'two lines' }),
    event('a', { reason: 'MissingClusterDNS', message: 'x' }),
    event('a', { reason: 'Pulled', message: 'x', type: 'Normal' }),
  ];
  expect(eventLines(events)).toEqual(['Failed: two lines', 'BackOff: again (3 times)']);
});

function one(container: Partial<V1ContainerStatus>): Parameters<typeof observedWith>[0] {
  return { pods: [pod('hello-1', { container })] };
}

function running(): Partial<V1ContainerStatus> {
  return { state: { running: {} }, started: false };
}

function waiting(reason: string, message: string): Partial<V1ContainerStatus> {
  return { state: { waiting: { reason, message } } };
}

function ended(terminated: NonNullable<V1ContainerState['terminated']>): Partial<V1ContainerStatus> {
  return { state: { terminated } };
}
