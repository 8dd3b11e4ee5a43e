import { describe, expect, it } from '@jest/globals';
import { layOut, type Dependant } from '../../../src/toolchain/installed/layout.ts';
import type { InstalledPackage } from '../../../src/toolchain/installed/packages.ts';

const packageNamed = (key: string, folder = `/store/${key}`): InstalledPackage => ({
  key,
  name: key.slice(0, key.lastIndexOf('@')),
  folder,
  manifest: {},
});
const needs = (...keys: string[]) => new Map(keys.map((key) => packageNamed(key)).map((each) => [each.name, each]));
const root = (...keys: string[]): Dependant => ({ by: { folder: '' }, needs: needs(...keys) });
const by = (key: string, ...keys: string[]): Dependant => ({ by: { key }, needs: needs(...keys) });
const laidOut = (keys: readonly string[], dependants: readonly Dependant[]) =>
  Object.fromEntries(
    layOut(
      keys.map((key) => packageNamed(key)),
      dependants,
    ),
  );

describe('layOut()', () => {
  it('lays one version of each name at the top: the one that the project asks for, else the newest', () => {
    const keys = ['a@1.0.0', 'b@1.9.0', 'b@1.10.0', 'c@2.0.0', 'c@1.0.0'];
    const layout = laidOut(keys, [root('a@1.0.0', 'c@1.0.0'), by('a@1.0.0', 'b@1.9.0', 'c@2.0.0')]);
    expect(layout).toEqual({
      'a@1.0.0': ['node_modules/a'],
      'b@1.10.0': ['node_modules/b'],
      'b@1.9.0': ['node_modules/a/node_modules/b'],
      'c@1.0.0': ['node_modules/c'],
      'c@2.0.0': ['node_modules/a/node_modules/c'],
    });
  });

  it('takes a release for newer than what came before it', () => {
    expect(laidOut(['a@1.0.0-rc.2', 'a@1.0.0', 'a@1.0.0-rc.10'], [])).toEqual({ 'a@1.0.0': ['node_modules/a'] });
  });

  it('lays a version below each that needs it, and comes to an end where two need each other', () => {
    const keys = ['a@2.0.0', 'b@2.0.0', 'a@1.0.0', 'b@1.0.0', 'x@1.0.0', 'y@1.0.0'];
    const layout = laidOut(keys, [
      root('a@2.0.0', 'b@2.0.0', 'x@1.0.0', 'y@1.0.0'),
      by('x@1.0.0', 'a@1.0.0'),
      by('y@1.0.0', 'a@1.0.0'),
      by('a@1.0.0', 'b@1.0.0'),
      by('b@1.0.0', 'a@1.0.0'),
    ]);
    expect(layout).toMatchObject({
      'a@1.0.0': ['node_modules/x/node_modules/a', 'node_modules/y/node_modules/a'],
      'b@1.0.0': ['node_modules/x/node_modules/a/node_modules/b', 'node_modules/y/node_modules/a/node_modules/b'],
    });
  });

  it('lays what one folder of a workspace alone needs below that folder', () => {
    const api: Dependant = { by: { folder: 'packages/api' }, needs: needs('a@1.0.0') };
    expect(laidOut(['a@1.0.0', 'a@2.0.0'], [api, root('a@2.0.0')])).toEqual({
      'a@1.0.0': ['packages/api/node_modules/a'],
      'a@2.0.0': ['node_modules/a'],
    });
  });

  it('is the same in whatever order packages are found', () => {
    const keys = ['a@1.0.0', 'b@1.0.0', 'b@2.0.0', '@s/c@1.0.0'];
    const dependants = [root('a@1.0.0', '@s/c@1.0.0'), by('a@1.0.0', 'b@1.0.0'), by('@s/c@1.0.0', 'b@2.0.0')];
    const laid = (order: readonly string[], asked: readonly Dependant[]) =>
      new Map(
        layOut(
          order.map((key) => packageNamed(key)),
          asked,
        ),
      );
    const one = laid(keys, dependants);
    const other = laid(keys.toReversed(), dependants.toReversed());
    expect(other).toEqual(one);
  });
});
