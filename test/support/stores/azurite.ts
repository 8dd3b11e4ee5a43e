import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Azurite, AzuriteOptions } from './azurite-server.ts';

/**
 * Starts Azurite in a process of its own, which ends with this one: its 400 modules take long to load in a test's
 * sandbox, and its timers would outlive the test.
 *
 * @param options.key of its account, in base64, instead of the well-known one.
 */
export async function azuriteProcess(options: AzuriteOptions & { readonly key?: string } = {}): Promise<Azurite> {
  const { host, port, publicHost, folder, cert, certKey } = options;
  const named = { host, port: port?.toString(), 'public-host': publicHost, folder, cert, 'cert-key': certKey };
  const flags = Object.entries(named).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value]));
  const script = new URL('./azurite-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(options.key && { AZURITE_ACCOUNTS: `marked:${options.key}` }) },
  });
  const ended = once(child, 'exit');
  const started = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    ended.then(([status]) => {
      throw new Error(`Azurite ended with status ${String(status)}`);
    }),
  ]);
  return {
    ...(JSON.parse(started) as Azurite),
    async stop() {
      child.stdin.end();
      const [status] = await ended;
      if (status !== 0) throw new Error(`Azurite ended with status ${String(status)}`);
    },
  };
}
