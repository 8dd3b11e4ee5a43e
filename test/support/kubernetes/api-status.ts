import type { ServerResponse } from 'node:http';
import { json } from './api-server.ts';
import type { PlayedKind } from './played-kinds.ts';

/** A refusal in the words of the Kubernetes API. Thrown by what plays it, sent as a Status. */
export class PlayedRefusal extends Error {
  override readonly name = 'PlayedRefusal';
  readonly code: number;
  readonly reason: string;
  readonly details: object | undefined;

  constructor(code: number, reason: string, { message, details }: { message: string; details?: object }) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** As a Status of its own, which a watch sends in an ERROR event. */
  status(): object {
    const { code, reason, message, details } = this;
    return statusBody({ status: 'Failure', message, reason, ...(details && { details }), code });
  }

  send(response: ServerResponse): void {
    json(response, this.code, this.status());
  }
}

/** What is asked, and not played: a test must not pass on an invented answer. */
export function notPlayed(what: string): PlayedRefusal {
  return new PlayedRefusal(501, 'NotImplemented', { message: `The played API server does not play ${what}` });
}

export function noSuchObject(kind: PlayedKind, name: string): PlayedRefusal {
  return new PlayedRefusal(404, 'NotFound', { message: `${titleOf(kind, name)} not found`, ...about(kind, name) });
}

export function nameTaken(kind: PlayedKind, name: string): PlayedRefusal {
  const message = `${titleOf(kind, name)} already exists`;
  return new PlayedRefusal(409, 'AlreadyExists', { message, ...about(kind, name) });
}

/** @param why e.g. that the object has been modified. */
export function writeConflict(kind: PlayedKind, name: string, why: string): PlayedRefusal {
  const message = `Operation cannot be fulfilled on ${titleOf(kind, name)}: ${why}`;
  return new PlayedRefusal(409, 'Conflict', { message, ...about(kind, name) });
}

export function invalidObject(kind: PlayedKind, name: string, why: string): PlayedRefusal {
  const message = `${kind.kind}${kind.group && `.${kind.group}`} "${name}" is invalid: ${why}`;
  return new PlayedRefusal(422, 'Invalid', { message, details: { name, group: kind.group, kind: kind.kind } });
}

export function badCall(message: string): PlayedRefusal {
  return new PlayedRefusal(400, 'BadRequest', { message });
}

/** What a deletion answers where the object is gone at once. */
export function deletedStatus(kind: PlayedKind, { name, uid }: { name: string; uid?: string }): object {
  return statusBody({ status: 'Success', details: { ...about(kind, name).details, uid } });
}

function statusBody(fields: object): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, ...fields };
}

/** e.g. `deployments.apps "hello"` */
function titleOf({ plural, group }: PlayedKind, name: string): string {
  return `${plural}${group && `.${group}`} "${name}"`;
}

function about({ plural, group }: PlayedKind, name: string): { details: object } {
  return { details: { name, ...(group !== '' && { group }), kind: plural } };
}
