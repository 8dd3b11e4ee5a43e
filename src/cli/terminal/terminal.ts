import { styleText } from 'node:util';
import type { Report, ReportEvent } from '../../shared/report.ts';
import { visible, visibleLines } from '../../shared/visible.ts';
import { prefixed } from './log-lines.ts';
import { patchText } from './patch-text.ts';
import { isLive, openScreenLines } from './screen-lines.ts';
import { type Replicas, replicasSummary, replicasView, toldOneByOne } from './replicas-view.ts';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

/** The people's side of the program: everything here goes to stderr, and what others have written does nothing to a terminal. */
export interface Terminal {
  /** Lines that stay. */
  readonly say: (...lines: readonly string[]) => void;
  /** A line that a replica wrote. */
  readonly quote: (replica: string, line: string) => void;
  /** A unified diff. */
  readonly showPatch: (patch: string) => void;
  readonly report: Report;
  /** True if it shows what moves, in place. */
  readonly isLive: boolean;
  /** Ends whatever moves; must be called before the program ends. */
  readonly close: () => void;
}

const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const turnMs = 100;

/** A terminal gets a view that moves; anything else gets plain lines, and not too many. */
export function openTerminal(stream: NodeJS.WriteStream = process.stderr): Terminal {
  const startedAt = performance.now();
  const moving = isLive(stream) ? openMoving(stream) : undefined;
  const news = replicasNews();

  const put = (line: string): void => {
    if (moving === undefined) stream.write(`${line}\n`);
    else moving.above(`${line}\n`);
  };
  const say = (...lines: readonly string[]): void => {
    for (const line of lines) put(visibleLines(line));
  };
  const report = (event: ReportEvent): void => {
    switch (event.kind) {
      case 'step': {
        moving?.still();
        const age = styleText('dim', prettyMilliseconds(performance.now() - startedAt), { stream });
        put(`${styleText('green', '✓', { stream })} ${visibleLines(event.text)} ${age}`);
        break;
      }
      case 'warning':
        put(`${styleText('yellow', 'warning:', { stream })} ${visibleLines(event.text)}`);
        break;
      case 'progress':
        moving?.show(event);
        break;
      case 'replicas':
        for (const line of news(event, moving !== undefined)) say(`  ${line}`);
        moving?.show(event);
        break;
    }
  };
  const quote = prefixed((line) => put(line), stream);
  return {
    say,
    quote: (replica, line) => quote(replica, visible(line)),
    showPatch: (patch) => put(patchText(patch, stream)),
    report,
    isLive: moving !== undefined,
    close: () => moving?.still(),
  };
}

/** The lines that move: how far what is sent has come, or the replicas. The summary is last: mostly it alone changes. */
function openMoving(stream: NodeJS.WriteStream) {
  const frame = openScreenLines(stream);
  const bars = progressTexts();
  let replicas = replicasView();
  let summary = '';
  let turns = 0;
  let clock: NodeJS.Timeout | undefined;

  const draw = (): void => {
    turns += 1;
    frame.show((size) => [...replicas.layout(size), `${spinner[turns % spinner.length]} ${summary}`]);
  };
  return {
    above: frame.above,
    show(event: Extract<ReportEvent, { kind: 'progress' | 'replicas' }>): void {
      summary = event.kind === 'progress' ? bars(event) : replicasSummary(event);
      if (event.kind === 'replicas') replicas.see(event);
      if (clock !== undefined) return;
      clock = setInterval(draw, turnMs);
      clock.unref();
      draw();
    },
    still(): void {
      clearInterval(clock);
      clock = undefined;
      replicas = replicasView();
      frame.close();
    },
  };
}

/** What is new of the replicas and stays: each that moved on, or, where they are many, how many stand where. */
function replicasNews(): (event: Replicas, isShown: boolean) => string[] {
  const shown = new Map<string, string>();
  const isNews = (what: string, text: string): boolean => {
    const isNew = shown.get(what) !== text;
    shown.set(what, text);
    return isNew;
  };
  return (event, isShown) => {
    const note = event.note !== undefined && isNews(' note', event.note) ? [`waiting: ${event.note}`] : [];
    if (isShown) return note;
    const summary = replicasSummary(event);
    const moved = event.pods.filter(({ name, state }) => isNews(name, state));
    const oneByOne = moved.map(({ name, node, state }) => `${name}${node ? ` on ${node}` : ''}: ${state}`);
    const many = isNews('', summary) ? [summary] : [];
    return [...(event.wanted > toldOneByOne ? many : oneByOne), ...note];
  };
}

type ProgressEvent = Extract<ReportEvent, { kind: 'progress' }>;
/** Bytes that crossed the wire, in per cent, rate and time left; the rate is that of the whole transfer, which swings least. */
function progressTexts(): (event: ProgressEvent) => string {
  const since = new Map<string, number>();
  return ({ what, doneBytes, totalBytes }) => {
    const now = performance.now();
    if (!since.has(what)) since.set(what, now);
    const seconds = (now - (since.get(what) ?? now)) / 1000;
    const rate = seconds > 0.2 ? doneBytes / seconds : 0;
    const left =
      rate > 0 ? `, ${prettyMilliseconds(((totalBytes - doneBytes) / rate) * 1000, { compact: true })} left` : '';
    const part = doneBytes / Math.max(totalBytes, 1);
    const filled = Math.round(part * 24);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(24 - filled)}`;
    const amount = `${Math.floor(part * 100)} % ${prettyBytes(doneBytes)} of ${prettyBytes(totalBytes)}`;
    return `${what} ${bar} ${amount}${rate > 0 ? `, ${prettyBytes(rate)}/s` : ''}${left}`;
  };
}
