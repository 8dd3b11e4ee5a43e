import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { give, inTurn, refuseWith, serveAnswers } from '../support/runner/misbehaving-server.ts';
import { scratchFolder } from '../support/executable/scratch.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { application, elsewhere, here, place, startRunner, runners, script } from '../support/runner/runner.ts';

describe.each(runners)('$title in a container that restarts', (runner) => {
  it('verifies what is there, fetches nothing and runs it', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    const first = await startRunner(at, [], { runner });
    const second = await startRunner(at, ['again'], { runner });
    expect([first.status, second.status]).toEqual([0, 0]);
    expect(second.ran).toMatch(/^<again>\n/);
    expect(second.output).toMatch(/found app, verified [0-9a-f]{12} in \d+\.\d s/);
    expect(server.exchanges).toHaveLength(1);
  });

  it.each([
    ['damaged', Buffer.from(application).fill('#', 100_000, 100_001)],
    ['cut short', application.subarray(0, 1000)],
  ])('replaces a file that is %s', async (_, bytes) => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    await writeFile(join(at.dir, 'app'), bytes, { mode: 0o755 });
    const end = await startRunner(at, [], { runner });
    expect(end.ran).toBeDefined();
    expect((await readFile(join(at.dir, 'app'))).equals(application)).toBe(true);
    expect(server.exchanges).toHaveLength(1);
  });

  it('goes on where the container ended', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    await writeFile(join(at.dir, 'app.part'), application.subarray(0, 700_000));
    const end = await startRunner(at, [], { runner });
    expect(end.ran).toBeDefined();
    expect(server.exchanges.map(({ range }) => range)).toEqual(['bytes=700000-']);
  });

  it('verifies a part that was whole already, and fetches nothing', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    await writeFile(join(at.dir, 'app.part'), application);
    expect((await startRunner(at, [], { runner })).ran).toBeDefined();
    expect(server.exchanges).toHaveLength(0);
  });

  it('begins anew where a part is longer than the whole', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    await writeFile(join(at.dir, 'app.part'), Buffer.alloc(application.length + 1));
    expect((await startRunner(at, [], { runner })).ran).toBeDefined();
    expect(server.exchanges.map(({ range }) => range)).toEqual([undefined]);
  });
});

describe.each(runners)('$title and what it starts', (runner) => {
  it('executes the file that it has hashed, not what has its name by then', async () => {
    // Tells what the system executed: a file by its name is called by that.
    const cat = await readFile('/bin/cat');
    await using server = await serveAnswers(give(cat));
    await using at = await place(server.url, cat);
    const fetched = await startRunner(at, ['/proc/self/comm'], { runner });
    const found = await startRunner(at, ['/proc/self/comm'], { runner });
    expect([fetched.output, found.output]).toEqual([expect.stringMatching(/^\d+$/m), expect.stringMatching(/^\d+$/m)]);
  });

  it('leaves the environment of the application as it was, and adds what the runner found', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    Object.assign(at.environment, { name: 'hers', url: 'hers', IFS: 'x' });
    const { ran = '' } = await startRunner(at, [], { runner });
    // What any sh adds by itself, and env when it runs.
    const own = /^(<|_=|PWD=|OLDPWD=|SHLVL=|IFS=)/;
    const seen = ran.split('\n').filter((line) => line !== '' && !own.test(line));
    const [times] = /(?<=^SELFSAME_RUNNER_TIMES=)fetch=\d+ verify=\d+$/m.exec(ran) ?? [];
    const added = {
      SELFSAME_RUNNER_SHA256: at.environment[`SELFSAME_SHA256_${here}`],
      SELFSAME_RUNNER_TIMES: times,
      SELFSAME_RUNNER_BYTES: application.length,
    };
    const given = Object.entries({ ...at.environment, ...added }).map(([name, value]) => `${name}=${value}`);
    expect(seen.sort()).toEqual(given.filter((line) => !own.test(line)).sort());
  });

  it.each([
    ['of another machine', Buffer.concat([elfHeader(0x16), Buffer.alloc(200)]), /built for another architecture/],
    ['of no format', Buffer.from('MARKER was here >"$MARKER"\n'), /no executable format/],
    ['whose interpreter is missing', Buffer.from('#!/does/not/exist\n'), /cannot execute/],
  ])('says so where the bytes are right, but %s', async (_, bytes, reason) => {
    await using server = await serveAnswers(give(bytes));
    await using at = await place(server.url, bytes);
    const end = await startRunner(at, [], { runner });
    expect(end).toMatchObject({ status: 74, ran: undefined });
    expect(end.reason).toMatch(reason);
    expect(end.reason).toMatch(/^selfsame runner: .*\n$/);
  });
});

