import { describe, expect, it } from '@jest/globals';
import { isLoopback, parseAddress } from '../../src/app/address.ts';

describe('parseAddress()', () => {
  it.each([
    [':8080', { port: 8080 }],
    ['8080', { port: 8080 }],
    [' :8080 ', { port: 8080 }],
    [':0', { port: 0 }],
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::]:8080', { host: '::', port: 8080 }],
    ['https://:8443', { scheme: 'https', port: 8443 }],
    ['https://[::1]:8443', { scheme: 'https', host: '::1', port: 8443 }],
  ])('reads %j', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    ':',
    'localhost',
    'localhost:',
    ':http',
    ':65536',
    ':-1',
    ':8080x',
    '::1:8080',
    'http://x:80',
    'https://x',
    'https://x:80/',
    'a b:80',
  ])('refuses %j, and shows an address that would do', (text) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({
        code: 'bad-usage',
        message: `Cannot serve on "${text}"`,
        hint: expect.stringContaining(':8080'),
      }),
    );
  });
});

describe('isLoopback()', () => {
  it('tells addresses that only this machine can reach', () => {
    for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
      expect([host, isLoopback({ host, port: 1 })]).toEqual([host, true]);
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '12.7.0.0', 'localhost.example.org']) {
      expect([host, isLoopback({ host, port: 1 })]).toEqual([host, false]);
    }
    expect(isLoopback({ port: 1 })).toBe(false);
  });
});
