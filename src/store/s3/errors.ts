import { DeployError } from '../../shared/errors.ts';
import { TooLarge } from '../../shared/bounded.ts';
import { clockMinutesOff, storeDenied, storeUnreachable, storeUnreadable } from '../errors.ts';
import type { S3Place } from './address.ts';
import type { S3Answer } from './answer.ts';
import { exportCommand } from './credentials.ts';
import { xmlText } from './xml.ts';

/** An answer that nobody asked for. Of it remains what is safe to show: the request, with its signature, is not kept. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  readonly code: string;
  /** The bucket's own region, where the answer tells it. */
  readonly region: string;
  /** How far the clock here is from the server's. */
  readonly minutesOff: number;

  constructor({ status, code, body, ...answer }: S3Answer) {
    const safe = /^[A-Za-z0-9.]{1,60}$/.test(code) ? code : '';
    super(['S3:', status, safe].filter(Boolean).join(' '));
    this.status = status;
    this.code = safe;
    const region = answer.header('x-amz-bucket-region') || xmlText(body?.node, 'Region');
    this.region = /^[a-z0-9-]{1,40}$/.test(region) ? region : '';
    this.minutesOff = clockMinutesOff(answer.header('date'));
  }
}

/** No answer came. What the network said is kept as its code alone. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code: string;

  constructor(code: string) {
    super(`network: ${code}`);
    this.code = code;
  }
}

/** What the network threw, as ours; undefined if it was not the network. */
export function networkError(error: unknown): NetworkError | undefined {
  if (error instanceof S3Error || error instanceof DeployError) return undefined;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? new NetworkError(code) : undefined;
}

const signIn = `Sign in again, then: ${exportCommand}.`;
const denialHints: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'Check AWS_ACCESS_KEY_ID, and that it belongs to this endpoint.',
  SignatureDoesNotMatch: 'Copy AWS_SECRET_ACCESS_KEY again, whole, and check the region.',
  ExpiredToken: signIn,
  InvalidToken: signIn,
  TokenRefreshRequired: signIn,
};
const rightsHint =
  'Allow this key on the bucket: s3:ListBucket, GetObject, PutObject, DeleteObject, AbortMultipartUpload, ListMultipartUploadParts, ListBucketMultipartUploads.';

/** Turns what went wrong into an error the user can act on. Anything else comes back as it is. */
export function explainS3(error: unknown, place: S3Place): unknown {
  if (error instanceof S3Error) return answered(error, place);
  if (error instanceof TooLarge) return storeUnreadable(`what ${place.address} answers`, error.message, error);
  return error instanceof NetworkError ? storeUnreachable(place.address, { code: error.code, cause: error }) : error;
}

function answered(cause: S3Error, place: S3Place): DeployError {
  const { status, code, region } = cause;
  const { address, bucket } = place;
  const said = `${status}${code && ` ${code}`}`;
  const refusal = (message: string, hint: string) => new DeployError('store-unreachable', message, { hint, cause });
  if (code === 'NoSuchBucket') {
    return refusal(`${address} does not exist`, `Make it (aws s3 mb s3://${bucket}), or check --store.`);
  }
  if (region !== '' && region !== place.region && (status === 301 || status === 307 || status === 400)) {
    return refusal(
      `The bucket of ${address} is in region ${region}, not ${place.region} (${said})`,
      `Add region=${region} to the query of --store, or set AWS_REGION=${region}.`,
    );
  }
  if (status === 401 || status === 403 || denialHints[code] !== undefined) {
    const [hint, isClock] = [denialHints[code] ?? rightsHint, code === 'RequestTimeTooSkewed'];
    return storeDenied(address, { said, hint, minutesOff: cause.minutesOff, isClock, cause });
  }
  if (code === '' && status < 500) {
    return refusal(
      `Something answers at ${address}, but no S3 (${said})`,
      'Check --store: bucket, endpoint and region.',
    );
  }
  return refusal(
    `${address} answered ${said}`,
    status >= 500 || status === 409 || status === 200
      ? 'Try again in a minute.'
      : 'Check --store: bucket, endpoint and region.',
  );
}
