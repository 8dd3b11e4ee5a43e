import { describe, expect, it } from '@jest/globals';
import { hostTarget, linuxTargets, parseLinuxTarget, parseTarget, targets } from '../../src/shared/target.ts';

describe('parseTarget()', () => {
  it.each(targets)('reads %s, whatever the case and the space around', (target) => {
    expect(parseTarget(` ${target.toUpperCase()}\n`)).toBe(target);
  });

  it.each(['', 'linux', 'amd64', 'linux/amd64', 'linux-riscv64', 'win-x64.exe'])(
    'tells which targets there are when asked for %j',
    (text) => {
      const hint = `Pass --target with one of: ${targets.join(', ')}.`;
      const refusal = { code: 'bad-target', message: `Cannot build for "${text}"`, hint };
      expect(() => parseTarget(text)).toThrow(expect.objectContaining(refusal));
    },
  );
});

describe('parseLinuxTarget()', () => {
  it('reads the two that pods can run on, and no other', () => {
    expect(linuxTargets.map(parseLinuxTarget)).toEqual(['linux-arm64', 'linux-x64']);
    for (const target of targets.filter((known) => !known.startsWith('linux'))) {
      const hint = 'Pass --target with one of: linux-arm64, linux-x64.';
      expect(() => parseLinuxTarget(target)).toThrow(expect.objectContaining({ code: 'bad-target', hint }));
    }
  });
});

describe('hostTarget()', () => {
  it('is this machine', () => {
    expect(hostTarget()).toBe(`${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`);
  });
});
