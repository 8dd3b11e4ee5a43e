import type { Environment } from '../environment.ts';
import { badStore, readOpenAddress } from '../public-url.ts';
import { readServerAddress } from '../../shared/server-address.ts';

/** Where a bucket is. */
export interface S3Place {
  readonly bucket: string;
  /** Signed into every request. */
  readonly region: string;
  /** The bucket's own URL, without a slash at its end. */
  readonly url: string;
  /** For people, as they would type it. */
  readonly address: string;
}

const form = 's3://BUCKET, with ?endpoint=https://HOST where it is not on AWS';

/**
 * Reads `--store s3://BUCKET?endpoint=URL&region=REGION`. What it leaves out comes from AWS's own variables.
 *
 * A bucket of AWS stands in the host name; at any other endpoint in the path, since few have a name for each bucket.
 *
 * @throws {DeployError} `bad-store` if it is none, or carries a secret.
 */
export function parseS3Address(text: string, environment: Environment): S3Place {
  const read = readServerAddress(text, ['s3:']);
  if (read === undefined) throw badStore('Cannot read --store as the address of a bucket', `Pass --store ${form}.`);
  const { url } = read;
  const given = Object.fromEntries(url.searchParams);
  const { endpoint: asked, region: askedRegion, ...others } = given;
  if (read.authorization !== undefined || Object.keys(others).length > 0) {
    throw badStore(
      'Refused --store: an s3:// address takes endpoint and region, and no secret',
      'Put keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
  const bucket = url.host;
  if (!/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw badStore(
      `Cannot use "${bucket}" as a bucket name`,
      'Use 3 to 63 lower-case letters, digits, dots and hyphens.',
    );
  }
  if (!['', '/'].includes(url.pathname)) {
    throw badStore(`Cannot read "s3://${bucket}${url.pathname}" as a store: too many parts`, `Pass --store ${form}.`);
  }
  const variable = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].find((name) => setting(environment, name) !== undefined);
  const endpoint =
    asked === undefined
      ? variable && endpointFrom(setting(environment, variable), variable)
      : endpointFrom(asked, 'the endpoint in --store');
  // Who names no region means AWS's first one; other providers take that for their own. AWS tells if it is another.
  const region =
    askedRegion || (setting(environment, 'AWS_REGION') ?? setting(environment, 'AWS_DEFAULT_REGION') ?? 'us-east-1');
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw badStore(
      'Cannot read the region of the bucket',
      'Pass --store s3://BUCKET?region=REGION, e.g. eu-central-1.',
    );
  }
  return endpoint === undefined
    ? { bucket, region, url: awsUrl(bucket, region), address: `s3://${bucket}` }
    : { bucket, region, url: `${endpoint}/${bucket}`, address: `s3://${bucket}?endpoint=${endpoint}` };
}

/** @param origin which setting it is, for the message. */
function endpointFrom(text: string | undefined, origin: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = readOpenAddress(text, { setting: origin, protocols: ['http:', 'https:'], hint: `Pass --store ${form}.` });
  return url.href.replace(/\/+$/, '');
}

function awsUrl(bucket: string, region: string): string {
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // No certificate covers a host name with more dots.
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

function setting(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}
