import { type Address, isLoopback, parseAddress } from '../../app/address.ts';
import { applicationOptions, type Application } from '../../app/application.ts';
import type { Resources, RunnerChoice, SignedRelease } from '../../platforms/intent.ts';
import { stockImage } from '../../platforms/kubernetes/manifest/stock-runner.ts';
import { DeployError } from '../../shared/errors.ts';
import type { FlagsOf } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { parseLinuxTarget, type LinuxTarget } from '../../shared/target.ts';
import { parseName, parseObjectName } from './kubernetes-name.ts';
import { resourcesFrom } from './resources.ts';
import { secretEnvFrom } from './secret-env.ts';

/** What the user wants, read and checked: nothing behind it looks at flags again. */
export interface Plan {
  readonly app: Application;
  /** Names the objects on the cluster; a DNS label. */
  readonly name: string;
  readonly replicas: number;
  /** No number was given: what is there already keeps its own. */
  readonly keepsReplicas: boolean;
  /** The application's own words, which go with it. */
  readonly args: readonly string[];
  /** The port it serves on in a pod, if it serves. */
  readonly port?: number;
  /** Given if it speaks TLS there. */
  readonly scheme?: 'https' | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Environment from Secrets that exist already: the application's, and what was asked for. */
  readonly secretEnv: NonNullable<Application['secrets']>;
  /** Wanted by `--target`; absent means whatever the nodes are. */
  readonly target?: LinuxTarget;
  readonly resources: Resources;
  readonly runnerImage: string;
  /** What the image is: a stock one of Node.js, which is given the runner, or one that is the runner. */
  readonly runner: RunnerChoice['kind'];
  /** Given if replicas are to run only what is signed. */
  readonly signature?: SignedRelease | undefined;
  readonly imagePullSecret?: string;
  readonly serviceAccount?: string;
  readonly networkPolicy?: true;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly string[];
  readonly waits: boolean;
  /** Goes back to the last version that was ready if this one fails. */
  readonly rollsBack: boolean;
  readonly waitTimeoutMs: number;
  /** Whether the logs are followed afterwards. */
  readonly follows: boolean;
  /** Whether everything is deleted again in the end. */
  readonly removes: boolean;
}

/** Flag values as the command line gives them. */
export type PlanFlags = FlagsOf<typeof flagTable>;

/**
 * Reads what the user wants.
 *
 * @param args the application's own words; read by its own options, so that a wrong one is refused here, not in a pod.
 * @throws {DeployError} `bad-usage`, `bad-name` or `bad-target`, naming the flag.
 */
export function planFrom(app: Application, flags: PlanFlags, args: readonly string[]): Plan {
  const { port, scheme } = addressOf(app, args);
  const runnerImage = parseImage(flags['runner-image'] ?? process.env['SELFSAME_RUNNER_IMAGE'] ?? stockImage);
  return {
    app,
    name: parseName(flags.name ?? app.name),
    replicas: parseReplicas(flags.replicas ?? '1'),
    keepsReplicas: flags.replicas === undefined,
    args,
    ...(port !== undefined && { port, scheme }),
    ...environmentOf(app, flags),
    ...(flags.target !== undefined && { target: parseLinuxTarget(flags.target) }),
    resources: resourcesFrom(flags, app.resources),
    runnerImage,
    runner: runnerKindOf(runnerImage),
    ...(flags['image-pull-secret'] !== undefined && {
      imagePullSecret: parseObjectName('--image-pull-secret', flags['image-pull-secret']),
    }),
    ...(flags['service-account'] !== undefined && {
      serviceAccount: parseObjectName('--service-account', flags['service-account']),
    }),
    ...(flags['network-policy'] === true && { networkPolicy: true as const }),
    nodeSelector: pairs('--node-selector', flags['node-selector'], /^[A-Za-z0-9][A-Za-z0-9_./-]*$/),
    tolerations: flags.toleration ?? [],
    waits: flags.wait ?? true,
    rollsBack: flags.rollback ?? true,
    waitTimeoutMs: parseDuration('--wait-timeout', flags['wait-timeout'] ?? flagTable['wait-timeout'].default),
    follows: flags.logs === true || flags.rm === true,
    removes: flags.rm === true,
  };
}

