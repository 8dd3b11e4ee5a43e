import type { Environment } from '../environment.ts';
import { badStore } from '../public-url.ts';

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
  const url = URL.parse(text.trim());
  // Cut before a query: what cannot be parsed may still hold a secret.
  const shown = text.split(/[?#]/, 1)[0]?.replace(/\/\/.*@/, '//') ?? '';
  if (url === null) throw badStore(`Cannot read "${shown}" as a store`, `Pass --store ${form}.`);
  const given = Object.fromEntries(url.searchParams);
  const { endpoint: asked, region: askedRegion, ...others } = given;
  if (url.username !== '' || url.password !== '' || url.hash !== '' || Object.keys(others).length > 0) {
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
    throw badStore(`Cannot read "${shown}" as a store: too many parts`, `Pass --store ${form}.`);
  }
  const endpoint = endpointFrom(
    asked ?? setting(environment, 'AWS_ENDPOINT_URL_S3') ?? setting(environment, 'AWS_ENDPOINT_URL'),
  );
  // Who names no region means AWS's first one; other providers take that for their own. AWS tells if it is another.
  const region =
    askedRegion || (setting(environment, 'AWS_REGION') ?? setting(environment, 'AWS_DEFAULT_REGION') ?? 'us-east-1');
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw badStore(`Cannot use "${region}" as a region`, 'Pass --store s3://BUCKET?region=REGION, e.g. eu-central-1.');
  }
  return endpoint === undefined
    ? { bucket, region, url: awsUrl(bucket, region), address: `s3://${bucket}` }
    : { bucket, region, url: `${endpoint}/${bucket}`, address: `s3://${bucket}?endpoint=${endpoint}` };
}

function endpointFrom(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw badStore(`Cannot read the endpoint "${text.split(/[?#]/, 1)[0]}"`, `Pass --store ${form}.`);
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw badStore(
      'Refused an endpoint with a secret in it: other users of this machine can read an argument list',
      'Put keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
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
