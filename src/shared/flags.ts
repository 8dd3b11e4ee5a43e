import type { FlagTable } from './flag.ts';
import { linuxTargets } from './target.ts';

/** Flags on the program itself, in the order of `--help`. Kept small: every pod loads this file when it starts. */
export const flagTable = {
  kubernetes: { type: 'boolean', describe: 'Deploy to the cluster and exit once all replicas are ready' },
  local: { type: 'boolean', local: true, describe: 'The same flow with processes on this machine' },
  replicas: {
    type: 'string',
    value: 'N',
    local: true,
    describe: 'How many',
    default: 'as many as there are, else 1',
    details: 'From 1 to 10000. An autoscaler decides for itself: the number is then left out, with a warning.',
  },
  name: {
    type: 'string',
    value: 'NAME',
    local: true,
    describe: 'Name of the deployment',
    default: "the application's",
    details: 'A lower-case letter, then letters, digits and `-`, at most 63. It names the objects on the cluster.',
  },
  namespace: {
    type: 'string',
    value: 'NAMESPACE',
    describe: 'Namespace of the deployment',
    default: "the kubeconfig context's",
  },
  'cpu-request': {
    type: 'string',
    value: 'CPU',
    describe: 'CPU that each replica asks for',
    default: '100m',
    details: 'The `resources` of the application go before the default.',
  },
  'cpu-limit': {
    type: 'string',
    value: 'CPU',
    describe: 'CPU that each may use; a limit throttles start-up',
    default: 'none',
  },
  'memory-request': {
    type: 'string',
    value: 'MEMORY',
    describe: 'Memory that each replica asks for',
    default: '128Mi',
  },
  'memory-limit': { type: 'string', value: 'MEMORY', describe: 'Memory that each may use', default: '256Mi' },
  env: { type: 'list', value: 'K=V', local: true, describe: 'Environment of each replica' },
  'env-from-secret': {
    type: 'list',
    value: 'K=SECRET/KEY',
    describe: 'The same, from a key of a Secret that is there',
  },
  store: {
    type: 'string',
    value: 'STORE',
    local: true,
    variable: 'SELFSAME_STORE',
    completes: ['cluster'],
    describe:
      'Where executables are stored: azure://ACCOUNT/CONTAINER, s3://BUCKET, file:///PATH, or cluster (the default)',
    details: 'Credentials of a store are read from the environment, never from the command line.',
  },
  'store-url': { type: 'string', value: 'URL', local: true, describe: 'Public address that pods read the store from' },
  'runner-image': {
    type: 'string',
    value: 'IMAGE',
    variable: 'SELFSAME_RUNNER_IMAGE',
    describe: 'Of Node.js, or a runner of your own',
    default: 'the official one',
    details:
      'An image that is called `node` is given the runner; every other image has to contain it. `node:VERSION-slim@sha256:DIGEST` names its bytes, which a tag does not.',
  },
  'require-signature': {
    type: 'string',
    value: 'KEY',
    completes: 'file',
    describe: 'Run only what this public key (PEM, Ed25519) has signed',
    details:
      'The signature is the file `NAME.sig` beside the executable, as `selfsame release --sign` writes it. Replicas check it again before they start.',
  },
  'image-pull-secret': { type: 'string', value: 'NAME', describe: 'Secret to pull the runner image with' },
  'service-account': { type: 'string', value: 'NAME', describe: 'Service account of the pods, which get its token' },
  'network-policy': { type: 'boolean', describe: 'Let in only what asks for its port' },
  'node-selector': { type: 'list', value: 'K=V', describe: 'Only nodes with this label' },
  toleration: { type: 'list', value: 'KEY', describe: 'Also nodes with this taint' },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    completes: 'file',
    describe: 'Kubeconfig file',
    default: 'KUBECONFIG, ~/.kube/config, in-cluster',
  },
  context: {
    type: 'string',
    value: 'CONTEXT',
    completes: 'context',
    describe: 'Context of the kubeconfig',
    default: 'the current one',
  },
  target: {
    type: 'string',
    value: 'TARGET',
    completes: linuxTargets,
    describe: 'linux-x64 or linux-arm64 alone',
    default: 'what the nodes are',
  },
  'runtime-source': {
    type: 'string',
    value: 'SOURCE',
    local: true,
    variable: 'SELFSAME_RUNTIME_SOURCE',
    completes: 'file',
    describe: 'npm, a nodejs.org/dist mirror, or a file',
    details:
      'Where Node.js for another target comes from. What is fetched has to have the SHA-256 of a built-in table.',
  },
  prices: {
    type: 'string',
    value: 'FILE',
    variable: 'SELFSAME_PRICES',
    completes: 'file',
    describe: 'Prices to tell the cost by: YAML or JSON with cpuHour and memoryGibHour',
    default: 'those of OpenCost',
  },
  wait: { type: 'boolean', default: true, describe: 'Wait until ready; --no-wait returns once it is applied' },
  'wait-timeout': {
    type: 'string',
    value: 'TIME',
    local: true,
    describe: 'Give up waiting after, e.g. 90s or 5m',
    default: '5m',
    details: 'In `ms`, `s`, `m` or `h`, at most 500h.',
  },
  rollback: {
    type: 'boolean',
    default: true,
    describe: 'Go back if it fails; --no-rollback leaves it for a look',
    details: 'A first deploy has nothing to go back to: its objects stay.',
  },
  logs: { type: 'boolean', describe: 'Follow the logs of every replica afterwards' },
  rm: { type: 'boolean', describe: 'Follow the logs, and delete everything again on Ctrl-C' },
  'dry-run': { type: 'boolean', describe: 'Check everything, print what would be applied, change nothing' },
  output: {
    type: 'string',
    value: 'FORMAT',
    local: true,
    choices: ['text', 'json', 'yaml'],
    describe: 'What stdout gets: text, json or yaml',
    default: 'text',
  },
  'version-hash': { type: 'boolean', describe: 'Print the SHA-256 of this executable, or of another --target' },
  help: { type: 'boolean', short: 'h', describe: 'Show this help' },
} as const satisfies FlagTable;

