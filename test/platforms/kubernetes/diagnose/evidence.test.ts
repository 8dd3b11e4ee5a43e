import { afterEach, expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { evidenceFor } from '../../../../src/platforms/kubernetes/diagnose/evidence.ts';
import { type ApiServer, apiServer, json } from '../../../support/kubernetes/api-server.ts';

let server: ApiServer;
afterEach(async () => server.close());

it('evidenceFor() does without a log that does not come in time', async () => {
  const warning = { reason: 'BackOff', message: 'restarting', type: 'Warning', metadata: {}, involvedObject: {} };
  const asked = Promise.withResolvers<void>();
  server = await apiServer((request, response) => {
    // The log never ends: a kubelet that hangs.
    if (request.url?.includes('/log') === true) asked.resolve();
    else json(response, 200, { items: [warning] });
  });
  const cluster = await connect({
    kubeconfig: await server.kubeconfig(),
    environment: {},
    signal: new AbortController().signal,
  });
  try {
    const evidence = await evidenceFor(
      cluster,
      { metadata: { name: 'one', uid: '1' } },
      { signal: AbortSignal.timeout(1_000) },
    );
    await asked.promise;
    expect(evidence).toEqual({ logs: [], isPrevious: false, events: [expect.stringContaining('restarting')] });
  } finally {
    await cluster.close();
  }
});
