// What applications cost as one executable file, against the same by other tools, and against plain Node.js: time to build, size, time to
// the first answer, and memory at rest.
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hidden } from '../../test/applications/hidden.ts';
import { makeProject, plainNode, type SampleProject } from '../../test/applications/project.ts';
import { freePort, startSample } from '../../test/applications/running.ts';
import { root } from '../../src/toolchain/bundle.ts';
import {
  bunPacker,
  plainBundlePacker,
  seaPacker,
  selfsamePacker,
  type PackedProject,
  type Packer,
} from '../tools/packers.ts';
import { alternate } from '../tools/measure.ts';
import { startedServer, type FirstQuestion, type ServerStart } from '../tools/started-server.ts';
import { applicationRows, applicationText, type Contender, type MeasuredApplication } from './applications-figures.ts';
import type { Bench, Measured } from './suite.ts';

/** A project of test/applications/samples or of examples. */
interface Subject {
  readonly name: string;
  readonly folder: string;
  readonly question: FirstQuestion;
  readonly hasInstallScripts?: boolean;
  readonly entry?: string;
  readonly compiledEntry?: string;
  readonly optional?: readonly string[];
  readonly isModule?: boolean;
}

const samples = 'test/applications/samples';

const subjects: readonly Subject[] = [
  { name: 'hono', folder: `${samples}/hono`, question: { path: '/' } },
  { name: 'express', folder: 'examples/express', question: { path: '/celsius/20/kelvin' } },
  { name: 'fastify', folder: `${samples}/fastify`, question: { path: '/sum/2/3' } },
  {
    name: 'nest',
    folder: `${samples}/nest`,
    question: { path: '/cats' },
    compiledEntry: 'dist/main.js',
    optional: ['@nestjs/microservices', '@nestjs/websockets'],
  },
  {
    name: 'apollo',
    folder: `${samples}/apollo`,
    question: { path: '/?query=%7Bhello%7D', header: 'apollo-require-preflight: yes' },
    isModule: true,
  },
  { name: 'pino', folder: `${samples}/pino-transport`, question: { path: '/' } },
  { name: 'sharp', folder: `${samples}/sharp`, question: { path: '/16' } },
  {
    name: 'next',
    folder: 'examples/next',
    question: { path: '/' },
    hasInstallScripts: false,
    entry: '.next/standalone/server.js',
  },
];

/** @throws {Error} if ours does not build, or does not answer. */
export async function applicationsSuite({ folder, runs, signal }: Bench): Promise<Measured> {
  const options = { folder, signal };
  const ours = await selfsamePacker(options);
  const packers = [ours, await bunPacker(options), seaPacker(options), plainBundlePacker(ours.library, options)];
  const measured: MeasuredApplication[] = [];
  for (const subject of subjects) {
    signal.throwIfAborted();
    console.error(`  ${subject.name}`);
    measured.push(await measuredSubject(subject, { packers, runs, signal }));
  }
  return { rows: measured.flatMap(applicationRows), text: applicationText(measured) };
}

interface How {
  readonly packers: readonly Packer[];
  readonly runs: number;
  readonly signal: AbortSignal;
}

/** What is run: a packer's executable, or the project on plain Node.js. */
interface Runnable {
  readonly name: string;
  readonly words: readonly [string, ...string[]];
  readonly cwd: string;
}

