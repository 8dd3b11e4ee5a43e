import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import {
  allows,
  missingRights,
  type Right,
  rightsText,
  rulesIn,
} from '../../../../src/platforms/kubernetes/api/rights.ts';
import { type ApiServer, apiServer, json } from '../../../support/kubernetes/api-server.ts';

const patchIt: Right = { verb: 'patch', kind: 'Deployment', name: 'hello' };
const watchPods: Right = { verb: 'watch', kind: 'Pod' };
const readLogs: Right = { verb: 'get', kind: 'Pod', subresource: 'log' };

describe('allows()', () => {
  it.each([
    [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, [true, true, true]],
    [{ verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'] }, [true, false, false]],
    [{ verbs: ['patch'], apiGroups: [''], resources: ['deployments'] }, [false, false, false]],
    [
      { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['hello'] },
      [true, false, false],
    ],
    [
      { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['x'] },
      [false, false, false],
    ],
    [{ verbs: ['get', 'watch'], apiGroups: [''], resources: ['pods', 'pods/log'] }, [false, true, true]],
    [{ verbs: ['watch'], apiGroups: [''], resources: ['pods'], resourceNames: ['one'] }, [false, false, false]],
    [{ verbs: ['get'], apiGroups: [''], resources: ['*/log'] }, [false, false, true]],
    [{ verbs: ['get'] }, [false, false, false]],
  ])('reads %j', (rule, expected) => {
    expect([patchIt, watchPods, readLogs].map((right) => allows(rule, right))).toEqual(expected);
  });
});

describe('missingRights()', () => {
  let server: ApiServer | undefined;
  let cluster: Cluster | undefined;
  afterEach(async () => {
    await cluster?.close();
    await server?.close();
  });

  /** Rules that allow to watch pods alone; asked one by one, logs as well. */
  async function missing(incomplete: boolean): Promise<string[]> {
    server = await apiServer((request, response) => {
      if (request.url?.endsWith('selfsubjectrulesreviews') === true) {
        const resourceRules = [{ verbs: ['watch'], apiGroups: [''], resources: ['pods'] }];
        json(response, 201, { status: { resourceRules, incomplete } });
        return;
      }
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => json(response, 201, { status: { allowed: text.includes('"subresource":"log"') } }));
    });
    const { signal } = new AbortController();
    cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
    const rules = await rulesIn(cluster, signal);
    const rights = await missingRights(cluster, { needed: [patchIt, watchPods, readLogs], rules, signal });
    return rights.map((right) => rightsText([right]));
  }

  it('goes by the list of the API server, in one call', async () => {
    expect(await missing(false)).toEqual(['patch deployments', 'get pods/log']);
    expect(server?.requests).toHaveLength(1);
  });

  it('asks for what is not in a list that is not complete', async () => {
    expect(await missing(true)).toEqual(['patch deployments']);
    expect(server?.requests).toHaveLength(3);
  });
});

it('rightsText() names the verbs of a resource together', () => {
  const rights: Right[] = [{ verb: 'list', kind: 'Pod' }, patchIt, watchPods, readLogs, { ...patchIt, name: 'other' }];
  expect(rightsText(rights)).toBe('list, watch pods; patch deployments; get pods/log');
});
