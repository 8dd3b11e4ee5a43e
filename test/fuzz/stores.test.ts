import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EnvHttpProxyAgent } from 'undici';
import type { Network } from '../../src/executable/runtimes/npm-network.ts';
import { downloadJson, SourceError } from '../../src/executable/runtimes/download.ts';
import { packageInRegistry } from '../../src/executable/runtimes/sources.ts';
import { digestOf } from '../../src/shared/digest.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { openStore } from '../../src/store/open.ts';
import { readXml } from '../../src/store/s3/xml.ts';
import type { UrlStore } from '../../src/store/store.ts';
import { mutated, mutations } from '../support/fuzz/mutations.ts';
import { itHolds } from '../support/fuzz/property.ts';
import { countGrowth, mostGrowthMebibytes } from '../support/programs/peak-memory.ts';
import { listen } from '../support/kubernetes/api-server.ts';

/** What the server answers, whatever it is asked. */
let answer: {
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  isEndless?: boolean;
};
let url: string;
const server = createServer((request, response) => {
  const { body, headers, isEndless = false } = answer;
  response.writeHead(200, { 'content-type': 'application/xml', ...headers });
  response.write(request.method === 'HEAD' ? '' : body);
  const more = (): void => {
    while (!response.destroyed && response.write(body));
    if (!response.destroyed) response.once('drain', more);
  };
  if (isEndless) more();
  else response.end();
});
beforeAll(async () => {
  url = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const version = await digestOf([Buffer.from('x')]);
const key = `${version}/hello`;
const date = 'Sat, 28 Nov 2026 10:00:00 GMT';

const s3 = (): UrlStore =>
  openStore({
    store: `s3://bucket?endpoint=${url}`,
    environment: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  });
const azure = (): UrlStore =>
  openStore({
    environment: {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${btoa('b')};BlobEndpoint=${url}/a;`,
    },
  });

const s3List = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>${key}</Key><LastModified>2026-11-28T10:00:00Z</LastModified><Size>5</Size></Contents></ListBucketResult>`;
const azureList = `<?xml version="1.0"?><EnumerationResults><Blobs><Blob><Name>${key}</Name><Properties><Last-Modified>${date}</Last-Modified><Etag>e</Etag><Content-Length>5</Content-Length><BlobType>BlockBlob</BlobType></Properties><Metadata><target>linux-x64</target></Metadata></Blob></Blobs><NextMarker/></EnumerationResults>`;
const azurePolicies = `<?xml version="1.0"?><SignedIdentifiers><SignedIdentifier><Id>selfsame</Id><AccessPolicy><Expiry>2027-05-01T00:00:00Z</Expiry><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>`;

/** XML of which something is something else, missing, or twice. */
function changed(xml: string): fc.Arbitrary<string> {
  const tokens = xml.split(/(?=<)|(?<=>)/);
  const text = fc.constantFrom(
    '',
    'x',
    '-1',
    '1e400',
    'NaN',
    '&#0;',
    '&lt;',
    '\u001B[2J',
    '<a>',
    '</a>',
    '<Key/>',
    '<!--',
    'true',
  );
  const edit = fc.record({
    at: fc.nat({ max: tokens.length - 1 }),
    text: fc.option(text, { nil: undefined }),
    isTwice: fc.boolean(),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    const copy = [...tokens];
    for (const { at, text: other, isTwice } of edits) copy[at] = isTwice ? (copy[at] ?? '').repeat(2) : (other ?? '');
    return copy.join('');
  });
}

const headers = fc.record(
  {
    'content-length': fc.constantFrom('0'),
    'last-modified': fc.constantFrom(date, 'never', ''),
    date: fc.constantFrom(date, 'never'),
    'x-amz-meta-target': fc.constantFrom('linux-x64', '\u00ff'),
    'x-ms-error-code': fc.constantFrom('BlobNotFound', '\u00ff', 'x'.repeat(1000)),
  },
  { requiredKeys: [] },
);

const kinds = [
  ['S3', s3List, s3],
  ['Azure', azureList, azure],
] as const;
for (const [kind, xml, open] of kinds) {
  itHolds(`what ${kind} lists is read, or refused in words`, fc.record({ xml: changed(xml), headers }), {
    runs: 300,
    async check({ xml: body, headers: more }) {
      answer = { body, headers: { 'last-modified': date, ...more, 'content-length': String(Buffer.byteLength(body)) } };
      await refusedOr(async () => {
        for (const { sizeBytes, storedAt, name } of await open().list({})) {
          expect(Number.isSafeInteger(sizeBytes)).toBe(true);
          expect(storedAt.toISOString()).toBeDefined();
          expect(typeof name).toBe('string');
        }
      });
      await refusedOr(async () => open().has({ version, name: 'hello' }, {}));
    },
  });
}

itHolds('policies of Azure are read, or refused in words', changed(azurePolicies), {
  runs: 200,
  async check(body) {
    answer = { body };
    const secret = 'sv=2022-11-02&sr=c&si=selfsame&sig=x';
    await refusedOr(async () => {
      const { validUntil } = await azure().accessOf(secret, {});
      expect(validUntil?.toISOString()).not.toBe('');
    });
  },
});

itHolds('XML of anything is read, or is none', fc.oneof(fc.string(), changed(s3List)), {
  runs: 2_000,
  check: (text) => void readXml(text),
});

const network: Network = {
  dispatcher: new EnvHttpProxyAgent(),
  warnings: [],
  publicRegistry: 'https://registry.test/',
  registryOf: () => `${url}/`,
  authorizationFor: () => undefined,
};
const packument = {
  name: 'a',
  versions: { '1.0.0': { dist: { tarball: 'https://registry.test/a.tgz', integrity: 'x' } } },
};

itHolds('what a registry says of a package is an address, or refused in words', mutations, {
  runs: 300,
  async check(changes) {
    answer = { body: JSON.stringify(mutated(packument, changes)) ?? '' };
    try {
      const { tarball, integrity } = await packageInRegistry('a', '1.0.0', { network });
      expect([URL.canParse(tarball), typeof integrity]).toEqual([true, 'string']);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  },
});

it.each(kinds)('an answer of %s without an end is left', async (_kind, _xml, open) => {
  answer = { body: Buffer.alloc(1 << 20, 'x'), isEndless: true };
  const growth = countGrowth();
  await expect(open().list({})).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringMatching(/^Cannot read what .* answers: it is larger than 16 MiB$/),
  });
  expect(growth()).toBeLessThan(mostGrowthMebibytes);
});

it.each(kinds)('a list of %s without an end is left', async (_kind, xml, open) => {
  const growth = countGrowth();
  answer = {
    body: xml
      .replace('<IsTruncated>false', '<NextContinuationToken>more</NextContinuationToken><IsTruncated>true')
      .replace('<NextMarker/>', '<NextMarker>more</NextMarker>'),
  };
  await expect(open().list({})).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringContaining('their list does not end'),
  });
  expect(growth()).toBeLessThan(mostGrowthMebibytes);
});

it('a registry that does not stop is left', async () => {
  answer = { body: Buffer.alloc(1 << 20, 'x'), isEndless: true };
  const growth = countGrowth();
  await expect(downloadJson(url, { network })).rejects.toThrow(`${url}/ answers too much: it is larger than 32 MiB`);
  expect(growth()).toBeLessThan(mostGrowthMebibytes);
});

it('XML of a depth that no parser likes is none', () => {
  expect(readXml(`${'<a>'.repeat(100_000)}x${'</a>'.repeat(100_000)}`)).toBeUndefined();
});

async function refusedOr(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof DeployError) || !['store-unreachable', 'store-denied', 'store-damaged'].includes(error.code))
      throw error;
  }
}
