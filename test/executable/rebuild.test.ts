import { spawn, spawnSync } from 'node:child_process';
import { copyFile, mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { bytesOf, type Bytes } from '../../src/executable/format/bytes.ts';
import { artifactFor, digestOfOwn, rebuild } from '../../src/executable/rebuild.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { digestOf, digestOfFile } from '../../src/shared/digest.ts';
import type { ReportEvent } from '../../src/shared/report.ts';
import {
  builtFixture,
  cleanUp,
  elsewhere,
  here,
  installedRuntime,
  needCommand,
  needEmulator,
  runFixture,
  runElsewhere,
  temporaryFolder,
  type Fixture,
} from '../support/programs/executable-fixture.ts';

let fixture: Fixture;
let folder: string;

beforeAll(async () => {
  needCommand('unshare', 'util-linux');
  fixture = await builtFixture();
});
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(cleanUp);

describe('rebuild()', () => {
  it('comes to a fixpoint: here, elsewhere, here and elsewhere again are two files in all', async () => {
    needEmulator();
    const file = (name: string) => join(folder, name);
    const steps = [
      await runFixture(fixture.path, ['rebuild', elsewhere, file('b')]),
      await runElsewhere(file('b'), ['rebuild', here, file('c')]),
      await runFixture(file('c'), ['rebuild', elsewhere, file('d')]),
      await runElsewhere(file('d'), ['rebuild', elsewhere, file('e')]),
      await runFixture(file('c'), ['rebuild', here, file('f')]),
    ];
    const [second] = steps.map(({ answer }) => (answer as { version: string }).version);
    expect(steps.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    const versions = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((name) => digestOfFile(file(name))));
    expect(versions).toEqual([second, fixture.version, second, second, fixture.version]);
    expect(steps.map(({ answer }) => (answer as { version: string }).version)).toEqual(versions);
  }, 120_000);

  it('makes executables that run, with the same assets on both architectures', async () => {
    needEmulator();
    const other = join(folder, 'other');
    await runFixture(fixture.path, ['rebuild', elsewhere, other]);
    const arch = (target: string) => target.replace('linux-', '');
    expect((await runFixture(fixture.path, ['x'])).answer).toMatchObject({
      arch: arch(here),
      argv: ['x'],
      execArgv: [],
    });
    expect((await runElsewhere(other, ['x'])).answer).toMatchObject({ arch: arch(elsewhere), argv: ['x'] });
    expect((await runElsewhere(other, ['assets'])).answer).toEqual((await runFixture(fixture.path, ['assets'])).answer);
    expect((await runElsewhere(other, ['release'])).answer).toEqual(
      (await runFixture(fixture.path, ['release'])).answer,
    );
  });

  it('takes the application out of another executable', async () => {
    const [other, back] = [join(folder, 'other'), join(folder, 'back')];
    await runFixture(fixture.path, ['rebuild', elsewhere, other]);
    const { answer } = await runFixture(fixture.path, ['rebuild', here, back, other]);
    expect(answer).toMatchObject({ version: fixture.version });
    expect(await digestOfFile(back)).toBe(fixture.version);
  });

  it('writes an executable file, whatever the umask is', async () => {
    const output = join(folder, 'out');
    const { status } = spawnSync('sh', ['-c', 'umask 077; exec "$0" rebuild "$1" "$2"', fixture.path, here, output]);
    expect(status).toBe(0);
    await using file = await open(output);
    expect((await file.stat()).mode & 0o777).toBe(0o755);
  });

  it('replaces a file that is there, through a symbolic link too', async () => {
    const [target, link] = [join(folder, 'target'), join(folder, 'link')];
    await writeFile(target, 'old');
    await symlink('target', link);
    await rebuildFixture(link);
    expect(await digestOfFile(target)).toBe(fixture.version);
    expect((await readdir(folder)).sort()).toEqual(['link', 'target']);
  });

  it('still rebuilds itself when its file was replaced meanwhile', async () => {
    const [copy, output] = [join(folder, 'copy'), join(folder, 'out')];
    await copyFile(fixture.path, copy);
    const child = spawn(copy, ['rebuild', here, output], { env: { ...process.env, REBUILDER_WAITS: '1' } });
    await once(child.stderr, 'data');
    await rm(copy);
    await writeFile(copy, 'something else');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await digestOfFile(output)).toBe(fixture.version);
  });
});

