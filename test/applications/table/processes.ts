import type { SampleApplication } from '../sample.ts';

/** Threads, processes, and programs that serve nothing. */
export const processes: readonly SampleApplication[] = [
  { name: 'worker-threads', asks: ['/10', '/20'], isInCi: true },
  { name: 'piscina', asks: ['/backwards'] },
  { name: 'fork', asks: ['/', '/again'], isInCi: true },
  { name: 'cluster', asks: ['/'], prints: /^(?:primary|worker ended)/ },
  { name: 'worker-without-port', until: /job 2/, prints: /job [12]$|empty/, isInCi: true },
  { name: 'one-shot', words: ['2', '3', '--times', '7'] },
];
