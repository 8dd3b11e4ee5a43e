import type { Xml } from './xml.ts';

export interface S3Answer {
  readonly status: number;
  /** S3's word for what went wrong, e.g. `NoSuchKey`; empty where it said none. */
  readonly code: string;
  header(name: string): string;
  /** Of an object that was asked for; empty otherwise. */
  readonly bytes: Uint8Array;
  readonly body: { readonly root: string; readonly node: Xml } | undefined;
}
