import { describe, expect, it } from '@jest/globals';
import { causeCodes, isPassingFailure, isPassingStatus, isTlsFailure } from '../../src/shared/network-failure.ts';

it('isPassingStatus() knows the servers that are busy or restart, and their gateways', () => {
  const passing = Array.from({ length: 600 }, (_, status) => status).filter(isPassingStatus);
  expect(passing.slice(0, 5)).toEqual([408, 429, 500, 502, 503]);
  expect(passing).toHaveLength(2 + 99);
});

it('isPassingFailure() is true of a connection that broke, not of a name that nobody knows', () => {
  expect(['ECONNRESET', 'UND_ERR_SOCKET', 'EAI_AGAIN'].map(isPassingFailure)).toEqual([true, true, true]);
  expect(['ENOTFOUND', 'CERT_HAS_EXPIRED', 'ERR_ASSERTION'].map(isPassingFailure)).toEqual([false, false, false]);
});

it('isTlsFailure() is true of the codes of OpenSSL that Node.js passes on', () => {
  const codes = ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'HOSTNAME_MISMATCH', 'DEPTH_ZERO_SELF_SIGNED_CERT'];
  expect(codes.map(isTlsFailure)).toEqual([true, true, true, true]);
  expect(['ECONNRESET', 'UND_ERR_SOCKET', 'EPROTOTYPE'].map(isTlsFailure)).toEqual([false, false, false]);
});

describe('causeCodes()', () => {
  it('gives the outermost first, of several addresses those of the first', () => {
    const refused = Object.assign(new Error('one'), { code: 'ECONNREFUSED' });
    const all = new AggregateError([refused, Object.assign(new Error('two'), { code: 'ENETUNREACH' })]);
    const outer = Object.assign(new TypeError('fetch failed', { cause: all }), { code: 'OUTER' });
    expect(causeCodes(outer)).toEqual(['OUTER', 'ECONNREFUSED']);
  });

  it('ends where an error causes itself, and finds none in what is no error', () => {
    const round = Object.assign(new Error('round'), { code: 'ROUND' });
    round.cause = round;
    expect(new Set(causeCodes(round))).toEqual(new Set(['ROUND']));
    expect([causeCodes(undefined), causeCodes('text')]).toEqual([[], []]);
  });
});
