// The projects of examples/: what they have to answer, and their executables.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { packageTypes } from '../../scripts/package/declarations.ts';
import { publishedManifest } from '../../scripts/package/manifest.ts';
import { buildInput } from '../../src/toolchain/init/find-definition.ts';
import { buildSample } from '../applications/build-sample.ts';
import { makeProject } from '../applications/project.ts';
import { expect } from '@jest/globals';
import { machineLock } from '../support/run/machine-lock.ts';

export const examplesFolder = join(import.meta.dirname, '../../examples');

/** What an example is asked, and what it has to answer: a value of JSON, or a text. */
export interface ExampleQuestion {
  readonly path: string;
  /** Sent as JSON, by POST. */
  readonly body?: object;
  /** Texts may be patterns, also inside. */
  readonly answer: unknown;
}

export interface ExampleProject {
  readonly folder: string;
  /** None for one that serves nothing. */
  readonly asks: readonly ExampleQuestion[];
  /** What it prints once it works, where it is not asked. */
  readonly prints?: RegExp;
  /** How it ends when it is told to; 0 unless the framework says otherwise. */
  readonly endStatus?: number;
}

const hashOfAllmine = '$2b$04$XKJ/NfrlY03079XfsMoxxe7QnOtYA9l7DLqbST/8dQS0SFxXQvl1O';

export const examples: readonly ExampleProject[] = [
  {
    folder: 'express',
    asks: [
      { path: '/celsius/20/fahrenheit', answer: { fahrenheit: 68 } },
      { path: '/celsius/20/miles', answer: { error: 'Cannot convert 20 from celsius to miles' } },
    ],
  },
  {
    folder: 'fastify-native',
    asks: [
      { path: '/compare', body: { password: 'wrong', hash: hashOfAllmine }, answer: { matches: false } },
      { path: '/compare', body: { password: 'allmine', hash: hashOfAllmine }, answer: { matches: true } },
      { path: '/hash', body: { password: 'allmine' }, answer: { hash: /^\$2b\$12\$.{53}$/ } },
    ],
  },
  {
    folder: 'hono',
    asks: [
      { path: '/Europe/Zurich?at=2026-07-01T10:00:00Z', answer: { time: '2026-07-01 12:00:00' } },
      { path: '/Europe/Atlantis', answer: { error: 'There is no time zone Europe/Atlantis' } },
      { path: '/ticks?count=1', answer: /^data: \d{4}-.*\nid: 1\n\n$/ },
    ],
  },
  {
    folder: 'nest',
    asks: [
      { path: '/cats?maxAge=3', answer: [{ name: 'kit', age: 1 }] },
      { path: '/cats/tom', answer: { name: 'tom', age: 7 } },
      { path: '/cats?maxAge=-1', answer: { statusCode: 400, error: 'Bad Request' } },
    ],
  },
  {
    folder: 'next',
    endStatus: 143,
    asks: [
      { path: '/?name=Ada', answer: /<h1>Hello (?:<!-- -->)?Ada<\/h1>/ },
      { path: '/api/greeting?name=Ada', answer: { greeting: 'Hello Ada' } },
    ],
  },
  { folder: 'worker', asks: [], prints: /Order 2 is on its way/ },
  {
    folder: 'static-files',
    asks: [
      { path: '/', answer: /<h1>This page is inside the executable<\/h1>/ },
      { path: '/style.css', answer: /max-width: 40rem/ },
      { path: '/nothing', answer: /<h1>There is no such page<\/h1>/ },
    ],
  },
];

export interface BuiltExample extends ExampleProject {
  /** Of the package, the application and the executable. */
  readonly name: string;
  readonly project: string;
  readonly executable: string;
}

/** The executables of all examples. One `npm test` builds them once; a test file that runs alone builds them anew. */
export async function builtExamples(): Promise<{ examples: readonly BuiltExample[] } & AsyncDisposable> {
  const shared = process.env['SELFSAME_TEST_EXAMPLES'];
  const folder = shared ?? (await mkdtemp(join(tmpdir(), 'selfsame-examples-')));
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const built = await allBuilt(folder);
    return { examples: built, [Symbol.asyncDispose]: async () => (shared === undefined ? remove() : undefined) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function allBuilt(folder: string): Promise<BuiltExample[]> {
  await using _lock = await machineLock(`examples in ${folder}`, () => undefined);
  const isBuilt = existsSync(join(folder, 'built'));
  const library = join(folder, 'selfsame');
  if (!isBuilt) await writeLibrary(library);
  const built: BuiltExample[] = [];
  for (const example of examples) {
    const project = join(folder, 'projects', example.folder);
    // As the sample of the same packages, with which it shares them.
    const hasInstallScripts = example.folder !== 'next';
    if (!isBuilt) makeProject(join(examplesFolder, example.folder), project, { hasInstallScripts, library });
    const { entry, name } = await buildInput(project);
    const executable = join(folder, 'programs', name);
    if (!isBuilt) await buildSample(project, relative(project, entry), executable);
    built.push({ ...example, name, project, executable });
  }
  await writeFile(join(folder, 'built'), '');
  return built;
}

/** The package as a compiler sees it. */
async function writeLibrary(folder: string): Promise<void> {
  const manifest = Buffer.from(JSON.stringify(await publishedManifest()));
  for (const [path, contents] of [...(await packageTypes()), ['package.json', manifest] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
}

/** @returns what an example answers, parsed where it is JSON. */
export async function answerOf(url: string, { path, body }: ExampleQuestion): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    headers: { Connection: 'close', ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return isJson ? response.json() : response.text();
}

/** What an answer is compared with: a pattern fits a text, and of an object only what is named counts. */
export function expected({ answer }: ExampleQuestion): unknown {
  if (answer instanceof RegExp) return expect.stringMatching(answer);
  if (Array.isArray(answer) || typeof answer !== 'object' || answer === null) return answer;
  const fields = Object.entries(answer).map(([name, value]) => [
    name,
    value instanceof RegExp ? expect.stringMatching(value) : (value as unknown),
  ]);
  return expect.objectContaining(Object.fromEntries(fields) as Record<string, unknown>);
}
