import type { GateFault } from '../kubernetes/gate.ts';
import type { Point, Service } from './calls.ts';

/** What happens at a point. */
export interface Fault {
  readonly title: string;
  /** Kills the program there, as a power cut would. */
  readonly isKill?: true;
  /** True: it says that somebody else was faster, so what is left may be theirs. */
  readonly isOfOthers?: boolean;
  /** At which servers the command has to end as if nothing had been. */
  readonly passesAt?: readonly Service[];
  /** Undefined where it makes no sense. */
  readonly at: (point: Pick<Point, 'service' | 'hasBody'>) => Omit<GateFault, 'reached'> | undefined;
}

const stores: readonly Service[] = ['azure', 's3'];
const everywhere: readonly Service[] = ['cluster', ...stores];

/** How a server says it: the reason of a Status, the code of Azure, the code of S3. */
const refusals: readonly (Readonly<Record<Service, string>> & { status: number; passesAt?: readonly Service[] })[] = [
  { status: 403, cluster: 'Forbidden', azure: 'AuthorizationPermissionMismatch', s3: 'AccessDenied' },
  { status: 404, cluster: 'NotFound', azure: 'ContainerNotFound', s3: 'NoSuchBucket' },
  { status: 409, cluster: 'Conflict', azure: 'BlobAlreadyExists', s3: 'OperationAborted' },
  { status: 412, cluster: 'Invalid', azure: 'ConditionNotMet', s3: 'PreconditionFailed' },
  { status: 429, cluster: 'TooManyRequests', azure: 'TooManyRequests', s3: 'TooManyRequests', passesAt: everywhere },
  // What an API server calls an internal error need not pass.
  { status: 500, cluster: 'InternalError', azure: 'InternalError', s3: 'InternalError', passesAt: stores },
  { status: 503, cluster: 'ServiceUnavailable', azure: 'ServerBusy', s3: 'SlowDown', passesAt: everywhere },
];

const fullDisk = {
  cluster: answerOf('cluster', 500, 'InternalError', 'etcdserver: mvcc: database space exceeded'),
  azure: answerOf('azure', 507, 'InsufficientStorage', 'No space left on device'),
  s3: answerOf('s3', 507, 'XStorageFull', 'No space left on device'),
};

export const faults: readonly Fault[] = [
  { title: 'killed before', isKill: true, at: () => ({ isDone: false, answer: 'none' }) },
  { title: 'killed after', isKill: true, at: () => ({ isDone: true, answer: 'none' }) },
  ...refusals.map(({ status, passesAt = [], ...codes }): Fault => ({
    title: `${status}`,
    isOfOthers: [404, 409, 412].includes(status),
    passesAt,
    at: ({ service }) => ({ isDone: false, answer: answerOf(service, status, codes[service], 'Said by a test.') }),
  })),
  { title: 'dropped before', passesAt: everywhere, at: () => ({ isDone: false, answer: 'broken' }) },
  { title: 'dropped after', passesAt: everywhere, at: () => ({ isDone: true, answer: 'broken' }) },
  { title: 'stalled', passesAt: everywhere, at: () => ({ isDone: true, answer: 'none' }) },
  {
    title: 'wrong bytes sent',
    // The way to an API server is TLS; stores have checksums.
    at: ({ service, hasBody }) =>
      service === 'cluster' || !hasBody ? undefined : { isDone: true, answer: 'theirs', isSpoilt: true },
  },
  {
    title: 'wrong bytes answered',
    at: () => ({
      isDone: true,
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"kind":"\u0000\u00ff' },
    }),
  },
  {
    title: 'another server',
    at: () => ({
      isDone: false,
      answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome to this network</html>' },
    }),
  },
  { title: 'full disk', at: ({ service }) => ({ isDone: false, answer: fullDisk[service] }) },
];

function answerOf(
  service: Service,
  status: number,
  code: string,
  message: string,
): Exclude<GateFault['answer'], string> {
  const wait: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': '1' } : {};
  if (service === 'cluster') {
    const body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: code,
      code: status,
    };
    return { status, headers: { 'content-type': 'application/json', ...wait }, body: JSON.stringify(body) };
  }
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const own: Record<string, string> = service === 'azure' ? { 'x-ms-error-code': code } : {};
  return { status, headers: { 'content-type': 'application/xml', ...own, ...wait }, body: xml };
}
