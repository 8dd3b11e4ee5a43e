interface NetworkFailure {
  /** Why no answer came, in words. */
  readonly reason: string;
  /** True if the same request may succeed in a moment. */
  readonly passes: boolean;
}

/** What a network does to a request, by the error code that Node.js, undici or (the last one) Azure's SDK gives it. */
export const networkFailures: Readonly<Record<string, NetworkFailure>> = {
  // A server that restarts refuses connections too.
  ECONNREFUSED: { reason: 'connection refused', passes: true },
  ECONNRESET: { reason: 'connection reset', passes: true },
  EPIPE: { reason: 'connection closed', passes: true },
  UND_ERR_SOCKET: { reason: 'connection closed', passes: true },
  ENOTFOUND: { reason: 'no such host', passes: false },
  EAI_AGAIN: { reason: 'the name server does not answer', passes: true },
  EHOSTUNREACH: { reason: 'no route to the host', passes: true },
  ENETUNREACH: { reason: 'no route to its network', passes: true },
  ETIMEDOUT: { reason: 'timed out', passes: true },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'no connection in time', passes: true },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'no answer in time', passes: true },
  UND_ERR_BODY_TIMEOUT: { reason: 'its answer stopped midway', passes: true },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { reason: 'its answer was cut short', passes: true },
  UND_ERR_PRX_TLS: { reason: 'the proxy is not trusted', passes: false },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', passes: false },
  CERT_NOT_YET_VALID: { reason: 'its certificate is not valid yet', passes: false },
  ERR_TLS_CERT_ALTNAME_INVALID: { reason: 'its certificate is for another name', passes: false },
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'its certificate is not trusted', passes: false },
  SELF_SIGNED_CERT_IN_CHAIN: { reason: 'its certificate is not trusted', passes: false },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { reason: 'its certificate is not trusted', passes: false },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { reason: 'its certificate is not trusted', passes: false },
  CERT_SIGNATURE_FAILURE: { reason: 'its certificate is not trusted', passes: false },
  ERR_SSL_WRONG_VERSION_NUMBER: { reason: 'it does not speak TLS', passes: false },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { reason: 'it does not speak TLS', passes: false },
  EPROTO: { reason: 'the TLS handshake failed', passes: false },
  REQUEST_SEND_ERROR: { reason: 'no connection', passes: true },
};

/** True for the code of a failure after which the same request may succeed in a moment. */
export function isPassingFailure(code: string): boolean {
  return networkFailures[code]?.passes === true;
}

/**
 * True for an HTTP status that a server gives for a while: it is busy or restarts, or a gateway does not reach it. 501 lasts: the
 * server does not know how.
 */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599 && status !== 501);
}

/** True for the code of a handshake that failed or of a certificate that was refused, which OpenSSL has many codes for. */
export function isTlsFailure(code: string): boolean {
  return /^(?:EPROTO$|UND_ERR_PRX_TLS$|(?:ERR_SSL|ERR_TLS|UNABLE|CERT|CRL|DEPTH|SELF|INVALID|HOSTNAME)_)/.test(code);
}

/** An error and what caused it, outermost first; where several addresses failed, the first of them. */
export function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let at = error; typeof at === 'object' && at !== null && causes.length < 10;) {
    const cause: Cause = at;
    causes.push(cause);
    at = cause.cause ?? cause.errors?.[0];
  }
  return causes;
}

interface Cause {
  readonly message?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** The error codes of an error and its causes, outermost first. */
export function causeCodes(error: unknown): string[] {
  return causesOf(error).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}
