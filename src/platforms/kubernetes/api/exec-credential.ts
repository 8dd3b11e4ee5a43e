import { spawn } from 'node:child_process';
import type { Cluster } from '@kubernetes/client-node';
import * as v from 'valibot';
import { boundedText, mebibyte, TooLarge } from '../../../shared/bounded.ts';
import { DeployError } from '../../../shared/errors.ts';

/** What a kubeconfig says about a credential plugin (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
  readonly provideClusterInfo?: boolean;
}

/** What a plugin gave: secret, every field. */
export interface ExecCredential {
  readonly token?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

interface PluginOptions {
  readonly cluster: Cluster;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Long by default: a plugin may open a browser and wait for a person. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs a credential plugin once. It may ask on the terminal: stdin and stderr are ours.
 *
 * @throws {DeployError} `kubeconfig-unusable` if it cannot be started, `cluster-denied` if it gives no credential.
 */
export async function runPlugin(exec: ExecConfig, options: PluginOptions): Promise<ExecCredential> {
  const { environment, signal, timeoutMs = 180_000 } = options;
  const interactive = exec.interactiveMode !== 'Never' && process.stdin.isTTY;
  if (exec.interactiveMode === 'Always' && !interactive) {
    throw failed(exec, 'it needs a terminal');
  }
  const deadline = AbortSignal.timeout(timeoutMs);
  const child = spawn(exec.command, exec.args ?? [], {
    stdio: [exec.interactiveMode === 'Never' ? 'ignore' : 'inherit', 'pipe', 'inherit'],
    env: {
      ...environment,
      ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(infoFor(exec, options.cluster, interactive)),
    },
    signal: AbortSignal.any([signal, deadline]),
    windowsHide: true,
  });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve(code ?? killedBy ?? 1));
  });
  try {
    const [status, output] = await Promise.all([ended, boundedText(child.stdout, { mostBytes: mebibyte })]);
    if (status !== 0) throw failed(exec, `it ended with status ${status}`);
    return credentialIn(exec, output);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TooLarge) {
      child.kill('SIGKILL');
      throw failed(exec, `of its answer, ${error.message}`);
    }
    if (deadline.aborted) throw failed(exec, `no answer in ${timeoutMs / 1000} s`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES') {
      throw new DeployError('kubeconfig-unusable', `Cannot start the credential plugin "${exec.command}": ${code}`, {
        hint: exec.installHint?.trim().replace(/\s+/g, ' ') ?? 'Install it, or correct its path in the kubeconfig.',
        cause: error,
      });
    }
    throw error;
  }
}

function infoFor(exec: ExecConfig, cluster: Cluster, interactive: boolean): unknown {
  return {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive,
      ...(exec.provideClusterInfo && {
        cluster: {
          server: cluster.server,
          'tls-server-name': cluster.tlsServerName,
          'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
          'certificate-authority-data': cluster.caData,
          'proxy-url': cluster.proxyUrl,
        },
      }),
    },
  };
}

const word = v.nullish(v.string(), undefined);
const time = v.pipe(
  v.string(),
  v.check((given) => !Number.isNaN(Date.parse(given))),
);
const answerShape = v.looseObject({
  status: v.nullish(
    v.looseObject({
      token: word,
      clientCertificateData: word,
      clientKeyData: word,
      expirationTimestamp: v.nullish(time),
    }),
  ),
});

function credentialIn(exec: ExecConfig, output: string): ExecCredential {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch (error) {
    // The error would quote the output, and that may hold a token.
    if (error instanceof SyntaxError) throw failed(exec, 'its answer is not JSON');
    throw error;
  }
  const { output: said, success } = v.safeParse(answerShape, answer);
  if (!success) throw failed(exec, 'its answer is no ExecCredential');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = said.status ?? {};
  if (!token && !clientCertificateData) throw failed(exec, 'its answer holds no credential');
  return {
    token: token ?? undefined,
    clientCertificate: clientCertificateData ?? undefined,
    clientKey: clientKeyData ?? undefined,
    expiresAt: expirationTimestamp ? new Date(expirationTimestamp) : undefined,
  };
}

function failed(exec: ExecConfig, reason: string): DeployError {
  return new DeployError('cluster-denied', `Cannot sign in with the credential plugin "${exec.command}": ${reason}`, {
    hint: 'Sign in with it by hand, then run this again.',
  });
}
