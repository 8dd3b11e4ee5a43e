import { DeployError } from '../../../shared/errors.ts';
import { eitherSignal } from '../../../shared/signal.ts';
import { callPlace, refusalStatus, unreachable } from './api-error.ts';
import { callerOf, linesOf, whole } from './calls.ts';
import { shapeOf } from './answer-shapes.ts';
import { checkedAnswer } from './read-answer.ts';
import { type ListPage, listPages, wholeList } from './list-pages.ts';
import { credentialsOf } from './credentials.ts';
import { type ClusterAccessOptions, findAccess } from './kubeconfig.ts';
import { finishInFlight } from './finish-in-flight.ts';
import { changes, type OnTrouble, outageRetry } from './outage-retry.ts';
import { type Query, withQuery } from './resource-paths.ts';
import { type ApiAnswer, openTransport } from './transport.ts';

/** A cluster that answered, in the namespace we work in. */
export interface Cluster {
  /** Its API server, without anything secret. */
  readonly server: string;
  readonly context: string;
  readonly namespace: string;
  /** Its version, e.g. `v1.34.4`. */
  readonly version: string;

  /**
   * Calls the API server. An answer that is JSON comes parsed and is what the API promises, as far as we read it; any other comes
   * as text. A list is read in pages, and comes whole. A change that is on its way is not broken off at once by the signal: what
   * comes of it is waited for, some seconds at most.
   *
   * @param path e.g. `/api/v1/namespaces/default/pods`
   * @throws {DeployError} `cluster-unreachable`, `cluster-unreadable`, `cluster-denied` or `cluster-refused`; `refusalStatus` tells
   *   the last ones apart.
   */
  request<T>(method: Method, path: string, options?: RequestOptions): Promise<T>;

  /** As `request` with GET, but undefined where there is no such thing. */
  find<T>(path: string, options?: RequestOptions): Promise<T | undefined>;

  /** A list, page by page. */
  pages<T>(path: string, options?: RequestOptions): AsyncGenerator<ListPage<T>, void, void>;

  /** The lines of an answer that goes on: a watch, or logs that are followed. Stops with an error when the signal ends it. */
  lines(path: string, options: StreamOptions): AsyncGenerator<string, void, void>;

  /** Ends the connection. What is still under way fails at once, and is not tried again. */
  close(): Promise<void>;
}

type Method = 'GET' | 'PATCH' | 'POST' | 'DELETE';

interface RequestOptions {
  readonly query?: Query;
  /** Of a list: asks for `metadata` alone, since Secrets may be large. */
  readonly metadataOnly?: boolean;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with what the API server warns of, though it does what was asked. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /** False: a server that is away is told at once. */
  readonly isPatient?: boolean;
  /** The most that is taken of an answer. */
  readonly mostBytes?: number;
}

interface StreamOptions {
  readonly query?: Query;
  readonly signal: AbortSignal;
  /** After how long a silence the connection counts as dead. Absent: never. */
  readonly idleTimeoutMs?: number;
  /** Called at the end with a last line that has no end: there is none, or it was cut in half. */
  readonly onRest?: (text: string) => void;
}

export interface ConnectOptions extends ClusterAccessOptions {
  /** Ends every call of this cluster. */
  readonly signal: AbortSignal;
  /** Ends the connecting alone, a credential plugin with it; from then on nothing is asked again. */
  readonly connecting?: AbortSignal;
  readonly pluginTimeoutMs?: number;
  /** How long an answer may take to be whole. */
  readonly wholeTimeoutMs?: number;
  readonly onTrouble?: OnTrouble;
}

const answerTimeoutMs = 30_000;
const defaultWholeTimeoutMs = 120_000;

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * Connects to the cluster that a kubeconfig names, and asks it for its version: whether it can be reached, and who we are
 * to it, is known before anything else happens.
 *
 * @throws {DeployError} `kubeconfig-unusable`, `cluster-unreachable` or `cluster-denied`.
 */
