import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { V1Deployment, V1PodSpec } from '@kubernetes/client-node';
import { dump } from 'js-yaml';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { KubernetesObject, ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { stockCommand } from '../../../../src/platforms/kubernetes/manifest/stock-runner.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

const full = testIntent({
  versions: {
    amd64: {
      version: parseDigest('1'.repeat(64)),
      sizeBytes: 120_000_000,
      url: 'https://store.test/x64/hello-world',
      prefix: { digest: parseDigest('b'.repeat(64)), sizeBytes: 117_000_000 },
    },
    arm64: {
      version: parseDigest('2'.repeat(64)),
      sizeBytes: 125_000_000,
      url: 'https://store.test/arm64/hello-world',
    },
  },
  query: 'sig=very-secret',
  args: ['--http', ':8080', '--price', '$(COST)'],
  env: { GREETING: '$HOME and $$' },
  secretEnv: { PASSWORD: { secret: 'database', key: 'password' } },
  imagePullSecret: 'registry',
  serviceAccount: 'greeter',
  nodeSelector: { pool: 'small' },
  tolerations: ['dedicated', 'team=blue:NoSchedule'],
});

describe('manifestFor()', () => {
  it('gives the objects of the golden file', () => {
    const golden = readFileSync(join(import.meta.dirname, 'hello-world.golden.yaml'), 'utf8');
    expect(
      manifestFor(full)
        .map((object) => dump(object, { lineWidth: 160 }))
        .join('---\n'),
    ).toBe(golden);
  });

  it('asks and serves over TLS where the application speaks it', () => {
    const [service, deployment] = manifestFor(testIntent({ port: 8443, scheme: 'https' }));
    expect(service).toMatchObject({
      spec: { ports: [{ name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' }] },
    });
    const { containers: [container] = [] } = podOf(deployment);
    const ready = { path: '/selfsame/ready', port: 'https', scheme: 'HTTPS' };
    expect(container).toMatchObject({
      ports: [{ name: 'https', containerPort: 8443 }],
      startupProbe: { httpGet: { ...ready, path: '/selfsame/live' } },
      readinessProbe: { httpGet: ready },
      livenessProbe: { httpGet: { ...ready, path: '/selfsame/live' } },
    });
  });

  it('gives a stock image the runner in a ConfigMap, and else the same', () => {
    const runner = { kind: 'stock', script: 'the runner', digest: parseDigest('c'.repeat(64)) } as const;
    const [, configMap, , deployment] = manifestFor({ ...full, runner, runnerImage: 'node:26-slim' });
    expect(configMap).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'hello-world-runner-cccccccccccc', namespace: 'default', labels: expect.anything() },
      immutable: true,
      data: { 'runner.cjs': 'the runner' },
    });
    const { containers: [container] = [], volumes } = podOf(deployment);
    expect(container).toMatchObject({
      image: 'node:26-slim',
      command: stockCommand(runner),
      args: ['--http', ':8080', '--price', '$$(COST)'],
    });
    const ours = { name: 'runner', mountPath: '/run/selfsame-runner', readOnly: true };
    const volume = { name: 'runner', configMap: { name: 'hello-world-runner-cccccccccccc', defaultMode: 0o444 } };
    const thin = podOf(manifestFor(full).at(-1));
    expect(container?.volumeMounts).toEqual([...(thin.containers?.[0]?.volumeMounts ?? []), ours]);
    expect(volumes).toEqual([...(thin.volumes ?? []), volume]);
  });

  it('hides from the node of a stock image what is meant for the application', () => {
    const env = { NODE_OPTIONS: '--inspect', NODE_ENV: 'production', PATH: '/bin', HOME: '/tmp', OPENSSL_CONF: '/x' };
    const secretEnv = { NODE_EXTRA_CA_CERTS: { secret: 'ca', key: 'path' } };
    const namesFor = (runner: ManifestIntent['runner']) =>
      podOf(manifestFor(testIntent({ env, secretEnv, runner })).at(-1)).containers?.[0]?.env?.map(({ name }) => name) ??
      [];
    const stock = namesFor({ kind: 'stock', script: '', digest: parseDigest('c'.repeat(64)) });
    expect(stock.slice(0, 8)).toEqual([
      'POD_NAME',
      'NODE_NAME',
      'SELFSAME_ENV_NODE_OPTIONS',
      'NODE_ENV',
      'SELFSAME_ENV_PATH',
      'HOME',
      'SELFSAME_ENV_OPENSSL_CONF',
      'SELFSAME_ENV_NODE_EXTRA_CA_CERTS',
    ]);
    expect(namesFor({ kind: 'thin' })).toEqual(stock.map((name) => name.replace('SELFSAME_ENV_', '')));
  });

  it('mounts a blob that is in the cluster, as files in the order of its parts, and names no URL', () => {
    const version = { version: parseDigest('1'.repeat(64)), sizeBytes: 120_000_000 };
    const mounted = {
      kind: 'mounted',
      configMaps: ['hello-world-blob-a-000', 'hello-world-blob-a-001'],
      blob: { digest: parseDigest('c'.repeat(64)), sizeBytes: 3_000_000 },
    } as const;
    const objects = manifestFor(testIntent({ versions: { amd64: version, arm64: version }, mounted }));
    expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Deployment']);
    const text = JSON.stringify(objects);
    expect(text).not.toContain('SELFSAME_URL');
    expect(text).toContain(
      JSON.stringify({
        name: 'blob',
        projected: {
          defaultMode: 0o444,
          sources: [
            { configMap: { name: 'hello-world-blob-a-000', items: [{ key: 'blob', path: '000' }] } },
            { configMap: { name: 'hello-world-blob-a-001', items: [{ key: 'blob', path: '001' }] } },
          ],
        },
      }),
    );
    expect(text).toContain(JSON.stringify({ name: 'blob', mountPath: '/run/selfsame-blob', readOnly: true }));
    for (const [name, value] of [
      ['SELFSAME_BLOB_DIR', '/run/selfsame-blob'],
      ['SELFSAME_BLOB_SHA256', mounted.blob.digest],
      ['SELFSAME_BLOB_SIZE', '3000000'],
    ]) {
      expect(text).toContain(JSON.stringify({ name, value }));
    }
  });

  it('keeps the secret query in the Secret alone', () => {
    const [secret, ...rest] = manifestFor(full);
    expect(secret).toMatchObject({
      kind: 'Secret',
      data: { query: Buffer.from('sig=very-secret').toString('base64') },
    });
    expect(JSON.stringify(rest)).not.toContain('very-secret');
  });

  it('puts the query of each version under its name, and mounts them where pods look', () => {
    const [one, other] = [parseDigest('1'.repeat(64)), parseDigest('2'.repeat(64))];
    const [secret, ...rest] = manifestFor(testIntent({ queries: { [other]: 'sig=of-other', [one]: 'sig=of-one' } }));
    expect(Object.entries(secret && 'data' in secret ? (secret.data ?? {}) : {})).toEqual([
      [`query.${one}`, Buffer.from('sig=of-one').toString('base64')],
      [`query.${other}`, Buffer.from('sig=of-other').toString('base64')],
    ]);
    const pods = JSON.stringify(rest);
    expect(pods).toContain('{"name":"SELFSAME_QUERY_FILE","value":"/run/selfsame/query"}');
    expect(pods).toContain('"mountPath":"/run/selfsame"');
    expect(pods).not.toContain('sig=');
  });

  it('gives pods a token only with an account of their own', () => {
    const automounted = (serviceAccount?: string) => {
      const [deployment] = manifestFor(testIntent({ ...(serviceAccount !== undefined && { serviceAccount }) })).slice(
        -1,
      );
      return JSON.stringify(deployment).includes('"automountServiceAccountToken":false')
        ? 'off'
        : 'as the account says';
    };
    expect(automounted()).toBe('off');
    expect(automounted('greeter')).toBe('as the account says');
  });

  it('makes no Secret without a query, no Service and no probes without a port, and leaves replicas to others', () => {
    const { port: _port, replicas: _replicas, ...rest } = testIntent();
    const objects = manifestFor(rest);
    expect(objects.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(JSON.stringify(objects)).not.toMatch(/Probe|"replicas"|\/run\/selfsame|"secret/);
    // What nothing is asked of has to last instead.
    expect(objects).toMatchObject([{ spec: { minReadySeconds: 10 } }]);
  });
});

function podOf(object: KubernetesObject | undefined): Partial<V1PodSpec> {
  const { spec } = (object ?? {}) as V1Deployment;
  return spec?.template.spec ?? {};
}
