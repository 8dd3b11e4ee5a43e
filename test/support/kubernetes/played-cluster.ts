import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { apiServer, type ApiServer, json } from './api-server.ts';
import { notPlayed, PlayedRefusal } from './api-status.ts';
import { type KeptObjects, keptObjects } from './kept-objects.ts';
import { answerList, answerWatch } from './list-calls.ts';
import { answerObjectCall } from './object-calls.ts';
import { playedControllers } from './played-controllers.ts';
import { type PlayedPlace, playedPlace } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';
import { playedLogs } from './played-logs.ts';
import { addNodes, type PlayedStage, proxied, statusAt } from './played-pod.ts';
import { reviewAnswer } from './played-reviews.ts';

/**
 * An API server with the controllers of Deployments behind it; what nodes would do is the test's. It passes the contract that a
 * real one passes; what it does not play it refuses with 501 and the words of what was asked.
 */
export interface PlayedCluster extends ApiServer {
  readonly objects: KeptObjects;
  /** The pods of what is wanted now, as they were made. */
  readonly pods: () => string[];
  readonly move: (pod: string, stage: PlayedStage) => void;
  /** Adds a line to the log of a pod; true if somebody follows it. */
  readonly say: (pod: string, line: string) => boolean;
  /** Waits until there are so many pods of what is wanted now. */
  readonly untilPods: (count: number) => Promise<void>;
}

/** @param options.comesTo how far a replica comes at once; where it is `waiting`, the test moves it. */
export async function playedCluster({
  comesTo = 'ready',
}: { comesTo?: PlayedStage | ((pod: PlayedObject) => PlayedStage) } = {}): Promise<PlayedCluster> {
  const objects = keptObjects();
  const logs = playedLogs(objects);
  const controllers = playedControllers(objects, (pod) => {
    const stage = typeof comesTo === 'function' ? comesTo(pod) : comesTo;
    if (stage !== 'waiting') place(pod.metadata.name, stage);
  });
  const waiters = new Set<() => void>();
  addNodes(objects);

  const server = await apiServer((request, response) => {
    text(request)
      .then((body) => answer(request, response, body))
      .catch((error: Error) => {
        if (error instanceof PlayedRefusal) error.send(response);
        else response.destroy(error);
      });
  });

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams: query } = new URL(url, 'http://server.test');
    const { accept = '', 'content-type': contentType = '', 'user-agent': userAgent = '' } = headers;
    const review = method === 'POST' ? reviewAnswer(pathname, body) : undefined;
    if (review !== undefined) return json(response, 201, review);
    const at = playedPlace(pathname);
    if (at === undefined) throw notPlayed(`${method} ${pathname}`);
    if (at.kind.plural === 'pods' && method === 'GET' && at.subresource === 'log')
      return logs.answer(at, query, response);
    if (at.kind.plural === 'pods' && method === 'GET' && at.subresource.startsWith('proxy/'))
      return answerProxy(at, response);
    const isList = method === 'GET' && at.name === undefined;
    if (isList && query.get('watch') === 'true') return answerWatch(objects, { ...at, query, accept }, response);
    if (isList) return answerList(objects, { ...at, query, accept }, response);
    const answered = answerObjectCall(objects, { ...at, method, query, contentType, userAgent, text: body });
    json(response, answered.code, answered.body);
    if (answered.isWritten) control();
  }

  function answerProxy(at: PlayedPlace, response: ServerResponse): void {
    const found = proxied(at, objects);
    if (found === undefined) throw notPlayed(`what a pod serves at ${at.subresource}`);
    json(response, 200, found);
  }

  function control(): void {
    controllers.control();
    for (const waiter of waiters) waiter();
  }

  /** Writes how far a pod has come. */
  function place(name: string, stage: PlayedStage): void {
    const pod = objects.find('pods', name);
    if (pod === undefined) throw new Error(`There is no pod ${name}`);
    const node = { nodeName: `node-${(Number(name.slice(-5)) % 2) + 1}` };
    objects.put('pods', { ...pod, spec: { ...pod.spec, ...(stage !== 'waiting' && node) }, status: statusAt(stage) });
    if (stage !== 'pulling') return;
    const involvedObject = { kind: 'Pod', name, uid: pod.metadata.uid };
    const said = { reason: 'Pulling', type: 'Normal', message: 'Pulling' };
    objects.put('events', { metadata: { name: `${name}.pulling` }, involvedObject, ...said });
  }

  return {
    ...server,
    objects,
    pods: () => controllers.currentPods().map(({ metadata }) => metadata.name),
    move(pod, stage) {
      place(pod, stage);
      controllers.settle();
      for (const waiter of waiters) waiter();
    },
    say: logs.say,
    untilPods: async (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (controllers.currentPods().length !== count) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
  };
}
