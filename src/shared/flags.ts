/** A flag of selfsame itself; all others are the application's. Thin on purpose: the pod's half reads it at every start. */
export interface Flag {
  readonly type: 'boolean' | 'string' | 'number' | 'list';
  readonly describe: string;
  /** What stands for the value in `--help`. */
  readonly value?: string;
  /** Known when read, e.g. `['text', 'json', 'yaml']`. */
  readonly choices?: readonly string[];
}

/** Flags on the program itself, in the order of `--help`. A value is a fresh word or follows `=`. */
export const flags = {
  kubernetes: { type: 'boolean', describe: 'Deploy to the cluster and exit once all replicas are ready' },
  local: { type: 'boolean', describe: 'The same flow with processes on this machine' },
  replicas: { type: 'number', value: 'N', describe: 'How many (default: as many as there are, else 1)' },
  name: { type: 'string', value: 'NAME', describe: "Name of this deployment (default: the application's)" },
  namespace: { type: 'string', value: 'NAMESPACE', describe: "Default: the kubeconfig context's" },
  'cpu-request': { type: 'string', value: 'CPU', describe: 'Default 100m' },
  'cpu-limit': { type: 'string', value: 'CPU', describe: 'Default none: a limit throttles start-up' },
  'memory-request': { type: 'string', value: 'MEMORY', describe: 'Default 128Mi' },
  'memory-limit': { type: 'string', value: 'MEMORY', describe: 'Default 256Mi' },
  env: { type: 'list', value: 'K=V', describe: 'Environment of each replica; may be repeated' },
  store: {
    type: 'string',
    value: 'STORE',
    describe:
      'Where executables are stored: azure://ACCOUNT/CONTAINER, s3://BUCKET, file:///PATH, or cluster (the default)',
  },
  'store-url': { type: 'string', value: 'URL', describe: 'Public address that pods read the store from' },
  'runner-image': {
    type: 'string',
    value: 'IMAGE',
    describe: 'Of Node.js, or a runner of your own (default: the official one)',
  },
  'image-pull-secret': { type: 'string', value: 'NAME', describe: 'Secret to pull the runner image with' },
  'service-account': { type: 'string', value: 'NAME', describe: 'Service account of the pods, which get its token' },
  'node-selector': { type: 'list', value: 'K=V', describe: 'Only nodes with this label; may be repeated' },
  toleration: { type: 'list', value: 'KEY', describe: 'Also nodes with this taint; may be repeated' },
  kubeconfig: { type: 'string', value: 'FILE', describe: 'Default: KUBECONFIG, ~/.kube/config, in-cluster' },
  context: { type: 'string', value: 'CONTEXT', describe: 'Default: the current one' },
  target: { type: 'string', value: 'TARGET', describe: 'linux-x64 or linux-arm64 alone (default: what the nodes are)' },
  'runtime-source': { type: 'string', value: 'SOURCE', describe: 'npm, a nodejs.org/dist mirror, or a file' },
  prices: {
    type: 'string',
    value: 'FILE',
    describe: 'Prices to tell the cost by: YAML or JSON with cpuHour and memoryGibHour',
  },
  wait: { type: 'boolean', describe: 'Wait until ready; --no-wait returns after apply' },
  'wait-timeout': { type: 'string', value: 'TIME', describe: 'Give up waiting after, e.g. 90s or 5m (default 5m)' },
  rollback: { type: 'boolean', describe: 'Go back if it fails; --no-rollback leaves it for a look' },
  logs: { type: 'boolean', describe: 'Follow the logs of every replica afterwards' },
  rm: { type: 'boolean', describe: 'Follow the logs, and delete everything again on Ctrl-C' },
  'dry-run': { type: 'boolean', describe: 'Check everything, print what would be applied, change nothing' },
  output: {
    type: 'string',
    value: 'FORMAT',
    choices: ['text', 'json', 'yaml'],
    describe: 'text, json or yaml (stdout)',
  },
  'version-hash': { type: 'boolean', describe: 'Print the SHA-256 of this executable, or of another --target' },
  help: { type: 'boolean', describe: 'Show this help' },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

export const ourFlagNames: ReadonlySet<string> = new Set(Object.keys(flags));

/**
 * Parts a command line into selfsame's flags and the application's own; what follows `--` is the application's.
 *
 * @returns both in their order; in `ours` each flag is one word, its value behind `=`.
 */
export function splitArguments(argv: readonly string[]): { ours: string[]; names: Set<string>; theirs: string[] } {
  const [ours, theirs, names] = [[] as string[], [] as string[], new Set<string>()];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      theirs.push(...argv.slice(at + 1));
      break;
    }
    const name = nameOf(word);
    if (name === undefined) {
      theirs.push(word);
      continue;
    }
    names.add(name);
    const takesValue = flags[name].type !== 'boolean' && !word.includes('=');
    const next = argv[at + 1];
    if (takesValue && next !== undefined && nameOf(next) === undefined && next !== '--') {
      // As one word: a value may begin with "-", as in --replicas -1.
      ours.push(`${word}=${next}`);
      at += 1;
    } else {
      ours.push(word);
    }
  }
  return { ours, names, theirs };
}

function nameOf(word: string): FlagName | undefined {
  if (word === '-h') return 'help';
  const [, negated = '', name = ''] = /^--(no-)?([a-z][a-z-]*)(?:=.*)?$/s.exec(word) ?? [];
  return isFlagName(name) && (negated === '' || flags[name].type === 'boolean') ? name : undefined;
}

function isFlagName(name: string): name is FlagName {
  return ourFlagNames.has(name);
}
