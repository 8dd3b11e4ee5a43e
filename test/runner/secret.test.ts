import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type PlannedAnswer, give, inTurn, refuseWith, serveAnswers } from '../support/runner/misbehaving-server.ts';
import {
  application,
  type EndedRunner,
  ended,
  here,
  type RunnerPlace,
  place,
  type RunnerUnderTest,
  runners,
  start,
} from '../support/runner/runner.ts';

const secret = 'sig=Kp9q7TzVerySecret%2Fx%3D';
const query = `sv=2025-01-05&sr=b&si=selfsame&${secret}`;

describe.each(runners)('$title', (runner) => {
  it('shows the secret query to nobody but the server', async () => {
    await using server = await serveAnswers(inTurn(refuseWith(403), trickle, give(application)));
    await using at = await place(server.url);
    const seen = await watch(at, runner);
    expect(seen.end.ran).toBeDefined();
    expect(server.exchanges.map((exchange) => exchange.query)).toEqual([query, query, query]);
    // It did look at the right moment: the runner was seen at its work.
    expect(seen.processes.includes(runner.command.at(-1) ?? '')).toBe(true);
    expect(seen.processes.includes(secret)).toBe(false); // toContain would print the environment of every process
    expect(seen.end.output + seen.end.reason + seen.end.ran).not.toContain(secret);
  });

  it('names the URL without its query when it fails', async () => {
    await using server = await serveAnswers(give(application, { ranges: false, stopAt: 1000 }));
    await using at = await place(server.url);
    at.environment['SELFSAME_FETCH_LIMIT'] = '2';
    const seen = await watch(at, runner);
    expect(seen.end.status).toBe(68);
    expect(server.exchanges[0]?.query).toBe(query);
    expect(seen.end.reason).toContain(server.url);
    expect((seen.end.output + seen.end.reason + seen.processes + seen.left).includes(secret)).toBe(false);
  });

  it.each([
    ['with a line end', `${query}\n`, query],
    ['with a question mark', `?${query}`, query],
    ['empty', '', ''],
  ])('reads a query file %s', async (_, content, sent) => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    const end = await ended(start(await withQuery(at, content), [], { runner }), at);
    expect(end.status).toBe(0);
    expect(server.exchanges[0]?.query).toBe(sent);
  });

  it('asks without a query where there is no such file', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    at.environment['SELFSAME_QUERY_FILE'] = join(at.dir, 'none');
    const end = await ended(start(at, [], { runner }), at);
    expect(end.status).toBe(0);
    expect(server.exchanges[0]?.query).toBe('');
  });

  it.each([
    ['its own', true, 'sig=of-this'],
    ['no other', false, query],
  ])('takes %s of the queries that are for one executable', async (_, isThis, sent) => {
    await using server = await serveAnswers(give(application));
    await using at = await withQuery(await place(server.url), query);
    const wanted = isThis ? (at.environment[`SELFSAME_SHA256_${here}`] ?? '') : '0'.repeat(64);
    await writeFile(`${at.environment['SELFSAME_QUERY_FILE']}.${wanted}`, 'sig=of-this');
    const end = await ended(start(at, [], { runner }), at);
    expect(end.status).toBe(0);
    expect(server.exchanges[0]?.query).toBe(sent);
  });

  it('takes no second curl option out of a query file', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    const end = await ended(start(await withQuery(at, `a" output="${at.marker}`), [], { runner }), at);
    expect(end).toMatchObject({ status: 64, ran: undefined });
    expect(end.reason).toMatch(/is no query\n$/);
    expect(server.exchanges).toHaveLength(0);
  });
});

async function withQuery(at: RunnerPlace, content: string): Promise<RunnerPlace> {
  const file = join(at.dir, '..', 'query');
  await writeFile(file, content);
  at.environment['SELFSAME_QUERY_FILE'] = file;
  return at;
}

/** Runs the script and reads, until it ends, what any process on this machine shows of itself. */
async function watch(
  at: RunnerPlace,
  runner: RunnerUnderTest,
): Promise<{ end: EndedRunner; processes: string; left: string }> {
  await withQuery(at, query);
  // A variable that is exported stays exported when a shell assigns to it.
  at.environment['runner_query'] = 'exported';
  const child = start(at, [], { runner });
  const end = ended(child, at);
  const processes = new Set<string>();
  while (child.exitCode === null) for (const line of await everyProcess()) processes.add(line);
  const left = await Promise.all((await readdir(at.dir)).map((file) => readFile(join(at.dir, file), 'latin1')));
  return { end: await end, processes: [...processes].join('\n'), left: left.join('\n') };
}

async function everyProcess(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const files = ids.flatMap((id) => [`/proc/${id}/cmdline`, `/proc/${id}/environ`]);
  const contents = await Promise.allSettled(files.map((file) => readFile(file, 'latin1')));
  return contents.flatMap((content) => (content.status === 'fulfilled' ? [content.value] : []));
}

/** Sends a tenth of it every tenth of a second, and lets the rest be. */
function trickle(...[response]: Parameters<PlannedAnswer>): void {
  response.writeHead(200, { 'Content-Length': application.length });
  const step = Math.floor(application.length / 10);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= 8 * step) response.destroy();
    else response.write(application.subarray(sent, (sent += step)));
  }, 100);
  response.on('close', () => clearInterval(timer));
}
