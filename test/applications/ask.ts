import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { HttpQuestion, Question, SocketQuestion } from './sample.ts';

/** Names of ports by variable of the environment. */
export type Ports = Readonly<Record<string, number>>;

// They tell the time, or how this connection goes on.
const passing = new Set(['date', 'etag', 'last-modified', 'connection', 'keep-alive', 'expires', 'age']);

/** @returns what an application answers, one value a line: status, headers, then the body or a stack's own places. */
export async function ask(question: Question, ports: Ports): Promise<string> {
  const asked = typeof question === 'string' ? { path: question } : question;
  const port = ports[asked.port ?? 'PORT'];
  if (port === undefined) throw new Error(`There is no port ${asked.port}`);
  const answer = 'send' in asked ? await askSocket(asked, port) : await askHttp(asked, port);
  const named = Object.entries(ports).reduce((text, [name, number]) => text.replaceAll(`${number}`, name), answer);
  return asked.mask === undefined ? named : named.replaceAll(asked.mask, '***');
}

async function askHttp(question: HttpQuestion, port: number): Promise<string> {
  const until = performance.now() + (question.isPatient === true ? 20_000 : 0);
  for (;;) {
    const { status, headers, body } = await exchange(question, port);
    if (status >= 400 && performance.now() < until) {
      await wait(100);
      continue;
    }
    const lines = [`${status}`];
    for (const [name, value] of Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      // The length of a trace is that of its paths; of what is masked, that of what differs.
      const isBySize = name === 'content-length' && (question.isTrace === true || question.mask !== undefined);
      if (!passing.has(name) && !isBySize) lines.push(`${name}: ${String(value)}`);
    }
    return [...lines, question.isTrace === true ? ownPlaces(body.toString()) : textOf(body)].join('\n');
  }
}

/** What a trace says, and the places of the sample's own sources in it. */
export function ownPlaces(text: string): string {
  const [first = ''] = /\w*Error: [^<\n\\]*/.exec(text) ?? [];
  const places = [...text.matchAll(/[\w./:<>-]*\/((?:src|packages)\/[\w./-]+:\d+:\d+)/g)].map(([, place]) => place);
  return [first, ...places].join('\n');
}

function textOf(body: Buffer): string {
  const text = body.toString();
  return Buffer.from(text).equals(body) ? text : `${body.length} bytes: ${body.toString('base64')}`;
}

async function exchange({ path, method, headers, body, isTls }: HttpQuestion, port: number) {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  const request = isTls === true ? requestHttps : requestHttp;
  const options = { host: '127.0.0.1', port, path, method: method ?? 'GET', headers, agent: false as const };
  request({ ...options, rejectUnauthorized: false, timeout: 60_000 }, resolve)
    .on('error', reject)
    .end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

async function askSocket({ path, send }: SocketQuestion, port: number): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const got: string[] = [];
  const unsent = [...send];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const next = (): void => {
    const message = unsent.shift();
    if (message === undefined) resolve();
    else socket.send(message);
  };
  // A socket.io server speaks first.
  if (!path.includes('EIO=')) socket.addEventListener('open', next);
  socket.addEventListener('error', () => reject(new Error(`The socket ${path} fails`)));
  socket.addEventListener('message', ({ data }) => {
    got.push(String(data));
    next();
  });
  await Promise.race([promise, wait(10_000, undefined, { ref: false }).then(() => got.push('no answer'))]);
  socket.close();
  return got.join('\n');
}