async function measuredSubject(subject: Subject, { packers, runs, signal }: How): Promise<MeasuredApplication> {
  // Not in this clone, in which Node.js would find its packages.
  const place = await mkdtemp(join(tmpdir(), 'selfsame-bench-'));
  try {
    await chmod(place, 0o755);
    const alone = join(place, 'alone');
    await mkdir(alone);
    const { hasInstallScripts = true, entry = 'src/main.ts', optional = [], isModule = false } = subject;
    const { compiledEntry = entry } = subject;
    const made = makeProject(join(root, subject.folder), join(place, 'project'), { hasInstallScripts });
    const project = { path: made.path, entry, compiledEntry, optional, isModule };
    const plain: Runnable = { name: 'node', words: [plainNode, ...made.start], cwd: made.path };
    const expected = await answerOf(plain, { subject });
    const able: { readonly packer: Packer; readonly runnable: Runnable }[] = [];
    const unable = new Map<string, string>();
    for (const packer of packers) {
      const output = join(alone, `app-${packers.indexOf(packer)}`);
      const runnable: Runnable = { name: packer.name, words: [output], cwd: alone };
      const reason = await failureOf({ packer, runnable, project, made }, subject, expected);
      if (reason === undefined) able.push({ packer, runnable });
      else if (packer === packers[0]) throw new Error(`${subject.name} does not work: ${reason}`);
      else unable.set(packer.name, reason);
    }

    const builds = await alternate(
      able.map(({ packer, runnable: { words } }) => ({ run: async () => timed(packer.build(project, words[0])) })),
      runs,
    );
    const runnables = [...able.map(({ runnable }) => runnable), plain];
    const starts = await alternate(
      runnables.map((runnable) => ({ run: async () => startOf(runnable, { subject, signal }) })),
      runs,
    );
    const contenders: Contender[] = [];
    for (const [index, { name, words }] of runnables.entries()) {
      const buildMs = builds[index];
      const sizeBytes = buildMs === undefined ? undefined : (await stat(words[0])).size;
      contenders.push({ name, buildMs, sizeBytes, starts: starts[index] ?? [] });
    }
    return { name: subject.name, contenders, unable };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Attempt {
  readonly packer: Packer;
  readonly runnable: Runnable;
  readonly project: PackedProject;
  readonly made: SampleProject;
}

/** Builds an executable and asks it once, out of sight of the project. @returns why it cannot be compared. */
async function failureOf(
  { packer, runnable, project, made }: Attempt,
  subject: Subject,
  expected: string,
): Promise<string | undefined> {
  try {
    await packer.build(project, runnable.words[0]);
  } catch (error) {
    return `does not build: ${reasonIn((error as Error).message)}`;
  }
  try {
    const words = hidden(runnable.words, made.path) as [string, ...string[]];
    const answer = await answerOf({ ...runnable, words }, { subject });
    return answer === expected ? undefined : `answers ${answer.slice(0, 60)}`;
  } catch (error) {
    return `does not start: ${reasonIn((error as Error).message)}`;
  }
}

/** The line that says it. */
function reasonIn(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^.*\[ERROR\] /, 'error: ').trim());
  const line = lines.find(
    (each) => /^(?:[\w-]+: )*(?:\w*Error\b|error: )/.test(each) && !each.includes('Command failed'),
  );
  const short = (line ?? lines[0] ?? '').replaceAll(/\/\S*\/(?=[^/\s]+)/g, '');
  return short.length > 100 ? `${short.slice(0, 100)}…` : short;
}

function environment(port: number, cwd: string): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: cwd, TMPDIR: cwd, PORT: `${port}`, SELFSAME_PORT: `${port}`, NODE_ENV: 'production' };
}

/** @throws {Error} with what it printed, if it ends instead. */
async function answerOf({ words, cwd }: Runnable, { subject }: { readonly subject: Subject }): Promise<string> {
  const port = await freePort();
  const running = startSample({ words: [...words], cwd, env: environment(port, cwd) });
  try {
    await running.until(port);
    const [name, value] = subject.question.header?.split(': ') ?? [];
    const response = await fetch(`http://127.0.0.1:${port}${subject.question.path}`, {
      headers: name === undefined || value === undefined ? {} : { [name]: value },
      signal: AbortSignal.timeout(20_000),
    });
    return `${response.status} ${(await response.text()).replaceAll(/"b":"[^"]*"/g, '')}`;
  } catch (error) {
    throw new Error(running.output() || (error as Error).message, { cause: error });
  } finally {
    await running.stop();
    running.sweep();
  }
}

async function startOf(
  { words, cwd }: Runnable,
  { subject, signal }: { readonly subject: Subject; readonly signal: AbortSignal },
): Promise<ServerStart> {
  signal.throwIfAborted();
  return startedServer((port) => ({ words, cwd, env: environment(port, cwd) }), {
    question: subject.question,
    atRest: () => ({}),
  });
}

async function timed(work: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}