export async function connect(options: ConnectOptions): Promise<Cluster> {
  const access = findAccess(options);
  const { environment, connecting } = options;
  const gaveUp = new AbortController();
  const giveUp = (): void => gaveUp.abort(connecting?.reason);
  const closed = new AbortController();
  const ended = AbortSignal.any([options.signal, gaveUp.signal, closed.signal]);
  const { server } = access.cluster;
  const credentials = await credentialsOf(access, { ...options, signal: ended });
  const transport = await openTransport(access, { credentials, environment });

  const patience = outageRetry({ onTrouble: options.onTrouble, hurry: connecting, closed: closed.signal });
  const send = callerOf(transport, { server, context: access.context, patience });

  async function ask(method: Method, path: string, how: RequestOptions) {
    const { query, metadataOnly = false, body, contentType, signal, onWarning, isPatient = true, mostBytes } = how;
    const call = (until: AbortSignal) => ({
      method,
      path: withQuery(path, query),
      ...(metadataOnly && { accept: metadataList }),
      ...(body !== undefined && { body: JSON.stringify(body), contentType: contentType ?? 'application/json' }),
      signal: until,
      answerTimeoutMs,
      idleTimeoutMs: answerTimeoutMs,
      wholeTimeoutMs: options.wholeTimeoutMs ?? defaultWholeTimeoutMs,
      isPatient,
    });
    const read = async (answer: ApiAnswer) => {
      for (const warning of answer.warnings) onWarning?.(warning);
      const { value, sizeBytes } = await whole(answer, { mostBytes });
      return { value: checkedAnswer(value, { method, path, server }), sizeBytes };
    };
    const either = eitherSignal(ended, signal);
    if (!changes(call(either))) return send(call(either), read);
    return finishInFlight(either, async (late) => send(call(late), read));
  }

  const pagesOf =
    <T>(path: string, how: RequestOptions) =>
    async (page: Query) => {
      const { limit = page['limit'], ...query } = how.query ?? {};
      const { value, sizeBytes } = await ask('GET', path, { ...how, query: { ...query, ...page, limit } });
      return { page: value as ListPage<T>, sizeBytes };
    };

  const cluster: Omit<Cluster, 'version'> = {
    server: callPlace(server),
    context: access.context,
    namespace: access.namespace,

    async request<T>(method: Method, path: string, how: RequestOptions = {}) {
      if (shapeOf({ method, path })?.isList !== true) return (await ask(method, path, how)).value as T;
      return (await wholeList(pagesOf(path, how))) as T;
    },

    pages: <T>(path: string, how: RequestOptions = {}) => listPages<T>(pagesOf<T>(path, how)),

    async find<T>(path: string, given?: RequestOptions) {
      try {
        return await cluster.request<T>('GET', path, given);
      } catch (error) {
        if (refusalStatus(error) === 404) return undefined;
        throw error;
      }
    },

    async *lines(path, { query, signal, idleTimeoutMs = 0, onRest }) {
      const either = AbortSignal.any([ended, signal]);
      // A watch without news sends not even its headers, so the same limit holds before them.
      const call = {
        method: 'GET',
        path: withQuery(path, query),
        signal: either,
        answerTimeoutMs: idleTimeoutMs,
        idleTimeoutMs,
      };
      const body = await send(call, async (answer) => answer.body);
      try {
        yield* linesOf(body, { onRest });
      } catch (error) {
        either.throwIfAborted();
        throw unreachable(error, { server, ...transport }) ?? error;
      } finally {
        body.destroy();
      }
      either.throwIfAborted();
    },

    async close() {
      closed.abort(
        new DeployError('cluster-unreachable', `Cannot ask ${callPlace(server)}: the connection to it was closed`, {
          hint: 'Run the same command again.',
        }),
      );
      await transport.close();
    },
  };
  connecting?.addEventListener('abort', giveUp, { once: true });
  try {
    connecting?.throwIfAborted();
    const { gitVersion: version } = await cluster.request<{ gitVersion?: string }>('GET', '/version');
    if (version !== undefined) return { ...cluster, version };
    throw new DeployError(
      'cluster-unreachable',
      `Cannot reach the cluster at ${cluster.server}: something else answers there`,
      {
        hint: 'Check the address in the kubeconfig.',
      },
    );
  } catch (error) {
    await transport.close();
    throw error;
  } finally {
    connecting?.removeEventListener('abort', giveUp);
  }
}
