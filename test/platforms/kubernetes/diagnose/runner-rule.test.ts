import { expect } from '@jest/globals';
import type { Observed } from '../../../../src/platforms/kubernetes/pods/pod-view.ts';
import { terminated, itKnows, one } from '../../../support/kubernetes/situations.ts';

itKnows([
  [
    'a runner that was denied',
    one(terminated({ exitCode: 67, message: 'selfsame runner: cannot fetch https://store.test/a: denied (403)' })),
    {
      cause: 'runner',
      summary: 'The runner cannot start it: cannot fetch https://store.test/a: denied (403)',
      nextStep: 'Run this again: it renews the link that pods read the store with.',
      fatalAfterMs: 0,
    },
  ],
  [
    'an application that ends with a status of the runner',
    one({ ...terminated({ exitCode: 67, message: 'my own trouble' }), restartCount: 2 }),
    { cause: 'crash', evidence: ['my own trouble'] },
  ],
  [
    'a file that the kernel cannot execute',
    one(
      terminated({
        exitCode: 128,
        reason: 'StartError',
        message: 'exec: "/runner/run.sh": exec format error: unknown',
      }),
    ),
    { cause: 'wrong-architecture', fatalAfterMs: 0 },
  ],
  [
    'an image without what it is to start',
    one(
      terminated({
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
    one(
      terminated({
        exitCode: 76,
        message: 'selfsame runner: no matching Node.js in this image: it has Node.js v20.1.0',
      }),
    ),
    { cause: 'runner', nextStep: expect.stringMatching(/^Pass --runner-image node:/), fatalAfterMs: 0 },
  ],
  [
    'a volume that may not be executed',
    one(
      terminated({ exitCode: 74, message: 'selfsame runner: cannot execute /selfsame/a: /selfsame is mounted noexec' }),
    ),
    { cause: 'runner', nextStep: expect.stringContaining('emptyDir'), fatalAfterMs: 0 },
  ],
  [
    'a volume that cannot be written',
    one(terminated({ exitCode: 73, message: 'selfsame runner: cannot write to the folder /selfsame' })),
    { cause: 'runner', nextStep: 'See whether the node has disk space left.', fatalAfterMs: 0 },
  ],
  [
    'a part of the executable that somebody replaced',
    mounting(
      one(terminated({ exitCode: 72, message: 'selfsame runner: wrong SHA-256: the application has something' })),
    ),
    {
      cause: 'runner',
      nextStep: 'Run the same deploy again: it finds what was replaced, and stores all parts under other names.',
      fatalAfterMs: 0,
    },
  ],
]);

/** With pods that mount the executable. */
function mounting(observed: Partial<Observed>): Partial<Observed> {
  const sources = [{ configMap: { name: 'hello-blob-0123456789abcdef-000' } }];
  for (const { spec } of observed.pods ?? []) if (spec) spec.volumes = [{ name: 'blob', projected: { sources } }];
  return observed;
}
