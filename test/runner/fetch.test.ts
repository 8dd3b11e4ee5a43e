import { describe, expect, it } from '@jest/globals';
import { type PlannedAnswer, give, inTurn, refuseWith, serveAnswers } from '../support/runner/misbehaving-server.ts';
import {
  type EndedRunner,
  type RunnerUnderTest,
  application,
  place,
  startRunner,
  runners,
} from '../support/runner/runner.ts';

const sixtyPercent = Math.floor(application.length * 0.6);
const flipped = Buffer.from(application);
flipped[sixtyPercent] = (flipped[sixtyPercent] ?? 0) ^ 1;

// Most of them wait for a limit or a pause, so they run side by side.
describe.each(runners)('$title fetches and runs', (runner) => {
  it.concurrent('what a good server gives, with the arguments as they were', async () => {
    const { end } = await ask(runner, give(application), {}, ['--http', ':80 80', '']);
    expect(end).toMatchObject({ status: 0, reason: '', files: ['app'] });
    expect(end.ran).toMatch(/^<--http>\n<:80 80>\n<>\n/);
  });

  it.concurrent('after a 403 that passes', async () => {
    const { end, exchanges } = await ask(runner, inTurn(refuseWith(403), refuseWith(403), give(application)));
    expect(end.ran).toBeDefined();
    expect(exchanges.map(({ status }) => status)).toEqual([403, 403, 200]);
  });

  it.concurrent('after two answers 500', async () => {
    const { end, exchanges } = await ask(runner, inTurn(refuseWith(500), refuseWith(500), give(application)));
    expect(end.ran).toBeDefined();
    expect(exchanges.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  it.concurrent('the rest alone after a connection dropped at 60 %', async () => {
    const { end, exchanges } = await ask(
      runner,
      inTurn(give(application, { stopAt: sixtyPercent }), give(application)),
    );
    expect(end.ran).toBeDefined();
    expect(exchanges.map(({ range }) => range)).toEqual([undefined, `bytes=${sixtyPercent}-`]);
    const sentBytes = exchanges.reduce((sum, exchange) => sum + exchange.sentBytes, 0);
    expect(sentBytes).toBeLessThan(application.length * 1.1);
  });

  it.concurrent('the whole again where the server knows no ranges', async () => {
    const cut = give(application, { ranges: false, stopAt: sixtyPercent });
    const { end, exchanges } = await ask(runner, inTurn(cut, give(application, { ranges: false })));
    expect(end.ran).toBeDefined();
    expect(exchanges.map(({ range }) => range)).toEqual([undefined, `bytes=${sixtyPercent}-`, undefined]);
  });

  it.concurrent('the whole again where the pieces of two answers do not fit', async () => {
    const cut = give(flipped, { stopAt: sixtyPercent + 1 });
    const { end, exchanges } = await ask(runner, inTurn(cut, give(application)));
    expect(end.ran).toBeDefined();
    expect(exchanges.map(({ range }) => range)).toEqual([undefined, `bytes=${sixtyPercent + 1}-`, undefined]);
  });

  it.concurrent('the rest after a connection that fell silent', async () => {
    const { end, exchanges } = await ask(runner, inTurn(stall, give(application)), { SELFSAME_STALL_LIMIT: '1' });
    expect(end.ran).toBeDefined();
    expect(exchanges[1]?.range).toBe(`bytes=${sixtyPercent}-`);
  });
});

describe.each(runners)('$title runs nothing, and says why in one line,', (runner) => {
  it.concurrent.each<[string, PlannedAnswer, number, RegExp, Record<string, string>?]>([
    [
      'at a lasting 403',
      refuseWith(403, 'AuthenticationFailed'),
      67,
      /denied \(403 AuthenticationFailed\) for 2 s: the access may be revoked or expired/,
    ],
    ['at 404', refuseWith(404), 66, /not found \(404\)/],
    ['at a lasting 503', refuseWith(503), 68, /nothing came for 2 s \(503\)/],
    ['at 409', refuseWith(409, 'PublicAccessNotPermitted'), 75, /unexpected answer \(409 PublicAccessNotPermitted\)/],
    ['at 501', refuseWith(501), 75, /unexpected answer \(501\)/],
    ['at 304', refuseWith(304), 75, /unexpected answer \(304\)/],
    ['where the server stays silent', stall, 68, /nothing came for 2 s \((Operation too slow|silent for 1 s)/],
    [
      'where the connection always drops',
      give(application, { ranges: false, stopAt: 100 }),
      68,
      /nothing came for 2 s/,
    ],
    ['at an empty answer', give(Buffer.alloc(0)), 71, /has 0 bytes/],
    ['at one flipped bit', give(flipped), 72, /wrong SHA-256: .* has [0-9a-f]{64}, not [0-9a-f]{64}/],
    [
      'at one byte too few',
      give(application.subarray(1)),
      71,
      new RegExp(`has ${application.length - 1} bytes, not ${application.length}`),
    ],
    [
      'at one byte too many',
      give(Buffer.concat([application, Buffer.from('\n')])),
      71,
      new RegExp(`has more than ${application.length} bytes`),
    ],
    ['at a stream without announced length or end', pour, 71, new RegExp(`has more than ${application.length} bytes`)],
    ['where the object was cut short, and stays so', giveTruncated, 71, new RegExp(`has ${sixtyPercent} bytes`)],
  ])('%s', async (_, answer, status, reason) => {
    // Where something else is the reason, a machine under load must not reach a limit first.
    const limits = { SELFSAME_FETCH_LIMIT: '2', SELFSAME_DENIED_LIMIT: '2', SELFSAME_STALL_LIMIT: '1' };
    const { end, url } = await ask(runner, answer, status === 67 || status === 68 ? limits : {});
    expect(end).toMatchObject({ status, ran: undefined });
    expect(end.reason).toMatch(reason);
    expect(end.reason).toContain(url);
    expect(end.reason).toMatch(/^selfsame runner: .*\n$/);
    expect(end.output).toContain(end.reason);
    expect(end.files).not.toContain('app');
  });

  it.concurrent('asks once only at 404', async () => {
    const { exchanges } = await ask(runner, refuseWith(404));
    expect(exchanges).toHaveLength(1);
  });

  it.concurrent('where nobody listens', async () => {
    const server = await serveAnswers(give(application));
    await server[Symbol.asyncDispose]();
    await using at = await place(server.url);
    at.environment['SELFSAME_FETCH_LIMIT'] = '1';
    const end = await startRunner(at, [], { runner });
    expect(end).toMatchObject({ status: 68, ran: undefined });
    expect(end.reason).toMatch(/nothing came for 1 s \((Failed to connect to|connect ECONNREFUSED) 127.0.0.1/);
  });
});

/** Serves one place by `answer` and runs the runner there. */
async function ask(
  runner: RunnerUnderTest,
  answer: PlannedAnswer,
  more: Record<string, string> = {},
  args: string[] = [],
): Promise<{
  end: EndedRunner;
  url: string;
  exchanges: { range: string | undefined; status: number; sentBytes: number }[];
}> {
  await using server = await serveAnswers(answer);
  await using at = await place(server.url);
  Object.assign(at.environment, more);
  const end = await startRunner(at, args, { runner });
  return { end, url: server.url, exchanges: [...server.exchanges] };
}

/** Announces all, sends 60 % and nothing more; asked for the rest, sends nothing. */
function stall(...[response, request]: Parameters<PlannedAnswer>): void {
  response.writeHead(request.headers.range ? 206 : 200, {
    'Content-Length': application.length - (request.headers.range ? sixtyPercent : 0),
    ...(request.headers.range && {
      'Content-Range': `bytes ${sixtyPercent}-${application.length - 1}/${application.length}`,
    }),
  });
  if (request.headers.range) response.flushHeaders();
  else response.write(application.subarray(0, sixtyPercent));
}

/** Sends, for ever, without a length. */
function pour(...[response]: Parameters<PlannedAnswer>): void {
  const more = (): void => {
    while (!response.destroyed && response.write(application));
  };
  response.on('drain', more);
  more();
}

/** Announces the whole once, then has only 60 % of it. */
function giveTruncated(...[response, request, turn]: Parameters<PlannedAnswer>): void {
  if (turn === 0) void give(application, { stopAt: sixtyPercent })(response, request, turn);
  else if (request.headers.range) void refuseWith(416, 'InvalidRange')(response, request, turn);
  else void give(application.subarray(0, sixtyPercent))(response, request, turn);
}
