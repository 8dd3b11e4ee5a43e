import type { User } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { safeWayTo } from '../../../../src/platforms/kubernetes/api/safe-way.ts';

const token = { name: 'me', token: 'hidden' };

function way(server: string, user: User = token, proxyUrl?: string, environment = {}) {
  const cluster = { name: 'it', server, skipTLSVerify: false, ...(proxyUrl !== undefined && { proxyUrl }) };
  return safeWayTo({ cluster, user, context: 'it' }, environment);
}

describe('safeWayTo()', () => {
  it.each([
    ['https://api.example:6443', token],
    ['http://127.0.0.1:8001', token],
    ['http://localhost:8001', token],
    ['http://api.example', { name: 'nobody' }],
  ])('goes to %s as %j', (server, user) => {
    expect(way(server, user)).toBeUndefined();
  });

  it.each([
    token,
    { name: 'me', username: 'me', password: 'hidden' },
    { name: 'me', exec: { command: 'plugin' } },
    { name: 'me', authProvider: { name: 'tokenFile' } },
  ])('does not say in clear who one is: %j', (user) => {
    const go = () => way('http://api.example', user);
    expect(go).toThrow(
      expect.objectContaining({ code: 'kubeconfig-unusable', hint: expect.stringContaining('https://') }),
    );
    expect(go).not.toThrow(/hidden/);
    // Clear until a proxy elsewhere, too.
    expect(() => way('http://127.0.0.1:8001', user, 'http://proxy:3128')).toThrow(/^Refused to sign in/);
    expect(way('http://127.0.0.1:8001', user, 'http://localhost:3128')).toBe('http://localhost:3128');
  });

  it.each([
    ['https://me:hid/den@api.example', undefined, {}],
    ['https://me:hidden@api.example', undefined, {}],
    ['hidden', undefined, {}],
    ['https://api.example', 'http://me:hid#den@proxy', {}],
    ['https://api.example', undefined, { HTTPS_PROXY: 'http://me:12/hidden@proxy' }],
  ])('refuses the server %s with the proxy %s and %j, and quotes none', (server, proxyUrl, environment) => {
    const go = () => way(server, token, proxyUrl, environment);
    expect(go).toThrow(/^(?:Cannot read|Refused)/);
    expect(go).not.toThrow(/hid/);
  });
});
