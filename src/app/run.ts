import { parseAddress } from './address.ts';
import type { Application } from './application.ts';
import { clusterLingerMs, drainMsOf } from './drain.ts';
import { ownVersion } from './identity.ts';
import { parseOptions } from './options.ts';
import { serve } from './serve.ts';

const ending = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Runs the application here, until it returns or a signal ends it.
 *
 * Handlers are needed even for the default behaviour: PID 1 of a container ignores what it does not handle.
 *
 * @param argv the application's own words.
 * @param say takes a line for people.
 */
export async function runApplication(
  app: Application,
  argv: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const options = parseOptions(app.options ?? {}, argv);
  const end = new AbortController();
  const stop = (): void => {
    release();
    end.abort();
  };
  // After the first, the next one of any kind meets the default and ends the program at once.
  const release = (): void => {
    for (const signal of ending) process.off(signal, stop);
  };
  for (const signal of ending) process.on(signal, stop);
  try {
    const inCluster = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
    const address = app.address?.(options);
    await app.run({
      options,
      signal: end.signal,
      version: ownVersion,
      serve: async (server) =>
        serve(server, {
          name: app.name,
          address: { ...parseAddress(address ?? ':0'), ...portOverride() },
          signal: end.signal,
          lingerMs: inCluster ? clusterLingerMs : 0,
          drainMs: drainMsOf(app),
          onListening: (url) => say(`${app.name}: serving on ${url}`),
        }),
    });
  } catch (error) {
    // A wait that was given the signal ends like this: that is what it was given for.
    if (!end.signal.aborted || (error as Error).name !== 'AbortError') throw error;
  } finally {
    release();
  }
}

/** `--local` gives each replica a port of its own, by the environment. */
function portOverride(): { port?: number } {
  const port = process.env['SELFSAME_PORT'];
  return port === undefined ? {} : { port: parseAddress(port).port };
}
