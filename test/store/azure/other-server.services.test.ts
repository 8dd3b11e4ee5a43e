import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Gate, gateTo } from '../../support/kubernetes/gate.ts';
import { faults } from '../../support/points/faults.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { deployTo } from '../../support/stores/azure-deploy.ts';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';

let azurite: Azurite;
let gate: Gate;

beforeAll(async () => {
  azurite = await azuriteProcess();
  gate = await gateTo({ url: azurite.url });
});
afterAll(async () => {
  gate?.close();
  await azurite?.stop();
});

it.each([
  ['the container', 'comp', false],
  ['the policy of links', 'comp=acl', true],
  ['the object', '/hello-world', true],
])('takes no word of another server for done: %s', async (what, part, isThere) => {
  const container = `other-${what.replaceAll(' ', '-')}`;
  const away = faults.find(({ title }) => title === 'another server')?.at({ service: 'azure', hasBody: true });
  let asked = 0;
  gate.fault = ({ method, url = '' }) => {
    const isAsked = isThere ? url.includes(part) : !url.includes(part) && url.includes('restype=container');
    if (away === undefined || method !== 'PUT' || !isAsked || asked > 0) return undefined;
    return { ...away, reached: () => void (asked += 1) };
  };
  const { host } = new URL(azurite.url);
  const throughGate = (text: string): string => text.replaceAll(host, `127.0.0.1:${gate.port}`);
  const environment = { AZURE_STORAGE_CONNECTION_STRING: throughGate(azurite.connectionString) };
  const artifact = await artifactOf('what pods read');
  const deploy = async () => deployTo({ store: `${throughGate(azurite.url)}/${container}`, environment }, artifact);
  await expect(deploy()).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringMatching(/^Something answers at http:\S+, but no Azure Blob Storage$/),
  });
  expect(asked).toBe(1);
  const { link } = await deploy();
  expect(await (await fetch(link)).text()).toBe('what pods read');
});
