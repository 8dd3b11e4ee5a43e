import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { digestOf, digestOfFile, parseDigest, short } from '../../src/shared/digest.ts';

const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** NIST's example for FIPS 180-4. */
const ofAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('digestOf()', () => {
  it('gives the SHA-256, however the bytes are cut', async () => {
    expect(await digestOf([])).toBe(ofNothing);
    expect(await digestOf([Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')])).toBe(ofAbc);
  });
});

describe('digestOfFile()', () => {
  it('says what sha256sum says', async () => {
    const [said] = execFileSync('sha256sum', [process.execPath], { encoding: 'utf8' }).split(' ');
    expect(await digestOfFile(process.execPath)).toBe(said);
  });

  it('stops when it is told to', async () => {
    await expect(digestOfFile(process.execPath, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('parseDigest()', () => {
  it('takes 64 hex digits, and makes them lower-case', () => {
    expect(parseDigest(` ${ofAbc.toUpperCase()} `)).toBe(ofAbc);
  });

  it.each(['', ofAbc.slice(1), `${ofAbc}0`, `x${ofAbc.slice(1)}`])('refuses %j', (text) => {
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'bad-usage' }));
  });

  it('is shortened for people only', () => {
    expect(short(parseDigest(ofAbc))).toBe('ba7816bf8f01');
  });
});
