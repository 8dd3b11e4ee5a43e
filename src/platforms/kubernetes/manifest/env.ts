import type { V1EnvVar } from '@kubernetes/client-node';
import { blobFolder } from './blob-volume.ts';
import type { Arch, Intent } from '../../intent.ts';

/** How the runner's variables end for an architecture. */
const suffix: Readonly<Record<Arch, string>> = { amd64: 'X64', arm64: 'ARM64' };

/** Where a pod of an architecture fetches its executable. */
export function urlVariable(arch: Arch): string {
  return `SELFSAME_URL_${suffix[arch]}`;
}

/**
 * The environment of a pod: what the runner needs to fetch and start the executable, and what the user asked for.
 *
 * It carries no secret: the query is a file, and `secretEnv` a reference.
 */
export function envOf(intent: Intent): V1EnvVar[] {
  const { name, versions, query, queries, mounted, release, env, secretEnv = {}, runner, signature } = intent;
  const variables = new Map<string, V1EnvVar>();
  const set = (variable: V1EnvVar): unknown => variables.set(variable.name, variable);
  set({ name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } });
  set({ name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } });
  const named = (key: string): string => (runner.kind === 'stock' && isObeyedByNode(key) ? `SELFSAME_ENV_${key}` : key);
  for (const [key, value] of Object.entries(env)) set({ name: named(key), value: verbatim(value) });
  for (const [key, { secret, key: entry }] of Object.entries(secretEnv)) {
    set({ name: named(key), valueFrom: { secretKeyRef: { name: secret, key: entry } } });
  }
  set({ name: 'SELFSAME_NAME', value: name });
  set({ name: 'SELFSAME_RELEASE', value: release });
  set({ name: 'SELFSAME_DIR', value: '/selfsame' });
  if (query !== undefined || queries !== undefined) set({ name: 'SELFSAME_QUERY_FILE', value: '/run/selfsame/query' });
  if (mounted !== undefined) {
    set({ name: 'SELFSAME_BLOB_DIR', value: blobFolder });
    set({ name: 'SELFSAME_BLOB_SHA256', value: mounted.blob.digest });
    set({ name: 'SELFSAME_BLOB_SIZE', value: String(mounted.blob.sizeBytes) });
  }
  for (const arch of ['amd64', 'arm64'] as const) {
    const version = versions[arch];
    if (version === undefined) continue;
    if (version.url !== undefined) set({ name: urlVariable(arch), value: verbatim(version.url) });
    set({ name: `SELFSAME_SHA256_${suffix[arch]}`, value: version.version });
    set({ name: `SELFSAME_SIZE_${suffix[arch]}`, value: String(version.sizeBytes) });
    if (version.prefix === undefined) continue;
    set({ name: `SELFSAME_PREFIX_SHA256_${suffix[arch]}`, value: version.prefix.digest });
    set({ name: `SELFSAME_PREFIX_SIZE_${suffix[arch]}`, value: String(version.prefix.sizeBytes) });
  }
  if (signature !== undefined) {
    // It is one over both.
    for (const arch of ['amd64', 'arm64'] as const) {
      const value = signature.versions[arch === 'amd64' ? 'linux-x64' : 'linux-arm64'];
      set({ name: `SELFSAME_SHA256_${suffix[arch]}`, value });
    }
    set({ name: 'SELFSAME_SIGNED_BY', value: signature.signedBy });
    set({ name: 'SELFSAME_SIGNATURE', value: signature.signature });
  }
  return [...variables.values()];
}

/**
 * True for what would change how a stock image starts the runner: `node` obeys NODE_OPTIONS, OPENSSL_CONF and their like, where the application,
 * an executable of its own, does not. The runner gives them their names back before the application starts.
 */
function isObeyedByNode(name: string): boolean {
  return /^(?:PATH|OPENSSL_.*|NODE_(?!ENV$|NAME$).*)$/.test(name);
}

/** Kubernetes replaces `$(NAME)` in arguments and variables, and `$$` by `$`: doubled, a text arrives as it was typed. */
export function verbatim(text: string): string {
  return text.replaceAll('$', '$$$$');
}
