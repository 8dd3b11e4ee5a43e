import type { ServerResponse } from 'node:http';
import { noSuchObject, notPlayed, PlayedRefusal } from './api-status.ts';
import type { KeptObjects } from './kept-objects.ts';
import { type PlayedPlace, playedKind } from './played-kinds.ts';

/** The logs of pods: one line that each has written, and what the test lets it say. */
export interface PlayedLogs {
  readonly answer: (place: PlayedPlace, query: URLSearchParams, response: ServerResponse) => void;
  /** Adds a line to the log of a pod; true if somebody follows it. */
  readonly say: (pod: string, line: string) => boolean;
}

const known = new Set(['container', 'follow', 'timestamps', 'previous', 'tailLines', 'sinceTime', 'sinceSeconds']);

export function playedLogs(objects: KeptObjects): PlayedLogs {
  const followers = new Map<string, ServerResponse[]>();
  /** When each pod wrote its line. */
  const stamps = new Map<string, string>();
  return {
    answer({ name = '' }, query, response) {
      const unknown = [...query.keys()].filter((key) => !known.has(key));
      if (unknown.length > 0) throw notPlayed(`logs with ${unknown.join(', ')}`);
      if (objects.find('pods', name) === undefined) throw noSuchObject(playedKind('pods'), name);
      if (query.get('previous') === 'true') {
        const message = `previous terminated container "${query.get('container') ?? 'app'}" in pod "${name}" not found`;
        throw new PlayedRefusal(400, 'BadRequest', { message });
      }
      if (!stamps.has(name)) stamps.set(name, `${new Date().toISOString().replace('Z', '000000Z')} `);
      const stamp = query.get('timestamps') === 'true' ? stamps.get(name) : '';
      response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
      if (query.get('tailLines') !== '0') response.write(`${stamp}hello\n`);
      if (query.get('follow') === 'true') followers.set(name, [...(followers.get(name) ?? []), response]);
      else response.end();
    },
    say(name, line) {
      const open = (followers.get(name) ?? []).filter((response) => !response.destroyed);
      for (const response of open) response.write(`${line}\n`);
      return open.length > 0;
    },
  };
}
