import { lastEnd, type PodRule } from './finding.ts';
import { missingText } from '../secret-store/find-blobs.ts';
import { applicationOf } from '../pods/pod-view.ts';

/** Longer than the kubelet's longest pause between two attempts, 2 minutes: by then it has seen one that was stored again. */
const fatalAfterMs = 150_000;

/** A Secret that holds a part of the executable is gone: pods wait for it, and start once it is there again. */
export const blobRule: PodRule = (pod, events) => {
  if (applicationOf(pod)?.state?.running || lastEnd(pod)) return undefined;
  const failed = events.findLast(({ reason }) => reason === 'FailedMount');
  const [, name] = /secret "([a-z0-9.-]+-blob-[0-9a-f]{16}-\d{3})" not found/.exec(failed?.message ?? '') ?? [];
  if (name === undefined) return undefined;
  return {
    cause: 'volume',
    summary: missingText([name]),
    evidence: [],
    nextStep: 'Run the same deploy again: it stores the Secret again, and waiting pods start by themselves.',
    fatalAfterMs,
  };
};