export type FlagName = keyof typeof flagTable;

export const ourFlagNames: ReadonlySet<string> = new Set(Object.keys(flagTable));

/**
 * Parts a command line into selfsame's flags and the application's own; what follows `--` is the application's.
 *
 * @returns both in their order; in `ownArgs` each flag is one word, its value behind `=`. `names` are those of `ownArgs`.
 */
export function splitArguments(argv: readonly string[]): {
  ownArgs: string[];
  names: Set<FlagName>;
  appArgs: string[];
} {
  const [ownArgs, appArgs, names] = [[] as string[], [] as string[], new Set<FlagName>()];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      appArgs.push(...argv.slice(at + 1));
      break;
    }
    const { name, value } = flagIn(word) ?? {};
    if (name === undefined) {
      appArgs.push(word);
      continue;
    }
    names.add(name);
    const takesValue = flagTable[name].type !== 'boolean' && value === undefined;
    const next = argv[at + 1];
    if (takesValue && next !== undefined && flagIn(next) === undefined && next !== '--') {
      // As one word: a value may begin with "-", as in --replicas -1.
      ownArgs.push(`${word}=${next}`);
      at += 1;
    } else {
      ownArgs.push(word);
    }
  }
  return { ownArgs, names, appArgs };
}

/** The flag of ours that a word gives, and the value behind its `=`; undefined for every other word. */
export function flagIn(word: string): { name: FlagName; value?: string | undefined } | undefined {
  if (word === `-${flagTable.help.short}`) return { name: 'help' };
  const [, negated = '', name = '', value] = /^--(no-)?([a-z][a-z-]*)(?:=(.*))?$/s.exec(word) ?? [];
  return isFlagName(name) && (negated === '' || flagTable[name].type === 'boolean') ? { name, value } : undefined;
}

function isFlagName(name: string): name is FlagName {
  return ourFlagNames.has(name);
}
