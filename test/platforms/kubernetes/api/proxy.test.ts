import { expect, it } from '@jest/globals';
import { proxyFor } from '../../../../src/platforms/kubernetes/api/proxy.ts';

const server = 'https://api.example.com:6443';
const proxy = 'http://proxy:3128';

it.each([
  [server, { HTTPS_PROXY: proxy }, proxy],
  [server, { https_proxy: 'proxy:3128' }, proxy],
  [server, { HTTP_PROXY: proxy }, undefined],
  ['http://api.example.com', { HTTP_PROXY: proxy }, proxy],
  [server, {}, undefined],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: 'a.test, api.example.com' }, undefined],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: '.example.com' }, undefined],
  [server, { HTTPS_PROXY: proxy, no_proxy: 'example.com' }, undefined],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: 'api.example.com:6443' }, undefined],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: 'api.example.com:443' }, proxy],
  [server, { HTTPS_PROXY: proxy, NO_PROXY: 'ample.com' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
  ['https://[fd00::1]:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
  ['https://[fd00::1]:6443', { HTTPS_PROXY: proxy, NO_PROXY: '[fd00::1]:6443' }, undefined],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
])('proxyFor() %s with %j is %s', (to, environment, expected) => {
  expect(proxyFor(to, environment)).toBe(expected);
});

it('proxyFor() takes the proxy of the kubeconfig before all others', () => {
  expect(proxyFor('https://127.0.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, 'socks5://other')).toBe('socks5://other');
});
