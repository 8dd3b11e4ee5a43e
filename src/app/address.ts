import { DeployError } from '../shared/errors.ts';

/** Where a server listens; no host means every interface. */
export interface Address {
  /** Given by a server that speaks TLS. */
  readonly scheme?: 'https';
  readonly host?: string;
  /** 1 to 65535, or 0 for any free one. */
  readonly port: number;
}

/**
 * Reads an address to serve on.
 *
 * @param text `:8080`, `8080`, `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`; with `https://` in front for TLS.
 * @throws {DeployError} `bad-usage` if it is none of these.
 */
export function parseAddress(text: string): Address {
  const [, scheme, bracketed, plain, digits = ''] =
    /^(?:(https):\/\/)?(?:\[([0-9a-f:.]+)\]:|([^:[\]\s]*):)?(\d{1,5})$/i.exec(text.trim()) ?? [];
  const secure = scheme === undefined ? {} : { scheme: 'https' as const };
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new DeployError('bad-usage', `Cannot serve on "${text}"`, {
      hint: 'Pass an address such as :8080, 127.0.0.1:8080 or [::1]:8080.',
    });
  }
  const host = bracketed ?? plain;
  return host === undefined || host === '' ? { ...secure, port } : { ...secure, host, port };
}

/** True if only this machine can reach it: useless in a pod. */
export function isLoopback({ host = '' }: Address): boolean {
  return /^(?:localhost|::1|(?:::ffff:)?127\..*)$/i.test(host);
}
