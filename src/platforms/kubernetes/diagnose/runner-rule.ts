import { type Detail, lastEnd, type PodRule } from './finding.ts';
import { applicationOf } from '../pods/pod-view.ts';
import { stockImage, wrongRunnerStatus } from '../manifest/stock-runner.ts';
import { mountedPartsIn } from '../manifest/blob-volume.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';

/** What to do about each exit status of the runner (the table is at the head of runner/run.sh). */
const nextSteps: Readonly<Record<number, string>> = {
  64: 'Use the runner image of this version with --runner-image.',
  65: 'Run this again: the executable for that architecture was not deployed.',
  66: 'Run this again: it uploads what is missing from the store.',
  67: 'Run this again: it renews the link that pods read the store with.',
  68: 'See whether pods can reach the store; network policies and proxies may forbid it.',
  69: 'Use a runner image that trusts the certificate of the store.',
  71: 'Run this again after deleting that object from the store: it is damaged.',
  72: 'Run this again after deleting that object from the store: it is damaged.',
  73: 'See whether the node has disk space left.',
  74: 'Pass --runner-image with an image for this architecture that has the libraries of Node.js.',
  75: 'See what answers under the address of the store.',
  [wrongRunnerStatus]: 'Run this again: it makes the ConfigMap what it was.',
  76: `Pass --runner-image ${stockImage}, or another image with that very Node.js.`,
  78: 'Deploy a signed release with its .sig file, and with --require-signature.',
};

const noexecStep = 'Choose nodes that may execute files in their emptyDir volumes, with --node-selector.';
/** Where the cluster is the store, a deploy looks at what it holds. */
const storedAgain = 'Run the same deploy again: it finds what was replaced, and stores all parts under other names.';
/** Those that have to do with the store. */
const details: Readonly<Record<number, Detail>> = {
  66: 'missing',
  67: 'denied',
  68: 'unreachable',
  71: 'mismatch',
  72: 'mismatch',
};

/** The runner could not start the executable, and says why; it has tried again by itself where that can help. */
export const runnerRule: PodRule = (pod) => {
  const { exitCode = 0, message = '' } = lastEnd(pod) ?? {};
  const [, reason] = /^selfsame runner: (.*)/m.exec(message) ?? [];
  const isMounted = mountedPartsIn(pod.spec?.volumes).blobConfigMaps.length > 0;
  const known = isMounted && details[exitCode] === 'mismatch' ? storedAgain : nextSteps[exitCode];
  const nextStep = reason?.endsWith(' noexec') ? noexecStep : known;
  if (reason === undefined || nextStep === undefined) return undefined;
  const detail = details[exitCode];
  const summary = `The runner cannot start it: ${reason}`;
  return { cause: 'runner', detail, summary, evidence: [], nextStep, fatalAfterMs: 0 };
};

/** The system's words for an image that lacks what its container is to start with: `node`, or our runner. */
export const noProgramRule: PodRule = (pod) => {
  const texts = [applicationOf(pod)?.state?.waiting?.message, lastEnd(pod)?.message];
  const missing = /exec: "([^"]+)": (?:executable file not found|stat \S+: no such file)/;
  const [, program] = texts.map((text) => missing.exec(text ?? '')).find((found) => found) ?? [];
  if (program === undefined) return undefined;
  return {
    cause: 'runner',
    summary: `The image ${applicationContainer(pod.spec)?.image} has no "${program}"`,
    evidence: [],
    nextStep: `Pass --runner-image ${stockImage}, or one that \`npm run runner-image\` made.`,
    fatalAfterMs: 0,
  };
};
