import { describe, expect, it } from '@jest/globals';
import { diagnose, eventLines } from '../../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { deploymentWith, event, observedWith, pod } from '../../../support/kubernetes/observed.ts';
import { terminated, itKnows, one, running, waiting } from '../../../support/kubernetes/situations.ts';

itKnows([
  ['a replica that is starting', one(running()), undefined],
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
      ...one(terminated({ exitCode: 3 })),
    },
    { cause: 'crash', fatalAfterMs: 0 },
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
          container: { restartCount: 1, lastState: terminated({ exitCode: 1 }).state ?? {} },
        }),
      ],
    },
    undefined,
  ],
]);

describe('diagnose()', () => {
  it('names the worst of several', () => {
    const pods = [
      pod('hello-1', { container: terminated({ exitCode: 1 }) }),
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
