import { describe, expect, it } from '@jest/globals';
import { allows } from '../../../../src/platforms/kubernetes/api/rights.ts';
import { neededRights, onlyName, rightsTo } from '../../../../src/platforms/kubernetes/manifest/needed-rights.ts';
import { roleFor, rulesFor } from '../../../../src/platforms/kubernetes/manifest/role.ts';

const rulesOf = (scope: 'look' | 'deploy') => rulesFor('shop', scope).map(({ rule }) => rule);
const role = (scope: 'look' | 'deploy') => roleFor({ name: 'shop', namespace: 'here', scope });

describe('roleFor()', () => {
  it('grants every right that a deploy needs, and whatever tells it more', () => {
    const needed = (['wait', 'follow', 'store', 'apply', 'scale', 'remove'] as const).flatMap(rightsTo);
    expect(needed.length).toBeGreaterThan(20);
    const ungranted = needed.filter(
      (right) =>
        !rulesOf('deploy').some((rule) => allows(rule, { ...right, name: onlyName(right.kind, 'shop') ?? 'any' })),
    );
    expect(ungranted).toEqual([]);
    const granted = neededRights.flatMap(({ verbs, kind, subresource }) =>
      verbs.map((verb) => ({
        verb,
        kind,
        name: onlyName(kind, 'shop') ?? 'any',
        ...(subresource !== undefined && { subresource }),
      })),
    );
    expect(granted.filter((right) => !rulesOf('deploy').some((rule) => allows(rule, right)))).toEqual([]);
  });

  it('lets see no Secret but the one of the link, and of what only looks change nothing', () => {
    const secrets = rulesOf('deploy').filter(({ resources }) => resources?.includes('secrets'));
    expect(secrets).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['shop-source'],
        verbs: ['create', 'delete', 'get', 'patch'],
      },
    ]);
    const verbs = new Set(role('look').rules?.flatMap((rule) => rule.verbs));
    expect([...verbs].toSorted()).toEqual(['get', 'list', 'watch']);
  });

  it('has no wildcard, and one rule for each kind of objects', () => {
    for (const scope of ['look', 'deploy'] as const) {
      const { rules = [], metadata } = role(scope);
      expect(metadata).toEqual({ name: `shop-${scope}`, namespace: 'here' });
      expect(JSON.stringify(rules)).not.toContain('*');
    }
    const needed = rulesFor('shop', 'deploy').flatMap(({ rule, isOptional }) => (isOptional ? [] : rule.resources));
    expect(needed).toHaveLength(new Set(needed).size);
  });
});