describe('rebuild() refuses', () => {
  it('a file of its own with one flipped bit in the prefix, and writes nothing', async () => {
    const damaged = await flipped(fixture.path, 60_000_000);
    expect(await runFixture(damaged, ['rebuild', here, join(folder, 'out')])).toMatchObject({
      status: 3,
      answer: {
        code: 'executable-damaged',
        message: `Cannot rebuild "${damaged}": its bytes are not those it was built with`,
      },
    });
    expect(await readdir(folder)).toEqual(['damaged']);
  });

  it('a file of its own with one flipped bit in the tail before the blob', async () => {
    const damaged = await flipped(fixture.path, runtimes[here].prefix.sizeBytes + 8 * 56 + 24);
    const from = await openExecutable(damaged);
    const refused = rebuild(here, { from, output: join(folder, 'out') });
    await expect(refused).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(await readdir(folder)).toEqual(['damaged']);
  });

  it('to write over the program that is running', async () => {
    const copy = join(folder, 'copy');
    await copyFile(fixture.path, copy);
    await symlink('copy', join(folder, 'link'));
    for (const output of [copy, join(folder, 'link')]) {
      expect((await runFixture(copy, ['rebuild', elsewhere, output])).answer).toMatchObject({
        code: 'bad-output',
        message: `Cannot write "${output}": it is the file that is running or read from`,
        hint: 'Pass -o with another file.',
      });
    }
    expect(await digestOfFile(copy)).toBe(fixture.version);
  });

  it('to write over the file it reads from', async () => {
    const copy = join(folder, 'copy');
    await copyFile(fixture.path, copy);
    const { answer } = await runFixture(fixture.path, ['rebuild', elsewhere, copy, copy]);
    expect(answer).toMatchObject({ code: 'bad-output' });
    expect(await digestOfFile(copy)).toBe(fixture.version);
  });

  it.each([
    ['a folder', 'sub', 'bad-output', 'it is a folder'],
    ['a device', '/dev/full', 'bad-output', 'it is no ordinary file'],
    ['a file below a file', 'file/out', 'output-refused', 'a part of its path is a file'],
    ['a file in no folder', 'none/out', 'output-refused', 'there is no such folder'],
    ['a name that is too long', 'x'.repeat(300), 'output-refused', 'its name is too long'],
  ])('to write to %s', async (_, name, code, reason) => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'file'), 'kept');
    const output = name.startsWith('/') ? name : join(folder, name);
    await expect(rebuildFixture(output)).rejects.toMatchObject({
      code,
      message: `Cannot write "${output}": ${reason}`,
    });
    expect((await readdir(folder)).sort()).toEqual(['file', 'sub']);
    expect(await readdir(join(folder, 'sub'))).toEqual([]);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('kept');
  });

  it.each([
    ['a full disk', 'size=50m', 'the disk is full'],
    ['a read-only file system', 'ro', 'the file system is read-only'],
  ])('to write to %s, and leaves nothing there', (_, mountOptions, reason) => {
    const output = join(folder, 'out');
    const script = `mount -t tmpfs -o ${mountOptions} none "$1" && "$2" rebuild "$3" "$4"; ls -A "$1"`;
    const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder, fixture.path, here, output];
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    // One line: nothing is listed.
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'output-refused',
      message: `Cannot write "${output}": ${reason}`,
    });
  });

  it('to go on once it is told to stop, and leaves nothing', async () => {
    const stop = new AbortController();
    const watcher = watch(folder, () => stop.abort());
    const from = await openExecutable(fixture.path);
    const rebuilding = rebuild(here, { from, output: join(folder, 'out'), signal: stop.signal });
    await expect(rebuilding).rejects.toMatchObject({ name: 'AbortError' });
    watcher.close();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a rebuild that is killed', () => {
  it('leaves no half file under the final name, and its leftovers go with the next one', async () => {
    const output = join(folder, 'out');
    await writeFile(output, 'old');
    const child = spawn(fixture.path, ['rebuild', here, output], { stdio: 'ignore' });
    const watcher = watch(folder, () => child.kill('SIGKILL'));
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    watcher.close();
    expect(await readFile(output, 'utf8')).toBe('old');
    expect(await readdir(folder)).toHaveLength(2);

    await rebuildFixture(output);
    expect(await readdir(folder)).toEqual(['out']);
    expect(await digestOfFile(output)).toBe(fixture.version);
  });
});

describe('the cache', () => {
  it('is checked while it is copied: a damaged prefix is told of and fetched anew', async () => {
    const { from, runtimes: settings, events, report } = await otherOrigin();
    const first = await rebuild(here, { from, output: join(folder, 'one'), runtimes: settings, report });
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([]);

    const cached = join(settings.cacheFolder, 'runtimes', runtimes[here].prefix.digest);
    await flipBit(cached, 60_000_000);
    const second = await rebuild(here, { from, output: join(folder, 'two'), runtimes: settings, report });
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([
      { kind: 'warning', text: `The cached runtime "${cached}" is damaged; fetching it anew` },
    ]);
    expect([second, await digestOfFile(cached)]).toEqual([first, runtimes[here].prefix.digest]);
  });

  it('makes nothing of a damaged prefix if no source has a better one', async () => {
    const { from, runtimes: settings } = await otherOrigin();
    await rebuild(here, { from, output: join(folder, 'one'), runtimes: settings });
    await rm(join(folder, 'one'));
    await flipBit(join(settings.cacheFolder, 'runtimes', runtimes[here].prefix.digest), 60_000_000);
    const refused = rebuild(here, {
      from,
      output: join(folder, 'two'),
      runtimes: { ...settings, source: localSource(join(folder, 'nothing')) },
    });
    await expect(refused).rejects.toMatchObject({ code: 'runtime-unavailable' });
    expect(await readdir(folder)).toEqual(['cache']);
  });
});

