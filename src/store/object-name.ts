import type { Artifact } from '../executable/format/artifact.ts';
import type { UrlPlace } from './store.ts';

/** The name of an artifact's object. */
export function objectName({ version, name }: Pick<Artifact, 'version' | 'name'>): string {
  return `${version}/${name}`;
}

/** Of the object that holds a prefix by itself. */
export function runtimeName(digest: string): string {
  return `runtimes/${digest}`;
}

/** Makes what gives the place of an artifact below a URL, which has no slash at its end. */
export function placesBelow(url: string): (artifact: Pick<Artifact, 'version' | 'name'>) => Promise<UrlPlace> {
  return async ({ version, name }) => ({ kind: 'url', url: `${url}/${version}/${encodeURIComponent(name)}` });
}
