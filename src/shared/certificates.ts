import type { Report } from './report.ts';

const setting = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * Has Node.js verify certificates in this process whatever NODE_TLS_REJECT_UNAUTHORIZED says: who deploys or builds sends credentials, and runs what
 * comes. Node.js looks it up for each connection. https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue
 */
export function verifyCertificates(report: Report): void {
  if (process.env[setting] !== '0') return;
  Reflect.deleteProperty(process.env, setting);
  report({
    kind: 'warning',
    text: `${setting}=0 is ignored, since credentials would go to whoever answers; name your own authorities in NODE_EXTRA_CA_CERTS`,
  });
}
