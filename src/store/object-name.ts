import type { Artifact } from '../executable/format/artifact.ts';

/** The name of an artifact's object. */
export function objectName({ version, name }: Pick<Artifact, 'version' | 'name'>): string {
  return `${version}/${name}`;
}

/** Of the object that holds a prefix by itself. */
export function runtimeName(digest: string): string {
  return `runtimes/${digest}`;
}
