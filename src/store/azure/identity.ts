import type { AccessToken, ChainedTokenCredential, GetTokenOptions, TokenCredential } from '@azure/identity';
import { DeployError, firstLine } from '../../shared/errors.ts';
import type { Environment } from '../environment.ts';

const wholeChainMs = 10_000;
const azureCliMs = 8_000;
/** A token that ends sooner is not handed out again. */
const freshMs = 5 * 60_000;

/**
 * An identity from the environment's service principal, from workload identity, or from the Azure CLI, in this order.
 *
 * Written out rather than `DefaultAzureCredential`, which also asks places that take minutes to say no
 * (https://github.com/Azure/azure-sdk-for-js/issues/20308).
 */
export function identityFrom(environment: Environment): TokenCredential {
  let chain: Promise<ChainedTokenCredential> | undefined;
  let known: AccessToken | undefined;
  return {
    async getToken(scopes, options) {
      // The Azure CLI does not keep its tokens in mind, and takes a second for each.
      if (known !== undefined && known.expiresOnTimestamp > Date.now() + freshMs) return known;
      try {
        const sources = await (chain ??= chainOf(environment));
        known = await withinLimit((signal) => sources.getToken(scopes, { ...options, abortSignal: signal }), options);
        return known;
      } catch (cause) {
        if (options?.abortSignal?.aborted === true) throw cause;
        throw new DeployError('store-denied', `Cannot sign in to Azure: ${signInReason(cause)}`, {
          hint: 'Run: az login. Or set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID with its tenant and secret.',
          cause,
        });
      }
    },
  };
}

/** Its libraries are as large as those of the store, and who has a key needs none of them. */
async function chainOf(environment: Environment): Promise<ChainedTokenCredential> {
  const {
    AzureCliCredential,
    ChainedTokenCredential,
    ClientCertificateCredential,
    ClientSecretCredential,
    WorkloadIdentityCredential,
  } = await import('@azure/identity');
  const tenantId = environment['AZURE_TENANT_ID'];
  const clientId = environment['AZURE_CLIENT_ID'];
  const clientSecret = environment['AZURE_CLIENT_SECRET'];
  const certificatePath = environment['AZURE_CLIENT_CERTIFICATE_PATH'];
  const tokenFilePath = environment['AZURE_FEDERATED_TOKEN_FILE'];
  const authorityHost = environment['AZURE_AUTHORITY_HOST'];
  const options = { ...(authorityHost && { authorityHost }), retryOptions: { maxRetries: 1, maxRetryDelayInMs: 500 } };

  const sources: TokenCredential[] = [];
  if (tenantId && clientId && clientSecret) {
    sources.push(new ClientSecretCredential(tenantId, clientId, clientSecret, options));
  } else if (tenantId && clientId && certificatePath) {
    sources.push(new ClientCertificateCredential(tenantId, clientId, { certificatePath }, options));
  }
  if (tenantId && clientId && tokenFilePath) {
    sources.push(new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...options }));
  }
  sources.push(new AzureCliCredential({ processTimeoutInMs: azureCliMs, ...(tenantId && { tenantId }) }));
  return new ChainedTokenCredential(...sources);
}

/** The Azure CLI's credential does not listen to a signal, so the wait for it is ended here. */
async function withinLimit<T>(ask: (signal: AbortSignal) => Promise<T>, options?: GetTokenOptions): Promise<T> {
  const limit = AbortSignal.timeout(wholeChainMs);
  const outer = options?.abortSignal;
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    stop.abort(reason);
    reject(reason instanceof Error ? reason : new Error(String(reason)));
  };
  const onLimit = () => end(new Error(`no answer in ${wholeChainMs / 1000} s`));
  const onOuter = () => end(new DOMException('The operation was aborted', 'AbortError'));
  limit.addEventListener('abort', onLimit);
  outer?.addEventListener('abort', onOuter);
  try {
    return await Promise.race([ask(stop.signal), promise]);
  } finally {
    limit.removeEventListener('abort', onLimit);
    outer?.removeEventListener('abort', onOuter);
  }
}

/** What the last of several credentials said. */
function signInReason(cause: unknown): string {
  const errors: unknown[] =
    cause instanceof Error && 'errors' in cause && Array.isArray(cause.errors) ? cause.errors : [];
  return firstLine(errors.at(-1) ?? cause).replace(/\.$/, '');
}
