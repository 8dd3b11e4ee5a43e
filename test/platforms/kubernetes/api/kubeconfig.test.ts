import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { findAccess } from '../../../../src/platforms/kubernetes/api/kubeconfig.ts';
import { kubeconfigOf } from '../../../support/kubernetes/api-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfsame-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('findAccess()', () => {
  it('takes the current context, its namespace and its user', () => {
    const kubeconfig = write('plain', kubeconfigOf({ server: 'https://a.test' }, { token: 't' }));
    const access = findAccess({ kubeconfig, environment: {} });
    expect(access).toMatchObject({
      context: 'test',
      namespace: 'mine',
      cluster: { server: 'https://a.test' },
      user: { token: 't' },
    });
    expect(findAccess({ kubeconfig, namespace: 'other', environment: {} }).namespace).toBe('other');
  });

  it('merges the files of KUBECONFIG, the first one wins, and passes over those that are missing', () => {
    const first = write('first', kubeconfigOf({ server: 'https://first.test' }, {}));
    const second = write('second', kubeconfigOf({ server: 'https://second.test' }, {}));
    const environment = { KUBECONFIG: [join(folder, 'missing'), first, second].join(delimiter) };
    expect(findAccess({ environment }).cluster.server).toBe('https://first.test');
  });

  it('finds ~/.kube/config', () => {
    mkdirSync(join(folder, '.kube'));
    write('.kube/config', kubeconfigOf({ server: 'https://home.test' }, {}));
    expect(findAccess({ environment: { HOME: folder } }).cluster.server).toBe('https://home.test');
  });

  it('inside a pod uses the service account', () => {
    write('namespace', 'inside');
    const environment = { HOME: '/nowhere', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const access = findAccess({ environment, serviceAccountDir: folder });
    expect(access).toMatchObject({
      context: 'in-cluster',
      namespace: 'inside',
      cluster: { server: 'https://[fd00::1]:6443' },
    });
  });

  it('makes the path of a credential plugin relative to the file that names it', () => {
    const kubeconfig = write('exec', kubeconfigOf({ server: 'https://a.test' }, { exec: { command: './plugin' } }));
    expect(findAccess({ kubeconfig, environment: {} }).user.exec).toMatchObject({ command: join(folder, 'plugin') });
  });

  it('names the known contexts when asked for an unknown one', () => {
    const kubeconfig = write('known', kubeconfigOf({ server: 'https://a.test' }, {}));
    expect(() => findAccess({ kubeconfig, context: 'tset', environment: {} })).toThrow(
      expect.objectContaining({
        code: 'kubeconfig-unusable',
        message: `Cannot find the context "tset" in ${kubeconfig}`,
        hint: 'Pass --context with one of: test.',
      }),
    );
  });

  it.each([
    ['no file', { kubeconfig: '/nowhere/config' }, 'Cannot read the kubeconfig /nowhere/config: no such file'],
    ['no configuration at all', {}, 'No kubeconfig found at /nowhere/.kube/config'],
    ['a file that is not YAML', { content: '{{{ token: hidden' }, /: it is not a kubeconfig$/],
    [
      'a cluster without a server',
      { content: '{"clusters":[{"name":"a","cluster":{}}]}' },
      /: clusters\[0\].cluster.server is missing$/,
    ],
    ['an empty file', { content: '' }, /: it is not a kubeconfig$/],
    ['a file without contexts', { content: '{}' }, /^No current context in /],
  ])(
    'says in one line that it cannot use %s',
    (_case, { kubeconfig, content }: { kubeconfig?: string; content?: string }, message) => {
      const file = content === undefined ? kubeconfig : write('broken', content);
      const error = thrownBy(() =>
        findAccess({ ...(file !== undefined && { kubeconfig: file }), environment: { HOME: '/nowhere' } }),
      );
      expect(error).toMatchObject({ code: 'kubeconfig-unusable', message: expect.stringMatching(message) });
      expect(inspect(error)).not.toContain('hidden');
    },
  );
});

function write(name: string, content: object | string): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return join(folder, name);
}

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('Nothing was thrown');
}
