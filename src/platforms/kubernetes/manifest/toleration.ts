import type { V1Taint } from '@kubernetes/client-node';

/** What keeps pods away from a node, and which of that they put up with. */
interface Toleration {
  readonly key?: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: string;
}

/** @param text `KEY`, `KEY=VALUE`, either with `:EFFECT`. */
export function tolerationOf(text: string): Toleration {
  const [, key = '', value, effect] = /^([^=:]*)(?:=([^:]*))?(?::(.*))?$/.exec(text) ?? [];
  return {
    ...(key !== '' && { key }),
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect !== undefined && { effect }),
  };
}

/** True if pods with this toleration may go to a node with this taint, by the rules of the scheduler. */
export function tolerates(text: string, taint: V1Taint): boolean {
  const { key, value, effect } = tolerationOf(text);
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== undefined && key !== taint.key) return false;
  return value === undefined || value === (taint.value ?? '');
}
