import type { Options } from 'yargs';

const text = { type: 'string', requiresArg: true } as const;

export const deployed = {
  name: { ...text, describe: "Name of the deployment (default: the application's)" },
  namespace: { ...text, describe: "Default: the kubeconfig context's" },
  kubeconfig: { ...text, describe: 'Default: KUBECONFIG, ~/.kube/config, in-cluster' },
  context: { ...text, describe: 'Default: the current one' },
  output: { ...text, choices: ['text', 'json', 'yaml'], describe: 'text, json or yaml (default: text)' },
} as const;

export const stored = { ...deployed, store: { ...text, describe: 'Where executables are stored' } } as const;

export const watched = {
  ...stored,
  watch: { type: 'boolean', describe: 'Show it anew whenever it changes, until Ctrl-C' },
} as const;

export const logs = {
  ...deployed,
  tail: { ...text, describe: 'Begin with the last N lines of each replica (default: all)' },
  since: { ...text, describe: 'Begin this long ago, e.g. 10m' },
  previous: { type: 'boolean', describe: 'What was written before the last restart; does not follow' },
  follow: { type: 'boolean', describe: 'Go on until Ctrl-C; --no-follow prints what is there' },
  timestamps: { type: 'boolean', describe: 'Put before each line when it was written' },
  output: { ...text, choices: ['text', 'json'], describe: 'text or json, an object a line (default: text)' },
} as const;

export const examined = {
  ...stored,
  'store-url': { ...text, describe: 'Public address that pods read the store from' },
} as const;

export const costed = {
  ...deployed,
  replicas: { ...text, describe: 'Also as if there were N of them' },
  'cpu-request': { ...text, describe: 'Also as if each asked for this, e.g. 250m' },
  'memory-request': { ...text, describe: 'Also as if each asked for this, e.g. 256Mi' },
  prices: { ...text, describe: 'YAML or JSON with cpuHour and memoryGibHour (default: those of OpenCost)' },
} as const;

export const confirmed = { ...deployed, yes: { type: 'boolean', describe: 'Do not ask' } } as const;

export const waited = {
  ...deployed,
  wait: { type: 'boolean', describe: 'Wait until ready; --no-wait returns at once' },
  'wait-timeout': { ...text, describe: 'Give up waiting after, e.g. 90s or 5m (default 5m)' },
} as const;

export const rolledBack = {
  ...waited,
  to: { ...text, describe: 'A revision, as self history numbers it' },
  store: { ...text, describe: 'Where its executable is stored, to renew its link' },
} as const;

export const collected = {
  ...confirmed,
  'dry-run': { type: 'boolean', describe: 'Show what would be deleted, and delete nothing' },
  'min-age': {
    ...text,
    describe: 'Leave what is younger, e.g. 30m (default 1h; in a store 24h): a deploy may be about to use it',
  },
  store: { ...text, describe: 'Where executables are stored' },
  'store-objects': {
    type: 'boolean',
    describe: 'Also what the store has and nothing on this cluster needs; other clusters are not seen',
  },
  keep: { ...text, describe: 'Of the store leave the newest N that nothing needs, for each target (default 5)' },
} as const;

export const rebuilt = {
  target: { ...text, demandOption: true, describe: 'linux-x64 or linux-arm64' },
  output: { ...text, alias: 'o', demandOption: true, describe: 'File to write' },
  from: { ...text, describe: 'Take the application out of another executable, of any target' },
  'runtime-source': { ...text, describe: 'npm, a nodejs.org/dist mirror, or a file' },
} as const;

/** A command behind `self`. */
export interface SelfCommand {
  readonly describe: string;
  readonly takes: Readonly<Record<string, Options>>;
}

/** All of them. */
export const selfCommands = {
  status: { describe: 'What runs, and where', takes: watched },
  logs: { describe: 'Follow the logs of every replica', takes: logs },
  verify: { describe: 'Compare the bytes wanted, stored, pulled and running', takes: stored },
  history: { describe: 'What was deployed, when and by whom', takes: deployed },
  rollback: { describe: 'Go back to an earlier release (default: the one before)', takes: rolledBack },
  scale: { describe: 'Run so many replicas', takes: waited },
  diff: { describe: 'What a deploy with these flags would change; takes those of --kubernetes', takes: {} },
  cost: { describe: 'What the replicas cost, or others would', takes: costed },
  doctor: { describe: 'What stores there are here, and what each would need', takes: examined },
  delete: { describe: 'Delete what was deployed', takes: confirmed },
  gc: { describe: 'Delete what no revision needs any more', takes: collected },
  rebuild: { describe: 'Write this application as an executable for a Linux target', takes: rebuilt },
  completion: { describe: "Print what completes this program's words in a shell", takes: {} },
} as const satisfies Record<string, SelfCommand>;
