// Runs a sample on plain Node.js and as a hidden executable, and tells what differs.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { otherMachine } from '../support/programs/emulator.ts';
import { ask, ownPlaces } from './ask.ts';
import { buildSample } from './build-sample.ts';
import { hidden } from './hidden.ts';
import { makeProject, plainNode, type SampleProject } from './project.ts';
import { excerpt, freePort, startSample } from './running.ts';
import type { SampleApplication } from './sample.ts';

export interface TriedSample {
  /** What it does otherwise than on plain Node.js, a line each. */
  readonly differences: readonly string[];
  /** How it ends on plain Node.js. */
  readonly plainStatus: number | string;
  readonly buildMs: number;
  readonly sizeBytes: number;
  /** How long it takes to start, as a multiple of plain Node.js. */
  readonly startRatio: number;
}

interface Seen {
  readonly startMs: number;
  readonly answers: readonly string[];
  readonly printed: string;
  readonly status: number | string;
  /** What it leaves. */
  readonly left: readonly string[];
}

interface Place {
  readonly path: string;
  readonly project: SampleProject;
}

function sourcesOf({ name }: SampleApplication): string {
  return join(import.meta.dirname, 'samples', name);
}

interface TryOptions {
  /** Where its project is, if not among the samples. */
  readonly sources?: string;
  /** True: what runs is its executable for the other Linux, which it makes of itself, under an emulator. */
  readonly isEmulated?: boolean;
}

export async function trySample(sample: SampleApplication, options: TryOptions = {}): Promise<TriedSample> {
  const { sources = sourcesOf(sample), isEmulated = false } = options;
  using place = placeOf(sample, sources);
  const { path, project } = place;
  const output = join(path, 'alone', 'app');
  const plain = await see(sample, place, { words: [plainNode, ...project.start], cwd: project.path });
  // What fails by itself says nothing about its executable.
  if (options.sources !== undefined && plain.status !== 0) {
    return { differences: [], plainStatus: plain.status, buildMs: 0, sizeBytes: 0, startRatio: 0 };
  }
  const { milliseconds } = await buildSample(project.path, 'src/selfsame.ts', output);
  const program = isEmulated ? rebuilt(output, path) : [output];
  const packed = await see(sample, place, { words: hidden(program, project.path), cwd: join(path, 'alone') });
  const beside = readdirSync(join(path, 'alone')).filter((name) => name !== 'app');
  return {
    differences: [...differencesOf(sample, { plain, packed }), ...beside.map((name) => `left: ${name}`)],
    plainStatus: plain.status,
    buildMs: milliseconds,
    sizeBytes: statSync(output).size,
    startRatio: packed.startMs / plain.startMs,
  };
}

/** @returns what a sample answers and prints on plain Node.js, for a look. */
export async function plainSample(
  sample: SampleApplication,
  { sources = sourcesOf(sample) }: TryOptions,
): Promise<string> {
  using place = placeOf(sample, sources);
  const { project } = place;
  const seen = await see(sample, place, { words: [plainNode, ...project.start], cwd: project.path });
  return [...seen.answers, seen.printed, `ends with ${seen.status}`, ...seen.left].join('\n\n');
}

/** Lets an executable make the one for the other Linux. @returns the words that run that. */
function rebuilt(executable: string, folder: string): string[] {
  const output = join(folder, 'other');
  const { target, emulator } = otherMachine;
  const words = ['self', 'rebuild', '--target', target, '--output', output];
  const { status, stderr } = spawnSync(executable, words, { encoding: 'utf8', cwd: folder });
  if (status !== 0) throw new Error(`It cannot rebuild itself for ${target}: ${stderr}`);
  return [emulator, output];
}