/**
 * Reads a number of replicas.
 *
 * @throws {DeployError} `bad-usage` unless it is a whole number from 1 to 10,000.
 */
export function parseReplicas(text: string): number {
  const replicas = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (replicas < 1 || replicas > 10_000) {
    throw new DeployError('bad-usage', `Cannot run "${text}" replicas`, {
      hint: 'Pass --replicas with a whole number from 1 to 10000.',
    });
  }
  return replicas;
}

/** A timer of Node.js cannot wait longer than 24.8 days, and then does not wait at all. */
const longestMs = 500 * 3_600_000;

/**
 * Reads `90s`, `5m`, `1h` or `250ms` as milliseconds.
 *
 * @throws {DeployError} `bad-usage` if it is none of these, 0, or longer than 500 hours.
 */
export function parseDuration(flag: string, text: string): number {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const [, digits = '', unit = ''] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const found = Object.entries(units).find(([name]) => name === unit);
  const milliseconds = Number(digits) * (found?.[1] ?? 0);
  if (milliseconds === 0 || milliseconds > longestMs) {
    throw new DeployError('bad-usage', `Cannot read ${flag} "${text}" as a time`, {
      hint: `Pass for example ${flag} 90s or ${flag} 5m, at most 500h.`,
    });
  }
  return milliseconds;
}

function addressOf(app: Application, args: readonly string[]): Partial<Address> {
  const options = applicationOptions(app, args);
  if (app.address === undefined) return {};
  const address = parseAddress(app.address(options));
  if (isLoopback(address) || address.port === 0) {
    throw new DeployError('bad-usage', `Cannot serve replicas on "${app.address(options)}"`, {
      hint: 'Pass an address that others can reach, such as :8080.',
    });
  }
  return address;
}

/** What is said last holds, also where one says a value and the other a Secret. */
function environmentOf(app: Application, flags: PlanFlags): Pick<Plan, 'env' | 'secretEnv'> {
  const given = pairs('--env', flags.env, /^[A-Za-z_][A-Za-z0-9_.-]*$/);
  const secret = secretEnvFrom(flags['env-from-secret']);
  const twice = Object.keys(given).find((name) => name in secret);
  if (twice !== undefined) {
    throw new DeployError('bad-usage', `Cannot take ${twice} both from --env and from --env-from-secret`, {
      hint: 'Pass one of them.',
    });
  }
  const without = <T>(all: Readonly<Record<string, T>> = {}, names: object): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !(name in names)));
  return {
    env: { ...without(app.env, secret), ...given },
    secretEnv: { ...without(app.secrets, given), ...secret },
  };
}

function pairs(flag: string, words: readonly string[] = [], key: RegExp): Record<string, string> {
  const read = words.map((word): [string, string] => {
    const at = word.indexOf('=');
    if (at > 0 && key.test(word.slice(0, at))) return [word.slice(0, at), word.slice(at + 1)];
    throw new DeployError('bad-usage', `Cannot read ${flag} "${at < 0 ? word : word.slice(0, at)}"`, {
      hint: `Pass ${flag} NAME=VALUE.`,
    });
  });
  return Object.fromEntries(read);
}

/** An image's name as https://github.com/distribution/reference has it: registry, path, tag and digest. */
const imageName =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|__?|-+|\/)[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

function parseImage(text: string): string {
  if (imageName.test(text)) return text;
  throw new DeployError('bad-usage', `Cannot read --runner-image "${text}" as the name of an image`, {
    hint: `Pass --runner-image with a name such as ${stockImage}.`,
  });
}

/** An image that is called `node`, in whatever registry and folder, is a stock one; anything else has our runner inside. */
function runnerKindOf(image: string): RunnerChoice['kind'] {
  const [name = ''] = (image.split('/').at(-1) ?? '').split(/[:@]/, 1);
  return name === 'node' ? 'stock' : 'thin';
}
