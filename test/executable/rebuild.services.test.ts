import { spawn, spawnSync } from 'node:child_process';
import { copyFile, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rebuild } from '../../src/executable/rebuild.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import {
  fixtureForFile,
  elsewhere,
  here,
  needEmulator,
  runFixture,
  runElsewhere,
} from '../support/programs/executable-fixture.ts';
import { flipBit, otherOrigin, rebuildTo } from '../support/executable/rebuilds.ts';

const { fixture, folder } = fixtureForFile();

describe('rebuild()', () => {
  it('comes to a fixpoint: here, elsewhere, here and elsewhere again are two files in all', async () => {
    needEmulator();
    const file = (name: string) => join(folder(), name);
    const steps = [
      await runFixture(fixture().path, ['rebuild', elsewhere, file('b')]),
      await runElsewhere(file('b'), ['rebuild', here, file('c')]),
      await runFixture(file('c'), ['rebuild', elsewhere, file('d')]),
      await runElsewhere(file('d'), ['rebuild', elsewhere, file('e')]),
      await runFixture(file('c'), ['rebuild', here, file('f')]),
    ];
    const [second] = steps.map(({ answer }) => (answer as { version: string }).version);
    expect(steps.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    const versions = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((name) => digestOfFile(file(name))));
    expect(versions).toEqual([second, fixture().version, second, second, fixture().version]);
    expect(steps.map(({ answer }) => (answer as { version: string }).version)).toEqual(versions);
  }, 120_000);

  it('makes executables that run, with the same assets on both architectures', async () => {
    needEmulator();
    const other = join(folder(), 'other');
    await runFixture(fixture().path, ['rebuild', elsewhere, other]);
    const arch = (target: string) => target.replace('linux-', '');
    expect((await runFixture(fixture().path, ['x'])).answer).toMatchObject({
      arch: arch(here),
      argv: ['x'],
      execArgv: [],
    });
    expect((await runElsewhere(other, ['x'])).answer).toMatchObject({ arch: arch(elsewhere), argv: ['x'] });
    expect((await runElsewhere(other, ['assets'])).answer).toEqual(
      (await runFixture(fixture().path, ['assets'])).answer,
    );
    expect((await runElsewhere(other, ['release'])).answer).toEqual(
      (await runFixture(fixture().path, ['release'])).answer,
    );
  });

  it('takes the application out of another executable', async () => {
    const [other, back] = [join(folder(), 'other'), join(folder(), 'back')];
    await runFixture(fixture().path, ['rebuild', elsewhere, other]);
    const { answer } = await runFixture(fixture().path, ['rebuild', here, back, other]);
    expect(answer).toMatchObject({ version: fixture().version });
    expect(await digestOfFile(back)).toBe(fixture().version);
  });

  it('writes an executable file, for whom the umask says', async () => {
    const output = join(folder(), 'out');
    const { status } = spawnSync('sh', ['-c', 'umask 077; exec "$0" rebuild "$1" "$2"', fixture().path, here, output]);
    expect(status).toBe(0);
    await using file = await open(output);
    expect((await file.stat()).mode & 0o777).toBe(0o700);
  });

  it('replaces a file that is there, through a symbolic link too', async () => {
    const [target, link] = [join(folder(), 'target'), join(folder(), 'link')];
    await writeFile(target, 'old');
    await symlink('target', link);
    await rebuildTo(fixture(), link);
    expect(await digestOfFile(target)).toBe(fixture().version);
    expect((await readdir(folder())).sort()).toEqual(['link', 'target']);
  });

  it('still rebuilds itself when its file was replaced meanwhile', async () => {
    const [copy, output] = [join(folder(), 'copy'), join(folder(), 'out')];
    await copyFile(fixture().path, copy);
    const child = spawn(copy, ['rebuild', here, output], { env: { ...process.env, REBUILDER_WAITS: '1' } });
    await once(child.stderr, 'data');
    await rm(copy);
    await writeFile(copy, 'something else');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await digestOfFile(output)).toBe(fixture().version);
  });
});

describe('a rebuild that is killed', () => {
  it('leaves no half file under the final name, and its leftovers go with the next one', async () => {
    const output = join(folder(), 'out');
    await writeFile(output, 'old');
    const child = spawn(fixture().path, ['rebuild', here, output], { stdio: 'ignore' });
    const watcher = watch(folder(), () => child.kill('SIGKILL'));
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    watcher.close();
    expect(await readFile(output, 'utf8')).toBe('old');
    expect(await readdir(folder())).toHaveLength(2);

    await rebuildTo(fixture(), output);
    expect(await readdir(folder())).toEqual(['out']);
    expect(await digestOfFile(output)).toBe(fixture().version);
  });
});

describe('the cache', () => {
  it('is checked while it is copied: a damaged prefix is told of and fetched anew', async () => {
    const { from, runtimes: settings, events, report } = otherOrigin(fixture(), folder());
    const first = await rebuild(here, { from, output: join(folder(), 'one'), runtimes: settings, report });
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([]);

    const cached = join(settings.cacheFolder, 'runtimes', runtimes[here].prefix.digest);
    await flipBit(cached, 60_000_000);
    const second = await rebuild(here, { from, output: join(folder(), 'two'), runtimes: settings, report });
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([
      { kind: 'warning', text: `The cached runtime "${cached}" is damaged; fetching it anew` },
    ]);
    expect([second, await digestOfFile(cached)]).toEqual([first, runtimes[here].prefix.digest]);
  });

  it('makes nothing of a damaged prefix if no source has a better one', async () => {
    const { from, runtimes: settings } = otherOrigin(fixture(), folder());
    await rebuild(here, { from, output: join(folder(), 'one'), runtimes: settings });
    await rm(join(folder(), 'one'));
    await flipBit(join(settings.cacheFolder, 'runtimes', runtimes[here].prefix.digest), 60_000_000);
    const refused = rebuild(here, {
      from,
      output: join(folder(), 'two'),
      runtimes: { ...settings, source: localSource(join(folder(), 'nothing')) },
    });
    await expect(refused).rejects.toMatchObject({ code: 'runtime-unavailable' });
    expect(await readdir(folder())).toEqual(['cache']);
  });
});
