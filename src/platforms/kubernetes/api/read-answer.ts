import * as v from 'valibot';
import { DeployError } from '../../../shared/errors.ts';
import { callPlace } from './api-error.ts';
import { pageMetadata, shapeOf } from './answer-shapes.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly server: string;
}

/**
 * Takes an answer for what the API promises, once it is that: whoever reads it need not look again.
 *
 * @param given parsed JSON; what is null in it is left out, as Go means it.
 * @throws {DeployError} `cluster-unreadable`, which names the field that is something else.
 */
export function checkedAnswer(given: unknown, asked: Asked): unknown {
  const shape = shapeOf(asked);
  if (shape === undefined) return given;
  const isEmpty = shape.isList && isObject(given) && given['items'] === null;
  const answer = withoutNulls(given, 0, asked);
  // A list of nothing comes as null.
  if (isEmpty && isObject(answer)) answer['items'] = [];
  const { schema, isList } = shape;
  const whole = isList ? v.looseObject({ metadata: pageMetadata, items: v.array(schema) }) : schema;
  const { issues: [issue] = [] } = v.safeParse(whole, answer, { abortEarly: true });
  if (issue === undefined) return answer;
  throw unreadable(problemOf(issue), asked);
}

/** The object that an event of a watch tells of, as {@link checkedAnswer} takes it. */
export function checkedEvent(line: string, asked: Asked): unknown {
  const event: unknown = JSON.parse(line);
  if (!isObject(event) || !isObject(event['object'])) throw unreadable('an event has no object', asked);
  const { type, object } = event;
  if (type === 'ERROR' || type === 'BOOKMARK') return { type, object: withoutNulls(object, 0, asked) };
  const list = checkedAnswer({ items: [object] }, asked) as { items: unknown[] };
  return { type, object: list.items[0] };
}

export function unreadable(what: string, { server, path }: Pick<Asked, 'server' | 'path'>): DeployError {
  const [bare] = path.split('?', 1);
  return new DeployError('cluster-unreadable', `Cannot read what ${callPlace(server)}${bare} answers: ${what}`, {
    hint: 'Check the address in the kubeconfig, and what stands between it and here.',
  });
}

const deepest = 64;

function withoutNulls(given: unknown, depth: number, asked: Asked): unknown {
  if (depth > deepest) throw unreadable('it is nested too deep', asked);
  if (Array.isArray(given)) for (const one of given) withoutNulls(one, depth + 1, asked);
  else if (isObject(given)) {
    for (const [key, value] of Object.entries(given)) {
      if (value === null) delete given[key];
      else if (typeof value === 'object') withoutNulls(value, depth + 1, asked);
    }
  }
  return given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the value: whoever sent it must not speak through us. */
function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'it';
  const field = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  return issue.input === undefined ? `${field} is missing` : `${field} is not ${issue.expected ?? 'what it should be'}`;
}
