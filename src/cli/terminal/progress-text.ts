import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { ReportEvent } from '../../shared/report.ts';

export type ProgressEvent = Extract<ReportEvent, { kind: 'progress' }>;

/** Bytes that crossed the wire, in per cent, rate and time left; the rate is that of the whole transfer, which swings least. */
export function progressTexts(): (event: ProgressEvent) => string {
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
