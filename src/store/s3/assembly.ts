import type { ProgressMeter } from '../progress-meter.ts';
import type { PutOptions } from '../store.ts';
import type { S3Place } from './address.ts';
import type { S3Call } from './call.ts';
import type { Create } from './objects.ts';

export interface S3Assembly {
  readonly place: S3Place;
  readonly call: S3Call;
  readonly create: Create;
  readonly counted: ProgressMeter;
  readonly signal: AbortSignal | undefined;
  readonly onNotice: PutOptions['onNotice'] | undefined;
  /** False: nothing is copied, since joining with a copied part has failed. */
  readonly copies: boolean;
}
