import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/store/open.ts';
import { parseS3Address } from '../../../src/store/s3/address.ts';
import { elements, readXml, xmlText } from '../../../src/store/s3/xml.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('parseS3Address()', () => {
  it.each([
    ['s3://apps', {}, 'https://apps.s3.us-east-1.amazonaws.com', 's3://apps'],
    ['s3://apps', { AWS_REGION: 'eu-west-1' }, 'https://apps.s3.eu-west-1.amazonaws.com', 's3://apps'],
    ['s3://apps?region=eu-west-2', { AWS_REGION: 'eu-west-1' }, 'https://apps.s3.eu-west-2.amazonaws.com', 's3://apps'],
    ['s3://apps', { AWS_DEFAULT_REGION: 'cn-north-1' }, 'https://apps.s3.cn-north-1.amazonaws.com.cn', 's3://apps'],
    ['s3://my.apps/', {}, 'https://s3.us-east-1.amazonaws.com/my.apps', 's3://my.apps'],
    [
      's3://apps?endpoint=http://localhost:9000/',
      {},
      'http://localhost:9000/apps',
      's3://apps?endpoint=http://localhost:9000',
    ],
    [
      's3://apps',
      { AWS_ENDPOINT_URL: 'https://all.test', AWS_ENDPOINT_URL_S3: 'https://s3.test/v1' },
      'https://s3.test/v1/apps',
      's3://apps?endpoint=https://s3.test/v1',
    ],
  ])('reads %s with %j', (text, environment, url, address) => {
    expect(parseS3Address(text, environment)).toMatchObject({ url, address });
  });

  it.each([
    's3://',
    's3://UPPER',
    's3://a/folder',
    's3://ab',
    's3://apps?endpoint=ftp://host',
    's3://apps?endpoint=host:9000',
    's3://apps?region=a/b',
  ])('refuses %s', (text) => {
    expect(() => parseS3Address(text, {})).toThrow(expect.objectContaining({ code: 'bad-store' }));
  });

  it.each([
    's3://key:hidden@apps',
    's3://apps?secret=hidden',
    's3://apps?endpoint=https://key:hidden@host',
    's3://apps?endpoint=https://host/%3Fsig=hidden?sig=hidden',
    's3://apps#hidden',
    's3://key:12/hidden@apps',
    's3://apps?endpoint=https://key:12%23hidden@host',
    's3://apps?region=hidden!',
  ])('refuses a secret and does not repeat it: %s', (text) => {
    const refused = (): unknown => {
      try {
        return parseS3Address(text, {});
      } catch (error) {
        return error;
      }
    };
    expect(refused()).toMatchObject({ code: 'bad-store', message: expect.not.stringContaining('hidden') });
  });
});

describe('openStore()', () => {
  it('opens a bucket for s3:, of --store or SELFSAME_STORE', () => {
    expect(openStore({ store: 's3://apps', environment: keys }).address).toBe('s3://apps');
    expect(openStore({ environment: { ...keys, SELFSAME_STORE: 'S3://apps?region=eu-west-1' } }).address).toBe(
      's3://apps',
    );
  });
});

describe('readXml()', () => {
  it('reads names and texts, with space before it and characters by number', () => {
    const { root, node } =
      readXml(' \n <?xml version="1.0"?>\n<L xmlns="x"><K>a&amp;&#39;</K><N>007</N><K>b</K></L>') ?? {};
    expect(root).toBe('L');
    expect(elements(node, 'K')).toEqual(["a&'", 'b']);
    expect([xmlText(node, 'N'), xmlText(node, 'none')]).toEqual(['007', '']);
  });

  it.each(['', 'Not found', '{"a": 1}', '<a><b></a>'])('does not take %j for XML', (text) => {
    expect(readXml(text)).toBeUndefined();
  });
});
