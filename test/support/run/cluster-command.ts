import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFolder } from './leftovers.ts';

/** What a run sets for its tests, and a part of the cluster that a test starts must not keep: it outlives the run. */
const ofTheRun = [
  'TMPDIR',
  'SELFSAME_TEST_CLUSTER',
  'SELFSAME_TEST_IMAGES',
  'SELFSAME_TEST_EXAMPLES',
  'SELFSAME_TEST_KUBECONFIG',
];

/**
 * Makes a command that runs the one of SELFSAME_TEST_CLUSTER with the environment that this process has.
 *
 * @returns its path.
 */
export function clusterCommandFor(folder: RunFolder, command: string, env: NodeJS.ProcessEnv = process.env): string {
  const path = join(folder.own, 'cluster');
  const unset = ofTheRun.map((name) => `unset ${name}`);
  const set = ofTheRun.flatMap((name) => (env[name] === undefined ? [] : [`export ${name}=${quoted(env[name])}`]));
  writeFileSync(path, ['#!/bin/sh', ...unset, ...set, `exec ${quoted(command)} "$@"`, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