describe.each(runners)('$title refuses to begin', (runner) => {
  it.each<[string, Record<string, string | undefined>, number, RegExp]>([
    [
      'without an executable for this architecture',
      { [`SELFSAME_URL_${here}`]: undefined, [`SELFSAME_URL_${elsewhere}`]: 'http://127.0.0.1/app' },
      65,
      /no executable for this architecture \(\w+\)/,
    ],
    ['without a size', { [`SELFSAME_SIZE_${here}`]: undefined }, 64, /SELFSAME_SIZE_\w+.* is no whole number/],
    ['with half a SHA-256', { [`SELFSAME_SHA256_${here}`]: 'abc' }, 64, /has not 64 digits/],
    ['with a SHA-256 of other digits', { [`SELFSAME_SHA256_${here}`]: 'A'.repeat(64) }, 64, /lower-case hex/],
    ['with a name that is a path', { SELFSAME_NAME: '../app' }, 64, /SELFSAME_NAME is no file name/],
    ['with a URL that is a file', { [`SELFSAME_URL_${here}`]: 'file:///etc/passwd' }, 64, /no http or https URL/],
    ['with a query in the URL', { [`SELFSAME_URL_${here}`]: 'http://127.0.0.1/app?sig=s3cret' }, 64, /has a query/],
    ['with CA certificates that cannot be read', { SELFSAME_CA_FILE: '/does/not/exist' }, 64, /SELFSAME_CA_FILE/],
    ['without a folder', { SELFSAME_DIR: '/does/not/exist' }, 73, /cannot write to the folder/],
  ])('%s', async (_, change, status, reason) => {
    await using at = await place('http://127.0.0.1:1/app');
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete at.environment[name];
      else at.environment[name] = value;
    }
    const end = await startRunner(at, [], { runner });
    expect(end).toMatchObject({ status, ran: undefined });
    expect(end.reason).toMatch(reason);
    expect(end.reason).toMatch(/^selfsame runner: .*\n$/);
    expect(end.output).not.toContain('s3cret');
  });
});

describe('Dockerfile.runner', () => {
  it('takes along every program that run.sh calls', async () => {
    await using server = await serveAnswers(inTurn(refuseWith(500), give(application)));
    await using at = await place(server.url);
    const dockerfile = await readFile(join(import.meta.dirname, '../../Dockerfile.runner'), 'utf8');
    const programs = /programs="([^"]+)"/.exec(dockerfile)?.[1]?.match(/[^\s\\/]+(?=\s|$)/g) ?? [];
    await Promise.all(programs.map((name) => symlink(`/usr/bin/${name}`, join(at.dir, '..', name))));
    at.environment['PATH'] = join(at.dir, '..');
    const how = { runner: { title: 'run.sh', command: ['/bin/sh', script] } };
    const [fetched, found] = [await startRunner(at, [], how), await startRunner(at, [], how)];
    expect([fetched.ran, found.ran]).not.toContain(undefined);
    expect(fetched.output + found.output).not.toMatch(/run\.sh:/);
  });

  it('can execute run.sh as it is checked out', async () => {
    expect((await stat(script)).mode & 0o111).not.toBe(0);
  });
});

/** The first bytes of a little-endian ELF file for a machine (0x16 is IBM's S/390). */
function elfHeader(machine: number): Buffer {
  const header = Buffer.from('7f454c46020101000000000000000000020000000100', 'hex');
  header.writeUInt16LE(machine, 18);
  return header;
}

describe('an executable that a runner has started', () => {
  it('is called by the name of its file', async () => {
    await using folder = await scratchFolder();
    const path = join(folder.path, 'app');
    await symlink(helloExecutable, path);
    const words = ['-c', 'exec 9<"$0"; exec /proc/self/fd/9 --http 127.0.0.1:0', path];
    const child = spawn('sh', words, { env: { SELFSAME_RUNNER_SHA256: 'x' }, stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface(child.stderr)) if (line.includes('serving on')) break;
    const name = await readFile(`/proc/${child.pid}/comm`, 'utf8');
    child.kill();
    expect(name).toBe('hello-world\n');
  });
});
