import { dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import * as v from 'valibot';
import { boundedFile, mebibyte, TooLarge } from '../../../shared/bounded.ts';
import { DeployError } from '../../../shared/errors.ts';

/** One of a thousand clusters with their certificates has less. */
const mostBytes = 16 * mebibyte;

// Where a NUL would be an end of its own: of a path, or of a word of a command line.
const text = v.pipe(v.string(), v.excludes('\0'));
const word = v.nullish(text);
const flag = v.nullish(v.boolean());

/** What we read of a kubeconfig, as the client library names it: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const shape = v.object({
  clusters: v.array(
    v.object({
      name: text,
      server: text,
      caData: word,
      caFile: word,
      skipTLSVerify: flag,
      tlsServerName: word,
      proxyUrl: word,
    }),
  ),
  users: v.array(
    v.object({
      name: text,
      certData: word,
      certFile: word,
      keyData: word,
      keyFile: word,
      token: word,
      username: word,
      password: word,
      impersonateUser: word,
      exec: v.nullish(
        v.object({
          apiVersion: word,
          command: v.pipe(text, v.nonEmpty()),
          args: v.nullish(v.array(text)),
          env: v.nullish(v.array(v.object({ name: text, value: text }))),
          installHint: word,
          interactiveMode: word,
          provideClusterInfo: flag,
        }),
      ),
      authProvider: v.nullish(v.object({ name: text, config: v.nullish(v.looseObject({ tokenFile: word })) })),
    }),
  ),
  contexts: v.array(v.object({ name: text, cluster: text, user: word, namespace: word })),
  currentContext: word,
});

/**
 * Reads one file of a kubeconfig; the paths in it are relative to it, as in kubectl.
 *
 * @returns nothing where it is not there, and need not be.
 * @throws {DeployError} `kubeconfig-unusable`
 */
export function kubeconfigIn(file: string, { required }: { readonly required: boolean }): KubeConfig[] {
  const config = new KubeConfig();
  try {
    config.loadFromString(boundedFile(file, { mostBytes }));
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required && !isInside(error, file)) return [];
    throw unusable(file, reasonOf(error));
  }
  const { issues: [issue] = [] } = v.safeParse(shape, config, { abortEarly: true });
  // Without the value: it may be a secret.
  if (issue !== undefined) throw unusable(file, `${v.getDotPath(issue) ?? 'it'} is not what it should be`);
  for (const { exec } of config.getUsers() as { exec?: { command: string } | null }[]) {
    if (exec?.command.includes('/') && !isAbsolute(exec.command)) exec.command = join(dirname(file), exec.command);
  }
  return [config];
}

function unusable(file: string, reason: string): DeployError {
  return new DeployError('kubeconfig-unusable', `Cannot read the kubeconfig ${file}: ${reason}`, {
    hint: 'Pass --kubeconfig with a file that kubectl can use.',
  });
}

/** A parser's message quotes the file, and the file holds secrets. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof TooLarge) return error.message;
  if (code === undefined) return missingField(error) ?? 'it is not a kubeconfig';
  return code === 'ENOENT' ? 'no such file' : code;
}

/** True if a file that the kubeconfig names is missing, rather than the kubeconfig itself. */
function isInside(error: unknown, file: string): boolean {
  return (error as NodeJS.ErrnoException).path !== file;
}

/** The client library's own complaints name a missing field and quote nothing. */
function missingField(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /^(clusters|users|contexts)\[\d+\][.\w]* is missing$/.test(message) ? message : undefined;
}