function placeOf({ hasInstallScripts = true }: SampleApplication, sources: string): Place & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'selfsame-sample-'));
  chmodSync(path, 0o755);
  for (const name of ['alone', 'home', 'tmp']) mkdirSync(join(path, name));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  try {
    const project = makeProject(sources, join(path, 'project'), { hasInstallScripts });
    return { path, project, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function see(
  sample: SampleApplication,
  { path }: Place,
  { words, cwd }: { words: string[]; cwd: string },
): Promise<Seen> {
  const { asks = [], until, mask, prints } = sample;
  const ports: Record<string, number> = { PORT: await freePort() };
  for (const name of Object.keys(sample.env ?? {})) if (name.startsWith('PORT')) ports[name] = await freePort();
  const texts = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `${port}`]));
  const [home, temporary] = [join(path, 'home'), join(path, 'tmp')];
  const common = {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    HOME: home,
    TMPDIR: temporary,
    QEMU_LD_PREFIX: otherMachine.libraries,
  };
  const env: Record<string, string> = { ...common, ...sample.env, ...texts, SELFSAME_PORT: `${ports['PORT']}` };
  for (const [name, text] of Object.entries(sample.home ?? {})) writeFileSync(join(home, name), text);
  const filled = words.map((word) => word.replaceAll(/\$([A-Z]+)/g, (_, name: string) => env[name] ?? ''));
  const running = startSample({ words: [...filled, ...(sample.words ?? [])], cwd, env });
  try {
    const startMs = await running.until(asks.length > 0 ? (ports['PORT'] ?? 0) : (until ?? /^/));
    const answers: string[] = [];
    for (const question of asks) answers.push(await ask(question, ports));
    if (until !== undefined) await running.until(until);
    const isEndless = asks.length > 0 || until !== undefined;
    const status = isEndless ? await running.stop() : await running.ended();
    const lines = running
      .output()
      .split('\n')
      .filter((line) => !line.startsWith(`${sample.name}: `));
    const shown = prints === undefined ? (asks.length > 0 ? [] : lines) : lines.filter((line) => prints.test(line));
    const text = named(shown.join('\n'), { ports, path });
    const printed = mask === undefined ? text : text.replaceAll(mask, '***');
    const left = [...(running.sweep() ? ['a process'] : []), ...readdirSync(temporary)].map(
      (what) => `left: ${what.replace(/-\w{6}$/, '-…')}`,
    );
    for (const folder of [home, temporary]) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
    return { startMs, answers, printed, status, left };
  } catch (error) {
    throw new Error(`${(error as Error).message}:\n${excerpt(running.output())}`, { cause: error });
  } finally {
    running.sweep();
  }
}

/** A text with the places and ports of this run by their names. */
function named(text: string, { ports, path }: { ports: Readonly<Record<string, number>>; path: string }): string {
  const places = text
    .replaceAll(join(path, 'project'), '.')
    .replaceAll(join(path, 'alone'), '.')
    .replaceAll(path, '..')
    // Warnings name the process and its program.
    .replaceAll(/\(node:\d+\)/g, '(node)')
    .replaceAll(/\(Use `\S+ --trace/g, '(Use `node --trace');
  return Object.entries(ports).reduce((so, [name, port]) => so.replaceAll(`${port}`, name), places);
}

function differencesOf(sample: SampleApplication, { plain, packed }: { plain: Seen; packed: Seen }): string[] {
  const told: string[] = [];
  const compare = (what: string, one: string, other: string): void => {
    if (one !== other) told.push(`${what}: ${firstDifference(one, other)}`);
  };
  for (const [index, question] of (sample.asks ?? []).entries()) {
    const path = typeof question === 'string' ? question : question.path;
    compare(path, plain.answers[index] ?? '', packed.answers[index] ?? '');
  }
  compare('prints', tracesShortened(plain.printed), tracesShortened(packed.printed));
  // A server that has drained ends well, whatever the application makes of the signal.
  const endsWell = (sample.asks ?? []).length > 0 && packed.status === 0;
  if (!endsWell) compare('ends', `${plain.status}`, `${packed.status}`);
  return [...told, ...packed.left.filter((what) => !plain.left.includes(what))];
}

/** Of traces in a text only what is thrown, and the own places. */
function tracesShortened(text: string): string {
  return text.replaceAll(/^.*Error: .*(?:\n {4,}at .*)+/gm, (found) => ownPlaces(found));
}

function firstDifference(one: string, other: string): string {
  const [ones, others] = [one.split('\n'), other.split('\n')];
  const at = ones.findIndex((line, index) => line !== others[index]);
  const line = at === -1 ? ones.length : at;
  const [had = '(nothing)', has = '(nothing)'] = [ones[line], others[line]];
  // Of a long line, from shortly before where it differs.
  let same = 0;
  while (same < had.length && had[same] === has[same]) same += 1;
  const from = Math.max(0, same - 60);
  const shown = (text: string): string => `"${from > 0 ? '…' : ''}${text.slice(from, from + 200)}"`;
  return `${shown(has)} instead of ${shown(had)}`;
}