describe('artifactFor()', () => {
  it('is the file that rebuild() writes, from its own bytes and from the cache', async () => {
    const { from, runtimes: settings } = await otherOrigin();
    for (const origin of [await openExecutable(fixture.path), from]) {
      const artifact = await artifactFor(here, { from: origin, name: 'app', runtimes: settings });
      await using file = await open(fixture.path);
      expect(artifact).toMatchObject({
        name: 'app',
        target: here,
        version: fixture.version,
        sizeBytes: (await file.stat()).size,
        prefix: { digest: runtimes[here].prefix.digest, sizeBytes: runtimes[here].prefix.sizeBytes },
      });
      expect(await digestOf(artifact.open())).toBe(fixture.version);
    }
  });

  it('gives any range, also across the seam and several at once', async () => {
    const artifact = await artifactFor(here, { from: await openExecutable(fixture.path), name: 'app' });
    const whole = await readFile(fixture.path);
    const seam = runtimes[here].prefix.sizeBytes;
    const ranges = [
      [0, 1],
      [seam - 70_000, seam + 70_000],
      [seam, seam + 5],
      [whole.length - 3, whole.length],
      [5, 5],
    ] as const;
    const read = ranges.map(([start, end]) => Array.fromAsync(artifact.open({ start, end })));
    const parts = (await Promise.all(read)).map((chunks) => Buffer.concat(chunks));
    expect(parts.map((part, index) => part.equals(whole.subarray(...(ranges[index] ?? []))))).toEqual(
      ranges.map(() => true),
    );
  });

  it('tells where its parts are, and the SHA-256 of the prefix without reading it', async () => {
    const large = Buffer.alloc(50_000, 'asset');
    const blob = writeBlob({ mainPath: 'main.js', code: Buffer.from('main'), assets: [['large', large]] });
    const settings = { source: localSource(join(folder, 'nothing')), cacheFolder: join(folder, 'cache') };
    const artifact = await artifactFor(here, { from: { blob: bytesOf(blob) }, name: 'app', runtimes: settings });
    const { prefix, cuts = [], sizeBytes } = artifact;
    expect(cuts).toHaveLength(1);
    const [cut = 0] = cuts;
    const part = Buffer.concat(await Array.fromAsync(artifact.open({ start: cut, end: sizeBytes })));
    expect(part.subarray(8 + 5 + 8).indexOf(large)).toBe(0);
    const hash = await prefix.hashed();
    for await (const chunk of artifact.open({ start: prefix.sizeBytes })) hash.update(chunk);
    expect(hash.digest('hex')).toBe(artifact.version);
    expect(prefix).toMatchObject({ md5: runtimes[here].prefix.md5 });
  });

  it('needs no runtime for the version, nor for the tail alone', async () => {
    const settings = { source: localSource(join(folder, 'nothing')), cacheFolder: join(folder, 'cache') };
    const from = { blob: bytesOf(fixture.blob) };
    const artifact = await artifactFor(here, { from, name: 'app', runtimes: settings });
    expect(artifact.version).toBe(fixture.version);
    const tail = Buffer.concat(await Array.fromAsync(artifact.open({ start: artifact.prefix.sizeBytes })));
    expect(tail.includes(fixture.blob)).toBe(true);
    await expect(artifact.prepare()).rejects.toMatchObject({ code: 'runtime-unavailable' });
  });

  it('hashes its own file once, however often it is asked for', async () => {
    const from = await openExecutable(fixture.path);
    const { rebuilt } = from;
    if (rebuilt === undefined) throw new Error('it is one of ours');
    let reads = 0;
    const bytes: Bytes = {
      ...rebuilt.bytes,
      open(range) {
        reads += 1;
        return rebuilt.bytes.open(range);
      },
    };
    const counted = { ...from, rebuilt: { ...rebuilt, bytes } };
    expect(await digestOfOwn(counted)).toBe(fixture.version);
    await artifactFor(here, { from: counted, name: 'app' });
    expect(reads).toBe(1);
  });

  it('refuses an executable whose own bytes are not right, before anything is sent', async () => {
    const from = await openExecutable(await flipped(fixture.path, 60_000_000));
    await expect(artifactFor(here, { from, name: 'app' })).rejects.toMatchObject({ code: 'executable-damaged' });
  });
});

async function rebuildFixture(output: string): Promise<unknown> {
  return rebuild(here, { from: await openExecutable(fixture.path), output });
}

/** An origin that has no prefix for this machine, and a cache and a source that have. */
async function otherOrigin() {
  const events: ReportEvent[] = [];
  return {
    from: { blob: bytesOf(fixture.blob) },
    runtimes: { source: localSource(installedRuntime), cacheFolder: join(folder, 'cache') },
    events,
    report: (event: ReportEvent) => events.push(event),
  };
}

/** A copy of a file with one bit flipped. */
async function flipped(path: string, position: number): Promise<string> {
  const copy = join(folder, 'damaged');
  await copyFile(path, copy);
  await flipBit(copy, position);
  return copy;
}

async function flipBit(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, position);
}
