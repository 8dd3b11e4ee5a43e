import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copySources, edit, startDev, urlInLine, type DevLoop } from '../support/programs/dev-loop.ts';

describe('npm run dev', () => {
  let checkout: string;
  let loop: DevLoop;

  beforeEach(async () => {
    checkout = await copySources();
  });
  afterEach(async () => {
    await loop.end('SIGKILL');
    await loop.gone();
    await rm(checkout, { recursive: true, force: true });
  });

  const change = async (path: string, from: string, to: string) => edit(join(checkout, path), from, to);
  const serve = (...words: string[]): DevLoop => startDev(checkout, [...words, '--http', '127.0.0.1:0']);

  it('serves the example, and what is saved from then on', async () => {
    loop = serve();
    expect(await (await fetch(await loop.answers())).text()).toMatch(/^Hello from /);

    await change('src/hello-world.ts', "'Hello'", "'Servus'");
    expect(await loop.line(/Built/)).toMatch(/^dev: Built dist\/hello-world in .+: bundle .+, write .+, check .+$/);
    expect(await loop.line(/^dev:/)).toContain('answers on');
    const line = loop.said.at(-1) ?? '';
    expect(line).toMatch(/, \S.* after the change: build .+, stop .+, start .+$/);
    expect(await (await fetch(urlInLine(line))).text()).toMatch(/^Servus from /);
    expect(await loop.servers()).toHaveLength(1);
  });

  it('serves what a replaced file and a new folder bring', async () => {
    loop = serve();
    await loop.answers();
    const text = await readFile(join(checkout, 'src', 'hello-world.ts'), 'utf8');
    const replacement = text
      .replace("'Hello'", 'said')
      .replace('void ', "import { said } from './words/said.ts';\nvoid ");
    await writeFile(join(checkout, 'src', 'written.tmp'), replacement);
    await rename(join(checkout, 'src', 'written.tmp'), join(checkout, 'src', 'hello-world.ts'));
    await loop.line(/error: Cannot bundle src\/hello-world\.ts:\d+:\d+: Could not resolve/);

    await mkdir(join(checkout, 'src', 'words'));
    await writeFile(join(checkout, 'src', 'words', 'said.ts'), "export const said = 'Moin';\n");
    expect(await (await fetch(await loop.answers())).text()).toMatch(/^Moin from /);
    await change('src/words/said.ts', 'Moin', 'Tach');
    expect(await (await fetch(await loop.answers())).text()).toMatch(/^Tach from /);
  });

  it('bundles the deploying half again when its sources changed', async () => {
    loop = serve();
    await loop.answers();
    await change('src/cli/flags/command-line.ts', 'Options that deploy it', 'What deploys it');
    await loop.line(/Built/);
    await loop.line(/answers on/);
  });

  it('keeps the old server while the sources are broken, and says in a line where', async () => {
    loop = serve();
    const url = await loop.answers();
    await change('src/hello-world.ts', "name: 'hello-world',", "name: 'hello-world' oops");
    expect(await loop.line(/error/)).toMatch(
      /^dev: error: Cannot bundle src\/hello-world\.ts:7:\d+: Expected "}" but found "oops"; the old one goes on$/,
    );
    expect(await (await fetch(url)).text()).toMatch(/^Hello from /);

    await change('src/hello-world.ts', "name: 'hello-world' oops", "name: 'Hello World',");
    expect(await loop.line(/error/)).toMatch(
      /^dev: error: Cannot build src\/hello-world\.ts: .*"Hello World".*goes on$/,
    );
    expect(await (await fetch(url)).text()).toMatch(/^Hello from /);

    await change('src/hello-world.ts', "name: 'Hello World',", 'name: missing,');
    expect(await loop.line(/error/)).toMatch(
      /: ReferenceError: missing is not defined, at src\/hello-world\.ts:7:\d+; the old/,
    );
    expect(await (await fetch(url)).text()).toMatch(/^Hello from /);

    await change('src/hello-world.ts', 'name: missing,', "name: 'hello-world',\n  env: { MENDED: '1' },");
    expect(await (await fetch(await loop.answers())).text()).toMatch(/^Hello from /);
  });

  it('serves the last of many changes, whenever they come', async () => {
    loop = serve();
    await loop.answers();
    for (let count = 1; count <= 8; count += 1) {
      await change('src/hello-world.ts', count === 1 ? "'Hello'" : `'Hello ${count - 1}'`, `'Hello ${count}'`);
      // The second half comes while the first is being built.
      if (count === 4) await loop.line(/Built/);
    }
    for (let said = ''; !said.startsWith('Hello 8 from ');) said = await (await fetch(await loop.answers())).text();
    expect(await loop.servers()).toHaveLength(1);
  });

  it('starts without a server when the first build fails, and tells when the program ends', async () => {
    await change('src/hello-world.ts', 'await serve(server);', 'throw new Error(server.toString());');
    loop = serve('--', '--greeting', 'Hi');
    await loop.line(/dev: hello-world ended with 1; waiting for a change$/);
    await change('src/hello-world.ts', 'throw new Error(server.toString());', 'await serve(server);');
    expect(await (await fetch(await loop.answers())).text()).toMatch(/^Hi from /);
  });

  it.each([
    ['SIGINT', [0]],
    ['SIGTERM', [143]],
    // The second may come when the first has ended the program, and Node.js listens no more.
    ['SIGHUP', [129, 'SIGHUP']],
  ] as const)('leaves no process behind after %s', async (signal, endings) => {
    loop = serve();
    const url = await loop.answers();
    expect(await loop.servers()).toHaveLength(1);
    // A terminal that closes tells it more than once.
    if (signal === 'SIGHUP') void loop.end(signal);
    expect(endings).toContain(await loop.end(signal));
    expect(await loop.processes()).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it.each([
    ['it', false],
    ['the launcher that npm starts', true],
  ])('leaves no process behind when %s is killed', async (_what, launched) => {
    loop = startDev(checkout, ['--http', '127.0.0.1:0'], { launched });
    const url = await loop.answers();
    expect(await loop.servers()).toHaveLength(1);
    loop.kill();
    await loop.gone();
    expect(await loop.servers()).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it.each([
    [['--replicas', '3'], 'Cannot use --replicas in npm run dev without --kubernetes'],
    [['--kubernetes', '--rm'], 'Cannot use --rm in npm run dev'],
    [['src/absent.ts'], 'Cannot find src/absent.ts'],
  ])('refuses %j in one line', async (words, message) => {
    loop = startDev(checkout, words);
    expect(await loop.ended).toBe(2);
    expect(loop.said).toHaveLength(1);
    expect(loop.said[0]).toContain(message);
  });

  it('deploys with --kubernetes, tells how that ended, and tries again at the next change', async () => {
    loop = startDev(checkout, ['--kubernetes', '--replicas', '-1']);
    await loop.line(/^error: .*-1/);
    await loop.line(/^dev: The deploy ended with 2; waiting for a change$/);
    await change('src/hello-world.ts', "'Hello'", "'Servus'");
    await loop.line(/^dev: Built/);
    await loop.line(/^dev: The deploy ended with 2; waiting for a change$/);
    expect(await loop.end('SIGINT')).toBe(0);
  });
});
