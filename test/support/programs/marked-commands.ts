import { expect } from '@jest/globals';
import { commands } from '../../../src/cli/commands/commands.ts';
import { elsewhere } from './executable-fixture.ts';
import { helloExecutable } from './executables.ts';
import type { MarkedSecrets } from './marked.ts';
import type { EndedProgram } from './program.ts';

/** What asks a cluster or a store: each deploy, and commands behind `self`. */
export const askingCommands: readonly string[] = [
  '--kubernetes',
  '--local',
  ...['status', 'logs --no-follow', 'verify', 'history', 'rollback', 'scale 2', 'diff', 'cost', 'doctor'].map(
    (line) => `self ${line}`,
  ),
  'self gc --store-objects --yes',
  'self revoke --yes',
  'self delete --yes',
];

/** All that an executable does but running the application. */
export const everyCommand: readonly string[] = [
  ...askingCommands,
  `self rebuild --target ${elsewhere} -o never-written`,
  ...['rbac', 'licenses', 'sbom', 'completion bash'].map((line) => `self ${line}`),
];

/** A command as it is tried: what serves is told to end once it does. */
export async function tryMarked(
  secrets: MarkedSecrets,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<EndedProgram> {
  const signalWhen = ({ stdout }: { readonly stdout: string }) =>
    stdout.includes('hello-world-1') ? 'SIGTERM' : undefined;
  const ended = await secrets.run(helloExecutable, words, env, words[0] === '--local' ? { signalWhen } : {});
  expectNoLeak(secrets, words.join(' '), ended);
  return ended;
}

/** True for a command that prints data when it is asked for it. */
export function printsData(line: string): boolean {
  const [first, name] = line.split(' ');
  return first !== 'self' || commands.some((command) => command.name === name && command.schema !== undefined);
}

/** Expects that a program has told no secret, and that it ended in a way that is meant to be. */
export function expectNoLeak(secrets: MarkedSecrets, what: string, { stdout, stderr, status }: EndedProgram): void {
  const leaks = secrets.leaksIn(stdout + stderr);
  expect({ what, leaks, said: leaks.length > 0 ? stderr.slice(0, 2000) : '' }).toEqual({ what, leaks: [], said: '' });
  expect({ what, stderr, isBug: status === 70 || status === null }).toEqual({ what, stderr, isBug: false });
}

/** What a credential plugin says. */
export function credentialOf(token: string): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } });
}
