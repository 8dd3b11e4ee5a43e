import { fileURLToPath } from 'node:url';

/** The path in what a function of Node.js is given for one; undefined for a file descriptor, bytes or another scheme. */
export function pathText(path: unknown): string | undefined {
  if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : undefined;
  return typeof path === 'string' ? path : undefined;
}
