import { isElf, targetOf } from '../../executable/format/elf.ts';
import { linuxTargets, type LinuxTarget } from '../../shared/target.ts';
import type { CarriedApplication } from '../carry/carry.ts';

type Carried = Pick<CarriedApplication, 'assets' | 'packages' | 'platform'>;

/** For which Linux targets the carried packages have native code: a line for those that have it for all, one for each of the others. */
export function nativeNotes(carried: Carried): string[] {
  const targetsOf = new Map<string, Set<LinuxTarget>>();
  for (const [place, content] of carried.assets) {
    const target = place.endsWith('.node') && isElf(content) ? targetOf(content) : undefined;
    if (target === undefined) continue;
    const name = ownerOf(place, carried);
    targetsOf.set(name, (targetsOf.get(name) ?? new Set()).add(target));
  }
  const named = [...targetsOf].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const isWhole = (targets: ReadonlySet<LinuxTarget>): boolean => targets.size === linuxTargets.length;
  const whole = named.filter(([, targets]) => isWhole(targets)).map(([name]) => name);
  return [
    ...(whole.length > 0 ? [`Native code for ${linuxTargets.join(' and ')}: ${whole.join(', ')}`] : []),
    ...named
      .filter(([, targets]) => !isWhole(targets))
      .map(([name, targets]) => `Native code for ${[...targets].join()} alone, an error elsewhere: ${name}`),
  ];
}

/** The package that a user knows: of one for a single platform that which asks for it. */
function ownerOf(place: string, { packages, platform }: Carried): string {
  const name = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place)?.[1] ?? place;
  const by = platform.find(({ of }) => of.name === name)?.by;
  const of = by ?? packages.find((each) => each.of.name === name)?.of;
  return of === undefined ? name : `${of.name} ${of.manifest.version ?? ''}`.trim();
}
