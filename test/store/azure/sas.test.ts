import { describe, expect, it } from '@jest/globals';
import { readSas } from '../../../src/store/azure/sas.ts';

const now = new Date('2026-11-22T12:00:00Z');
const read = (query: string) => readSas(query, 'AZURE_STORAGE_SAS_TOKEN', now);

describe('readSas()', () => {
  it('reads the SAS of a container and keeps its text', () => {
    const query = 'sv=2022-11-02&sr=c&sp=rcwl&se=2026-12-01T00%3A00%3A00Z&sig=a%2Bb%3D';
    expect(read(` ?${query}\n`)).toEqual({ query, permissions: 'rcwl', validUntil: new Date('2026-12-01') });
  });

  it('reads the SAS of an account, and one bound to a policy', () => {
    expect(read('sv=1&ss=b&srt=co&sp=rwdlac&se=2026-12-01&sig=x').validUntil).toEqual(new Date('2026-12-01'));
    expect(read('sv=1&sr=c&si=mine&sig=x')).toEqual({ query: 'sv=1&sr=c&si=mine&sig=x', permissions: '' });
  });

  it.each([
    ['bad-store', 'as a SAS', 'hello'],
    ['bad-store', 'does not open a container', 'sv=1&sr=b&sp=r&sig=hidden'],
    ['bad-store', 'does not open a container', 'sv=1&ss=q&srt=o&sp=r&sig=hidden'],
    ['store-denied', 'does not allow reading', 'sv=1&sr=c&sp=cw&se=2026-12-01&sig=hidden'],
    ['store-denied', 'ended 2026-11-22T11:59:59.000Z', 'sv=1&sr=c&sp=r&se=2026-11-22T11:59:59Z&sig=hidden'],
    ['store-denied', 'begins 2026-11-23', 'sv=1&sr=c&sp=r&st=2026-11-23&se=2026-12-01&sig=hidden'],
  ])('refuses with %s: %s', (code, message, query) => {
    expect(() => read(query)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
    expect(() => read(query)).not.toThrow(/hidden/);
  });
});
