import { DeployError } from './errors.ts';

/** A platform we can build for, written as Node names it. */
export type Target = (typeof targets)[number];

/** A platform a pod can run on: what an executable rebuilds itself for. */
export type LinuxTarget = (typeof linuxTargets)[number];

export const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win-x64'] as const;

/** In the order in which a release names them. */
export const linuxTargets = ['linux-arm64', 'linux-x64'] as const;

/** Kubernetes' word (`kubernetes.io/arch`) for the architecture of a Linux target. */
export const archOf: Readonly<Record<LinuxTarget, 'amd64' | 'arm64'>> = {
  'linux-arm64': 'arm64',
  'linux-x64': 'amd64',
};

/** The target of the machine we run on, or undefined if it is none of ours. */
export function hostTarget(): Target | undefined {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return targets.find((known) => known === `${platform}-${process.arch}`);
}

/**
 * Reads a target from user input.
 *
 * @param text e.g. `linux-arm64`; case and surrounding space are ignored.
 * @throws {DeployError} `bad-target` if we have no runtime for it.
 */
export function parseTarget(text: string): Target {
  return oneOf(targets, text);
}

/**
 * Reads a target that an executable can rebuild itself for.
 *
 * @param text e.g. `linux-arm64`; case and surrounding space are ignored.
 * @throws {DeployError} `bad-target` for anything but the two Linux targets.
 */
export function parseLinuxTarget(text: string): LinuxTarget {
  return oneOf(linuxTargets, text);
}

function oneOf<T extends Target>(known: readonly T[], text: string): T {
  const wanted = text.trim().toLowerCase();
  const target = known.find((name) => name === wanted);
  if (target === undefined) {
    throw new DeployError('bad-target', `Cannot build for "${text}"`, {
      hint: `Pass --target with one of: ${known.join(', ')}.`,
    });
  }
  return target;
}
