import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { apiServer } from '../support/kubernetes/api-server.ts';
import { coreFilterOf } from '../support/programs/core-filter.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';

let secrets: MarkedSecrets;

beforeAll(async () => {
  secrets = await markedSecrets();
});
afterAll(async () => secrets[Symbol.asyncDispose]());

// The second is how Node.js ends when it finds no memory.
it.each(['SIGSEGV', 'SIGABRT'] as const)(
  'a crash while credentials are in use writes no memory to a file: %s',
  async (name) => {
    const asked = Promise.withResolvers<void>();
    const server = await apiServer(() => asked.resolve());
    const kubeconfig = await server.kubeconfig({ token: secrets.mark('token') });
    const env = { KUBECONFIG: kubeconfig, AWS_SECRET_ACCESS_KEY: secrets.mark('aws key') };
    const words = ['self', 'status', '--name', `crash-${name.toLowerCase()}`];
    const dumped = asked.promise.then(async () => coreFilterOf(words));
    const ended = await secrets.run(helloExecutable, words, env, {
      signals: [{ at: dumped.then(() => undefined), name }],
    });
    await server.close();
    expect(ended).toMatchObject({ status: null, killedBy: name });
    expect(await dumped).toBe(0);
    // Whether there is a core file at all, and where, is up to the machine. What is in it is the state of each thread.
    for (const sizeBytes of await secrets.coreFiles()) expect(sizeBytes).toBeLessThan(1 << 20);
  },
);
