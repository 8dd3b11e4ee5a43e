import { DeployError } from '../shared/errors.ts';
import { ourFlagNames } from '../shared/flags.ts';
import type { Digest } from '../shared/digest.ts';
import { isDrain } from './drain.ts';
import type { HttpServer } from './http-server.ts';
import { parseKnownOptions, parseOptions, type OptionSpecs, type OptionsOf } from './options.ts';

/** An application, and what it needs where it runs. The deployer derives probes, Service, drain and references from that. */
export interface Application<S extends OptionSpecs = OptionSpecs> {
  /** A DNS label: a lower-case letter, then letters, digits and `-`, at most 63. Names the objects on the cluster too. */
  readonly name: string;
  /** One line for `--help`. */
  readonly describe?: string;
  /** Its own flags, which go with it into the pod. */
  readonly options?: S;
  /**
   * Where it serves, e.g. `({ http }) => http`, or `() => 'https://:8443'` if it speaks TLS itself. A deploy makes Service and
   * probes from it without running the application: without an address there are none.
   */
  readonly address?: (options: OptionsOf<S>) => string;
  /** Paths that answer 200 when ready and when alive; by default those that `serve` answers. */
  readonly health?: { readonly ready: string; readonly live: string };
  /**
   * Seconds that requests under way may take to finish when a replica is to end; 20 unless said. Its pod is given that, and
   * ten more: to be left by who sends to it, and to end.
   */
  readonly drain?: number;
  /** Environment of each replica. `--env` wins over it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment from Secrets that are on the cluster already: `{ TOKEN: { secret: 'mail', key: 'token' } }`. */
  readonly secrets?: Readonly<Record<string, { readonly secret: string; readonly key: string }>>;
  /** Kubernetes quantities: `250m`, `256Mi`. Flags win over them. */
  readonly resources?: {
    readonly cpuRequest?: string;
    readonly cpuLimit?: string;
    readonly memoryRequest?: string;
    readonly memoryLimit?: string;
  };
  /** Patterns of files that the executable carries, relative to the project: `['public/**']`. */
  readonly files?: readonly string[];
  /** Packages that the executable carries as they are instead of bundled: `['next']`. */
  readonly external?: readonly string[];
  /**
   * An application that listens by itself: `() => import('./main.ts')`. The first HTTP server that it lets listen gets the
   * application's address, the health paths and the drain; `PORT` in the environment is that address' port. Handlers of
   * SIGTERM, SIGINT and SIGHUP that the application adds are called after the drain.
   *
   * Called only when the application runs: not for a build, a deploy, `--help` or `--version-hash`.
   */
  readonly main?: () => unknown;
  /** The program itself, instead of `main`: returns when `signal` aborts (SIGTERM, Ctrl-C), or earlier when its work is done. */
  run?(context: RunContext<S>): Promise<void>;
}

export interface RunContext<S extends OptionSpecs = OptionSpecs> {
  readonly options: OptionsOf<S>;
  /** Aborts when the program is asked to end. */
  readonly signal: AbortSignal;
  /** SHA-256 of the executable that runs, found by reading it; undefined when run from source. */
  readonly version: () => Promise<Digest | undefined>;
  /** Serves at the application's address until `signal` aborts, then drains: see `serve`. */
  readonly serve: (server: HttpServer) => Promise<void>;
}

/**
 * Reads an application's own flags.
 *
 * @param argv its own words.
 * @throws {DeployError} `bad-usage`; an application with `main` reads what is not in its table itself.
 */
export function applicationOptions(
  { main, options = {} }: Application,
  argv: readonly string[],
): OptionsOf<OptionSpecs> {
  return main === undefined ? parseOptions(options, argv) : parseKnownOptions(options, argv);
}

/** True for a name that Kubernetes takes for a namespace (RFC 1123 label). */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** True for a name that Kubernetes takes for a Service as well (RFC 1035 label): it starts with a letter. */
export function isServiceName(text: string): boolean {
  return isDnsLabel(text) && /^[a-z]/.test(text);
}

/**
 * Refuses an application that could not be deployed, when it is built and whenever it starts.
 *
 * @throws {DeployError} `bad-name` or `bad-usage`.
 */
export function checkApplication(app: Application): void {
  if (!isServiceName(app.name)) {
    throw new DeployError('bad-name', `Cannot use "${app.name}" as a name`, {
      hint: 'Name the application with a lower-case letter, then letters, digits and "-", at most 63, as in hello-world.',
    });
  }
  if ((app.run === undefined) === (app.main === undefined)) {
    const what = app.run === undefined ? 'neither main nor run' : 'both main and run';
    throw new DeployError('bad-usage', `Cannot run ${app.name}: it defines ${what}`, {
      hint: "Define main: () => import('./main.ts') if it listens by itself, or run if it calls serve.",
    });
  }
  if (app.drain !== undefined && !isDrain(app.drain)) {
    throw new DeployError('bad-usage', `Cannot let ${app.name} drain for ${app.drain} seconds`, {
      hint: 'Set drain to seconds from 0 to 86400: as long as its longest request takes.',
    });
  }
  for (const option of Object.keys(app.options ?? {})) {
    if (ourFlagNames.has(option) || option.startsWith('no-') || !/^[a-z][a-z0-9-]*$/.test(option)) {
      throw new DeployError('bad-usage', `Cannot give ${app.name} an option "${option}"`, {
        hint: ourFlagNames.has(option)
          ? `Rename it: --${option} is one of selfsame's own flags.`
          : 'Name options with lower-case letters, digits and "-", and without a leading "no-".',
      });
    }
  }
}
