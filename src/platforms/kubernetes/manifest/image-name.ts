import type { V1Node } from '@kubernetes/client-node';
import type { Arch } from '../../intent.ts';

const words: Readonly<Record<string, Arch>> = {
  amd64: 'amd64',
  x86_64: 'amd64',
  x64: 'amd64',
  arm64: 'arm64',
  arm64v8: 'arm64',
  aarch64: 'arm64',
};

/** The one architecture that an image has in its name, as in `runner:1.0-arm64`; undefined if it names none or several. */
export function archNamed(image: string): Arch | undefined {
  const parts = withoutDigest(image)
    .toLowerCase()
    .split(/[/:.-]/);
  const named = new Set(parts.map((part) => words[part]).filter((arch) => arch !== undefined));
  const [arch] = named;
  return named.size === 1 ? arch : undefined;
}

/** The digest in an image's name, as `sha256:…`; undefined for a tag, which may come to mean other bytes in the registry and on each node. */
export function digestNamed(image: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
}

/** True if a node says that it has the image. It names its fifty largest only, so a no means nothing. */
export function hasImage({ status }: V1Node, image: string): boolean {
  const full = fullName(image);
  // The names of one that lost its last tag are null.
  return (status?.images ?? []).some(({ names }) => (names ?? []).some((name) => fullName(name) === full));
}

/** As nodes write it: with registry and tag. https://github.com/distribution/reference */
function fullName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? image : `docker.io/${rest.length === 0 ? 'library/' : ''}${image}`;
  const last = new Set(path.slice(path.lastIndexOf('/')));
  if (last.has('@')) return path.replace(/:[^/@]*@/, '@');
  return last.has(':') ? path : `${path}:latest`;
}

function withoutDigest(image: string): string {
  return image.split('@')[0] ?? image;
}
