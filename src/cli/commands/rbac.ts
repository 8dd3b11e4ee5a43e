import { dump } from 'js-yaml';
import { parseName, parseNamespace, parseObjectName } from '../../deploy/plan/kubernetes-name.ts';
import { findAccess } from '../../platforms/kubernetes/api/kubeconfig.ts';
import {
  nodesBindingFor,
  nodesRoleFor,
  roleBindingFor,
  roleFor,
  type RoleScope,
  rulesFor,
} from '../../platforms/kubernetes/manifest/role.ts';
import { DeployError } from '../../shared/errors.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import type { Session } from '../context/session.ts';
import { deploymentFlags, meaning } from '../flags/shared-flags.ts';
import { printData } from '../output/print-data.ts';

const takes = {
  ...deploymentFlags,
  output: {
    ...flagTable.output,
    describe: 'What stdout gets: YAML for kubectl (text, yaml), or json',
    default: 'yaml',
  },
  deploy: { type: 'boolean', describe: 'What all commands take: the default' },
  look: { type: 'boolean', describe: 'What those take that change nothing' },
  nodes: { type: 'boolean', describe: 'Also a ClusterRole to see nodes: their architecture, and whether replicas fit' },
  'service-account': meaning(flagTable['service-account'], 'Also bind it to this account, which has to be there'),
} as const satisfies FlagTable;

/** `self rbac`: prints the least Role for a deployment. Asks no cluster. */
async function selfRbac({ app, terminal }: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  if (flags.deploy === true && flags.look === true) {
    throw new DeployError('bad-usage', 'Cannot take --deploy and --look together', {
      hint: 'Pass one of them; --deploy contains the other.',
    });
  }
  const name = parseName(flags.name ?? app.name);
  const scope: RoleScope = flags.look === true ? 'look' : 'deploy';
  const given = flags['service-account'];
  const account = given === undefined ? undefined : parseObjectName('--service-account', given);
  const role = { name, namespace: namespaceOf(flags), scope };
  const bindings = [
    ...(account === undefined ? [] : [roleBindingFor(role, account)]),
    ...(flags.nodes === true ? [nodesRoleFor()] : []),
    ...(flags.nodes === true && account !== undefined ? [nodesBindingFor(account, role.namespace)] : []),
  ];
  if (flags.output === 'json') {
    printData({ apiVersion: 'v1', kind: 'List', items: [roleFor(role), ...bindings] }, 'json');
  } else {
    process.stdout.write([roleText(role), ...bindings.map((binding) => yamlOf(binding))].join('---\n'));
  }
  if (account === undefined) terminal.say('Pass --service-account NAME to bind it as well, or bind it yourself.');
  return 0;
}

function namespaceOf({ namespace, kubeconfig, context }: FlagsOf<typeof takes>): string {
  if (namespace !== undefined) return parseNamespace(namespace);
  const options = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  return findAccess({ ...options, environment: process.env }).namespace;
}

/** A Role, with what each rule is for. */
function roleText(role: Parameters<typeof roleFor>[0]): string {
  const { rules: _rules, ...head } = roleFor(role);
  const rules = rulesFor(role.name, role.scope).map(({ rule, purposes, isOptional }) => {
    const why = `${isOptional ? 'May be left out: ' : ''}${purposes.join('; ')}`;
    return `  # ${why}\n${yamlOf([rule], 2).replaceAll(/^(?=.)/gm, '  ')}`;
  });
  return `${yamlOf(head)}rules:\n${rules.join('')}`;
}

function yamlOf(value: object, flowLevel = 3): string {
  return dump(value, { lineWidth: 120, noRefs: true, flowLevel });
}

export const rbacCommand = command({
  name: 'rbac',
  describe: 'The rights that an account needs, as a Role for kubectl',
  does: 'prints the least Role that deploys (`--look`: that only looks), for `kubectl apply -f -`; asks no cluster',
  usage: 'rbac [--look]',
  flags: takes,
  examples: [
    ['rbac --service-account ci | kubectl apply -f -', 'let an account deploy'],
    ['rbac --look', 'for one that may only look'],
  ],
  schema: 'rbac',
  run: selfRbac,
});
