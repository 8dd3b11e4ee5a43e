import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tellCause } from '../../../src/cli/deploying/rollout-failure.ts';
import { printError } from '../../../src/cli/output/print-error.ts';
import type { Session } from '../../../src/cli/context/session.ts';
import { patchText } from '../../../src/cli/terminal/patch-text.ts';
import { podTable, statusLine, statusNews } from '../../../src/cli/terminal/status-text.ts';
import { openTerminal } from '../../../src/cli/terminal/terminal.ts';
import { refusalError, refusalIn } from '../../../src/platforms/kubernetes/api/api-error.ts';
import { DeployError } from '../../../src/shared/errors.ts';
import { hidesSomething, visible } from '../../../src/shared/visible.ts';
import { payloads } from '../../support/foreign-text.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../support/kubernetes/api-server.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';
import { inTerminal } from '../../support/programs/terminal.ts';

/** Every way to a terminal on which text of others goes, by where it comes from. */
const places: Readonly<Record<string, (text: string, session: Session) => void>> = {
  'a termination message': (text, session) => tellCause(session, failure({ summary: text, evidence: [text] })),
  'an event': (text, session) => tellCause(session, failure({ events: [text] })),
  'a last line': (text, session) => tellCause(session, failure({ logs: [text] })),
  'a log line': (text, { terminal }) => terminal.quote(text, text),
  'a refusal of the API server': (text, { terminal }) => {
    const refusal = refusalIn(409, JSON.stringify({ message: text }));
    printError(refusalError(refusal, { server: 'https://a', context: text, path: '/' }), terminal.say);
  },
  'a refusal of a registry': (text, { terminal }) => {
    printError(new DeployError('runtime-unavailable', text, { hint: text }), terminal.say);
  },
  'what is no failure of the world': (text, { terminal }) => {
    printError(new TypeError(text), terminal.say);
  },
  'a name, in a step': (text, { terminal }) => terminal.report({ kind: 'step', text: `Applied: Secret ${text}` }),
  'a warning of the API server': (text, { terminal }) => terminal.report({ kind: 'warning', text }),
  'the name and the state of a replica': (text, { terminal }) => {
    const pods = [{ name: text, node: text, state: text, detail: text }];
    terminal.report({ kind: 'replicas', ready: 0, wanted: 1, note: text, pods });
  },
  'a diff': (text, { terminal }) => terminal.showPatch(`+a: ${text.replaceAll('\n', '')}`),
};

describe.each(Object.entries(places))('%s', (_place, show) => {
  it.each(payloads)('does nothing to a terminal: %s', (_what, text) => {
    for (const isTTY of [true, false]) {
      const written = shownOn({ isTTY }, (session) => show(text, session));
      // Colours and moves of our own are the same, whatever the text is.
      expect(unseenIn(written)).toEqual(unseenIn(shownOn({ isTTY }, (session) => show('ready', session))));
      expect(written).not.toMatch(/^All 5/m);
      expect(written).not.toBe('');
    }
  });
});

it.each(payloads)('tables and diffs keep their lines: %s', (_what, text) => {
  const pod = { name: text, node: text, arch: text, release: text, version: text, versions: {}, state: text };
  const pods = [{ ...pod, isReady: false, restarts: 0 }];
  expect(podTable(pods)).toHaveLength(2);
  expect(podTable(pods).some(hidesSomething)).toBe(false);
  const status = { name: text, namespace: 'a', release: text, versions: { a: text }, wanted: 1, ready: 0, pods };
  const all = { ...status, requests: {}, blobSecrets: [], blobConfigMaps: [] };
  expect([statusLine(all), ...statusNews()(all)].map(visible).some(hidesSomething)).toBe(false);
  expect(hidesSomething(patchText(`+${text}`, process.stdout))).toBe(false);
});

describe('a program, told so by an API server', () => {
  const text = payloads.map(([, payload]) => payload).join('x');
  let server: ApiServer;
  let kubeconfig: string;

  beforeAll(async () => {
    const annotations = { 'selfsame.dev/deployed-by': text, 'selfsame.dev/release': text };
    const metadata = {
      name: 'hello-world',
      uid: 'd',
      annotations,
      labels: { 'app.kubernetes.io/managed-by': 'selfsame' },
    };
    const spec = { template: { spec: { containers: [{ name: 'app' }] } } };
    const owned = { ...metadata, ownerReferences: [{ uid: 'd' }] };
    const state = { waiting: { reason: text } };
    const pod = {
      metadata: { name: text, uid: 'p' },
      spec: { nodeName: text, containers: [] },
      status: {
        containerStatuses: [{ name: 'app', restartCount: 1, state, lastState: { terminated: { exitCode: 1 } } }],
      },
    };
    server = await apiServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', server.url);
      if (pathname.endsWith('/log')) response.end(`2026-11-22T10:00:01Z ${text.replaceAll('\n', '')}\n`);
      else if (pathname.endsWith('/hello-world')) json(response, 200, { metadata, spec });
      else if (pathname.endsWith('/pods')) json(response, 200, { metadata: {}, items: [pod] });
      else if (pathname.endsWith('/replicasets')) json(response, 200, { items: [{ metadata: owned, spec }] });
      else if (pathname.endsWith('/other')) refuseCall(response, 409, { reason: 'Conflict', message: text });
      else refuseCall(response, 403, { reason: 'Forbidden', message: text });
    });
    kubeconfig = await server.kubeconfig();
  });
  afterAll(async () => server.close());

  it.each([
    ['status', 0],
    ['history --output yaml', 0],
    ['logs --no-follow --output json', 0],
    ['status --name other --output json', 3],
  ])('%s shows it, and obeys it nowhere', async (words, status) => {
    const ended = await runProgram(helloExecutable, ['self', ...words.split(' '), '--kubeconfig', kubeconfig]);
    expect(ended.status).toBe(status);
    for (const written of [ended.stdout, ended.stderr]) {
      expect(hidesSomething(written)).toBe(false);
      expect(written).not.toMatch(/^All 5/m);
    }
    expect(ended.stdout + ended.stderr).toMatch(/\\u\{?0*1b|\\u\{?202e/i);
  });

  it('logs are raw in a pipe, and on a terminal only where that is asked for', async () => {
    const words = ['self', 'logs', '--no-follow', '--kubeconfig', kubeconfig];
    const raw = text.replaceAll('\n', '');
    expect((await runProgram(helloExecutable, words)).stdout).toContain(raw);
    const env = { NO_COLOR: '1' };
    const { said } = await inTerminal(helloExecutable, words, env).ended;
    expect(said).toContain(visible(raw));
    expect(hidesSomething(said.replaceAll('\r\n', '\n'))).toBe(false);
    expect((await inTerminal(helloExecutable, [...words, '--raw'], env).ended).said).toContain(raw);
  });
});

function unseenIn(written: string): string[] {
  return Array.from(written).filter(hidesSomething);
}

/** What a terminal, or a pipe, gets. */
function shownOn({ isTTY }: { readonly isTTY: boolean }, show: (session: Session) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 50 }) as unknown as NodeJS.WriteStream;
  const terminal = openTerminal(stream);
  show({ terminal } as unknown as Session);
  terminal.close();
  return String(stream.read());
}

function failure({ summary = '', evidence = [], logs = [], events = [] }: Partial<Record<string, unknown>>) {
  const diagnosis = { summary, evidence, pod: 'p', nextStep: '' };
  return { kind: 'failed', diagnosis, evidence: { logs, events, isPrevious: false } } as unknown as Parameters<
    typeof tellCause
  >[1];
}
