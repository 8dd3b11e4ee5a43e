import { createServer } from 'node:https';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { kubeconfigOf, listen } from '../support/kubernetes/api-server.ts';
import { scratchFolder } from '../support/executable/scratch.ts';
import { selfSigned } from '../support/programs/certificate.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { runProgram } from '../support/programs/program.ts';

describe('verifyCertificates()', () => {
  it('lets no command take an API server for the right one that nobody vouches for', async () => {
    await using folder = await scratchFolder();
    const asked: (string | undefined)[] = [];
    const server = createServer(await selfSigned(), ({ headers }, response) => {
      asked.push(headers.authorization);
      response.end('{}');
    });
    const kubeconfig = join(folder.path, 'kubeconfig');
    const address = `https://127.0.0.1:${await listen(server)}`;
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ server: address }, { token: 'secret' })));
    const env = { KUBECONFIG: kubeconfig, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { status, stderr } = await runProgram(helloExecutable, ['self', 'status'], { env });
    server.close();
    expect(asked).toEqual([]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('warning: NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored, ');
    expect(stderr).toContain(`Cannot reach the cluster at ${address}: `);
  });
});
