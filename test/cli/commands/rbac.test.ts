import { describe, expect, it } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram, type EndedProgram } from '../../support/programs/program.ts';

const rbac = async (...words: string[]): Promise<EndedProgram> =>
  runProgram(helloExecutable, ['self', 'rbac', '--namespace', 'shop', ...words], {
    env: { KUBECONFIG: '/no/such/file' },
  });

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly { readonly resources: readonly string[] }[];
}

describe('self rbac', () => {
  it('prints YAML for kubectl that says what each rule is for, and asks no cluster', async () => {
    const { status, stdout, stderr } = await rbac();
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'Pass --service-account NAME to bind it as well, or bind it yourself.\n',
    });
    const [role, ...others] = loadAll(stdout) as Printed[];
    expect(others).toEqual([]);
    expect(role).toMatchObject({ kind: 'Role', metadata: { name: 'hello-world-deploy', namespace: 'shop' } });
    const comments = stdout.split('\n').filter((line) => line.startsWith('  # '));
    expect(comments).toHaveLength(role?.rules?.length ?? 0);
    expect(comments).toContain('  # May be left out: whether all replicas fit');
  });

  it('binds it, and adds nodes, in JSON too; what only looks is less', async () => {
    const all = await rbac('--service-account', 'ci', '--nodes');
    const list = await rbac('--service-account', 'ci', '--nodes', '--output', 'json');
    const { items } = JSON.parse(list.stdout) as { items: Printed[] };
    expect(loadAll(all.stdout)).toEqual(items);
    expect(items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Role hello-world-deploy',
      'RoleBinding hello-world-deploy-ci',
      'ClusterRole selfsame-nodes',
      'ClusterRoleBinding selfsame-nodes-shop-ci',
    ]);
    const looking = await rbac('--look');
    expect(looking.stdout).not.toMatch(/create|patch|delete/);
  });

  it('takes one of --look and --deploy', async () => {
    expect(await rbac('--look', '--deploy')).toMatchObject({ status: 2, stdout: '' });
  });
});
