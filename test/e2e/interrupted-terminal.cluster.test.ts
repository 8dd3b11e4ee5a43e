import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect } from '@jest/globals';
import {
  deployFlags,
  type InterruptedDeployer,
  type InterruptedPlace,
  interruptedPlace,
} from '../support/cluster/interrupted-place.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { inTerminal } from '../support/programs/terminal.ts';
import { journey } from '../support/run/journey.ts';

let place: InterruptedPlace;
let deployer: InterruptedDeployer;

beforeAll(async () => {
  place = await interruptedPlace('interrupted-terminal');
  deployer = await place.deployer('terminal');
}, 300_000);
afterAll(async () => {
  await deployer?.[Symbol.asyncDispose]();
  await place?.close();
}, 60_000);

journey('a deploy whose terminal or pipe is closed', (step) => {
  const env = () => ({ KUBECONFIG: deployer.kubeconfig, SELFSAME_STORE: undefined, ...deployer.onAzure() });
  const here = () => ['--namespace', place.namespace, '--name', 'terminal'];

  for (const COLUMNS of ['0', '100'])
    step(`deploys on a terminal of ${COLUMNS} columns, and goes on there once it is closed`, 60_000, async () => {
      const words = ['--kubernetes', '--target', 'linux-x64', '--logs', ...here()];
      const terminal = inTerminal(helloExecutable, words, { ...env(), COLUMNS });
      await terminal.until(/started as serve/);
      terminal.close();
      expect(await terminal.ended).toMatchObject({ how: 'status 0' });
      expect(await place.objectsOf('terminal')).toHaveLength(3);
    });

  step('ends with 129 where it was not done, and the same command finishes the job', 60_000, async () => {
    const words = ['--kubernetes', '--target', 'linux-x64', '--greeting', 'Hi', ...here()];
    const held = deployer.api.hold(/^GET .*\/deployments\?.*watch=true/);
    const terminal = inTerminal(helloExecutable, words, env());
    await held;
    terminal.close();
    expect(await terminal.ended).toMatchObject({ how: 'status 129' });
    expect(
      await deployer.hello(words.slice(0, -4).concat('--name', 'terminal'), { env: deployer.onAzure() }),
    ).toMatchObject({
      status: 0,
    });
  });

  for (const [what, key, how] of [
    ['Ctrl-C', '\u0003', 'status 130'],
    ['its end', undefined, 'status 129'],
  ] as const)
    step(`deletes nothing after ${what} at the question`, 60_000, async () => {
      for (const command of [['self', 'delete']]) {
        const terminal = inTerminal(helloExecutable, [...command, ...here()], env());
        await terminal.until(/Delete terminal\?/);
        if (key === undefined) terminal.close();
        else terminal.type(key);
        expect(await terminal.ended).toMatchObject({ how });
      }
      expect(await place.objectsOf('terminal')).toHaveLength(3);
    });

  step('deploys to its end when nobody reads what it says', 60_000, async () => {
    const words = [...deployFlags('terminal'), '--namespace', place.namespace, '--greeting', 'Ho'];
    const child = spawn(helloExecutable, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env() },
    });
    child.stdout.destroy();
    child.stderr.once('data', () => child.stderr.destroy());
    expect(await once(child, 'exit')).toEqual([0, null]);
    const reader = spawn('sh', ['-c', '"$0" "$@" --output json | head -c 1', helloExecutable, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env() },
    });
    expect(await text(reader.stdout)).toBe('{');
  });

  step('follows logs no longer than someone reads them', 60_000, async () => {
    const child = spawn(helloExecutable, ['self', 'logs', ...here()], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env() },
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const ended = once(child, 'exit');
    // What makes it notice: more lines.
    const terminal = inTerminal(helloExecutable, ['self', 'delete', ...here()], env());
    await terminal.until(/Delete terminal\?/);
    terminal.type('y\r');
    expect(await terminal.ended).toMatchObject({ how: 'status 0' });
    expect(await place.objectsOf('terminal')).toEqual([]);
    expect(await ended).toEqual([0, null]);
  });
});
