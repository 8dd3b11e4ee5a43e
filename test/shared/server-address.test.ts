import { expect, it } from '@jest/globals';
import { proxiesIn, readProxy } from '../../src/shared/proxy-setting.ts';
import { isReadOnTheWay, readServerAddress } from '../../src/shared/server-address.ts';

const web = ['http:', 'https:'];
// In the first of them WHATWG's parser finds the host "me" and the port 12.
const unreadable = [
  'https://me:12/hidden@host',
  'https://me:/hidden@host',
  'https://me:12?hidden@host',
  'https://me:hid/den@host',
  'https://me:hidden#@host',
  'https://me:12#hidden@host',
  'https://me:hid%den@host',
  'ftp://me:hidden@host',
  'hidden',
];

it.each(unreadable)('readServerAddress() does not take %s for an address', (text) => {
  expect(readServerAddress(text, web)).toBeUndefined();
});

it.each([
  ['https://host/npm/', 'https://host/npm/', undefined],
  ['https://me:s%23c%2Fret@host:8443/npm', 'https://host:8443/npm', 'me:s#c/ret'],
  ['https://token@host', 'https://host/', 'token:'],
  ['https://host/_packaging/feed@Local/npm/', 'https://host/_packaging/feed@Local/npm/', undefined],
])('readServerAddress() takes %s apart', (text, href, pair) => {
  const { url, authorization } = readServerAddress(text, web) ?? {};
  expect(url?.href).toBe(href);
  expect(authorization).toBe(pair && `Basic ${btoa(pair)}`);
});

it.each([
  ['http://127.0.0.1:1', false],
  ['http://[::1]:1', false],
  ['http://localhost', false],
  ['https://host', false],
  ['http://host', true],
  ['http://127.0.0.1.example', true],
])('isReadOnTheWay() of %s is %s', (url, expected) => {
  expect(isReadOnTheWay(url)).toBe(expected);
});

it.each(unreadable.filter((text) => text.includes('://')))('readProxy() names the setting of %s alone', (text) => {
  const read = () => readProxy(text, 'HTTPS_PROXY');
  expect(read).toThrow(expect.objectContaining({ code: 'bad-usage', message: expect.stringMatching(/HTTPS_PROXY/) }));
  expect(read).not.toThrow(/hid/);
});

it('proxiesIn() reads every setting, and takes a bare host for a proxy', () => {
  const environment = { https_proxy: 'proxy:3128', HTTP_PROXY: 'http://me:s%2Fcret@proxy', NO_PROXY: 'x' };
  expect(proxiesIn(environment)).toEqual({ httpProxy: 'http://me:s%2Fcret@proxy', httpsProxy: 'http://proxy:3128' });
  for (const name of ['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY']) {
    expect(() => proxiesIn({ ...environment, [name]: 'http://me:hid/den@proxy' })).toThrow(
      `Cannot read ${name} as the address of a proxy`,
    );
  }
});
