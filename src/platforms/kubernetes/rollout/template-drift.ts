import { isDeepStrictEqual } from 'node:util';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';

/**
 * Finds what of an applied template is no longer as it was applied. What others added (annotations, variables, containers of
 * theirs) does not count: what was asked for still runs.
 *
 * @returns where, e.g. `spec.containers.app.image`; undefined if all is there. Never a value: it may be secret.
 */
export function templateDrift(applied: V1PodTemplateSpec, now: V1PodTemplateSpec | undefined): string | undefined {
  return differing(applied, now)?.join('.');
}

function differing(applied: unknown, now: unknown): string[] | undefined {
  if (Array.isArray(applied)) return Array.isArray(now) ? differingItem(applied, now) : [];
  if (!isObject(applied)) return isDeepStrictEqual(applied, now) ? undefined : [];
  if (!isObject(now)) return [];
  for (const [key, value] of Object.entries(applied)) {
    const inside = differing(value, now[key]);
    if (inside !== undefined) return [key, ...inside];
  }
  return undefined;
}

/** Lists of things that go by a name are sets to Kubernetes, also those of other objects; lists of words are one value. */
function differingItem(applied: readonly unknown[], now: readonly unknown[]): string[] | undefined {
  if (!applied.every(isObject)) return isDeepStrictEqual(applied, now) ? undefined : [];
  for (const item of applied) {
    const { name } = item;
    if (typeof name !== 'string') {
      if (!now.some((other) => differing(item, other) === undefined)) return [];
      continue;
    }
    const inside = differing(
      item,
      now.find((other) => isObject(other) && other['name'] === name),
    );
    if (inside !== undefined) return [name, ...inside];
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
