import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Gate, gateTo } from '../../support/kubernetes/gate.ts';
import { type PlayedCluster, playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { faults } from '../../support/points/faults.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { type EndedProgram, runProgram } from '../../support/programs/program.ts';

describe('self delete', () => {
  let server: PlayedCluster;
  let gate: Gate;
  let kubeconfig: string;

  beforeEach(async () => {
    server = await playedCluster();
    gate = await gateTo({ url: server.url });
    kubeconfig = await server.kubeconfig({}, { server: `http://127.0.0.1:${gate.port}` });
    expect(await hello('--kubernetes', '--store', 'cluster')).toMatchObject({ status: 0 });
  });
  afterEach(async () => {
    gate.close();
    await server.close();
  });

  async function hello(...words: readonly string[]): Promise<EndedProgram> {
    return runProgram(helloExecutable, words, { env: { KUBECONFIG: kubeconfig } });
  }

  it.each(['404', '409'])('does not take %s for gone where it shows the object still', async (title) => {
    const lie = faults.find((fault) => fault.title === title)?.at({ service: 'cluster', hasBody: true });
    let lies = 0;
    gate.fault = ({ method, url = '' }) =>
      lie && method === 'DELETE' && url.includes('/deployments/')
        ? Object.assign({}, lie, { reached: () => void (lies += 1) })
        : undefined;
    const { status, stdout, stderr } = await hello('self', 'delete', '--yes');
    expect({ lies, status, stdout }).toEqual({ lies: 1, status: 3, stdout: '' });
    expect(stderr).toMatch(
      /^error: Cannot delete Deployment hello-world in namespace mine: http\S+ says that it is gone, and shows it still\. Run the same command again\.$/m,
    );
    // What its pods need is there.
    expect(server.objects.list('services')).toHaveLength(1);

    gate.fault = undefined;
    expect(await hello('self', 'delete', '--yes')).toMatchObject({ status: 0 });
    for (const kind of ['deployments', 'services', 'configmaps', 'pods']) expect(server.objects.list(kind)).toEqual([]);
  });

  it('says which pods have not ended in their time, as those of a lost node', async () => {
    const [pod] = server.objects.list('pods');
    if (pod === undefined) throw new Error('There is no pod');
    server.objects.put('pods', {
      ...pod,
      metadata: { ...pod.metadata, finalizers: ['selfsame.test/lost'] },
      spec: { ...pod.spec, terminationGracePeriodSeconds: 0 },
    });
    const { status, stdout, stderr } = await hello('self', 'delete', '--yes', '--output', 'json');
    expect({ status, error: JSON.parse(stdout) }).toMatchObject({
      status: 6,
      error: { error: { code: 'delete-timeout' } },
    });
    expect(stderr).toContain(`still ending: ${pod.metadata.name}. Look at their nodes with kubectl get pods`);
    expect(server.objects.list('services')).toEqual([]);
  });
});
