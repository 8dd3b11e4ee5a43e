import { lastEnd, oneLine, type PodRule, restarts, saidLast } from './finding.ts';
import { imageRule } from './image-rule.ts';
import { nodeLost } from './node-rules.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';
import { applicationOf, podIsReady } from '../pods/pod-view.ts';
import { noProgramRule, runnerRule } from './runner-rule.ts';
import { unschedulable } from './schedule-rule.ts';
import { missingText } from '../cluster-store/find-blobs.ts';

const wrongArchitecture: PodRule = (pod) => {
  const { state } = applicationOf(pod) ?? {};
  const ended = lastEnd(pod);
  const said = [state?.waiting?.message, ended?.message].find((text) => /exec format error/i.test(text ?? ''));
  if (said === undefined) return undefined;
  return {
    cause: 'wrong-architecture',
    summary: `The runner image or the executable is for another architecture than its node: ${oneLine(said)}`,
    evidence: [],
    nextStep: 'Pass --runner-image with an image for this architecture.',
    fatalAfterMs: 0,
  };
};

const outOfMemory: PodRule = (pod) => {
  if (lastEnd(pod)?.reason !== 'OOMKilled' || podIsReady(pod)) return undefined;
  const limit = applicationContainer(pod.spec)?.resources?.limits?.['memory'];
  return {
    cause: 'out-of-memory',
    summary: `Killed for using more memory than its limit${limit ? ` of ${limit}` : ''}`,
    evidence: saidLast(pod),
    nextStep: 'Pass a higher --memory-limit.',
    fatalAfterMs: restarts(pod) > 0 ? 0 : 20_000,
  };
};

const configMissing: PodRule = (pod) => {
  const { reason = '', message = '' } = applicationOf(pod)?.state?.waiting ?? {};
  if (reason !== 'CreateContainerConfigError' && reason !== 'CreateContainerError') return undefined;
  const detail = /\bsecret\b/i.test(message) ? 'secret' : /\bconfigmap\b/i.test(message) ? 'config-map' : undefined;
  const what = detail === 'secret' ? 'Secret' : 'ConfigMap';
  return {
    cause: 'config-missing',
    detail,
    summary: `Cannot make the container: ${oneLine(message) || reason}`,
    evidence: [],
    nextStep: detail
      ? `Create that ${what} with the key that is asked for, then run this again.`
      : 'Create what is missing, then run this again.',
    fatalAfterMs: /not found|couldn't find key/.test(message) ? 0 : 20_000,
  };
};

const volume: PodRule = (pod, events) => {
  const failed = events.findLast(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume');
  if (failed === undefined || applicationOf(pod)?.state?.running || lastEnd(pod)) return undefined;
  return {
    cause: 'volume',
    summary: `Cannot mount: ${oneLine(failed.message ?? '')}`,
    evidence: [],
    nextStep: 'Create what is missing, then run this again.',
    fatalAfterMs: 60_000,
  };
};

/** How often in a row a start may be refused a connection before that is worth telling: it is asked every second. */
const patience = 30;

/** The kubelet restarts a container whose startup or liveness probe fails: that is no crash of its own. */
const probe: PodRule = (pod, events) => {
  const unhealthy = events.findLast(({ reason }) => reason === 'Unhealthy');
  if (unhealthy === undefined || podIsReady(pod)) return undefined;
  const wasKilled = events.some(({ reason, message = '' }) => reason === 'Killing' && /probe/.test(message));
  const { state } = applicationOf(pod) ?? {};
  if (!wasKilled && !state?.running) return undefined;
  const { message = '' } = unhealthy;
  const isRefused = /connection refused/.test(message);
  // Not listening yet is how every start looks, for a while.
  if (message.startsWith('Startup') && isRefused && !wasKilled && (unhealthy.count ?? 1) < patience) return undefined;
  const { startupProbe, readinessProbe, livenessProbe } = applicationContainer(pod.spec) ?? {};
  const asked = { S: startupProbe, R: readinessProbe, L: livenessProbe }[message.charAt(0)]?.httpGet?.path;
  return {
    cause: 'probe',
    // The address that it was asked at is that of the pod, and stands in some answers only.
    summary: `${oneLine(message)}${asked === undefined || message.includes(asked) ? '' : ` for GET ${asked}`}`,
    evidence: saidLast(pod),
    nextStep: isRefused
      ? 'Let the application listen on that port, on all addresses.'
      : /statuscode/.test(message)
        ? 'See in its log why it answers so.'
        : 'See in its log why it does not answer.',
    fatalAfterMs: wasKilled && restarts(pod) > 0 ? 0 : Infinity,
  };
};

const crash: PodRule = (pod) => {
  const ended = lastEnd(pod);
  if (ended === undefined || podIsReady(pod)) return undefined;
  const isLooping = applicationOf(pod)?.state?.waiting?.reason === 'CrashLoopBackOff';
  // Shells and container runtimes add 128 to the signal that ended a program.
  const signal = ended.signal ?? (ended.exitCode > 128 && ended.exitCode < 160 ? ended.exitCode - 128 : undefined);
  const how = `status ${ended.exitCode}${signal ? ` (signal ${signal})` : ''}`;
  const isLost = isLooping || restarts(pod) > 1;
  return {
    cause: 'crash',
    ...(isLost && { detail: 'loop' }),
    summary:
      ended.exitCode === 0
        ? 'The application ends by itself (status 0), but is meant to go on'
        : `The application ends with ${how}${restarts(pod) > 1 ? `, ${restarts(pod)} times by now` : ''}`,
    evidence: saidLast(pod),
    nextStep: 'Correct the application, its arguments or its environment; --local shows it on this machine.',
    // Once may be bad luck (what it needs is not there yet); the kubelet backs off from the second time on.
    fatalAfterMs: isLost ? 0 : Infinity,
  };
};

/** Longer than the kubelet's longest pause between two attempts, 2 minutes: by then it has seen one that was stored again. */
const fatalAfterMs = 150000;
/** A ConfigMap, of an earlier selfsame a Secret, that holds a part of the executable is gone: pods wait for it, and start once it is there again. */
const blobRule: PodRule = (pod, events) => {
  if (applicationOf(pod)?.state?.running || lastEnd(pod)) return undefined;
  const failed = events.findLast(({ reason }) => reason === 'FailedMount');
  const missing = /(secret|configmap) "([a-z0-9.-]+-blob-[0-9a-f]{16}(?:-\d+)?-\d{3})" not found/;
  const [, word, name] = missing.exec(failed?.message ?? '') ?? [];
  if (name === undefined) return undefined;
  const kind = word === 'secret' ? 'Secret' : 'ConfigMap';
  return {
    cause: 'volume',
    summary: missingText(kind, [name]),
    evidence: [],
    nextStep: `Run the same deploy again: it stores the ${kind} again, and waiting pods start by themselves.`,
    fatalAfterMs,
  };
};

/** In the order in which one explains the other. */
export const podRules: readonly PodRule[] = [
  nodeLost,
  wrongArchitecture,
  runnerRule,
  noProgramRule,
  imageRule,
  configMissing,
  outOfMemory,
  blobRule,
  volume,
  probe,
  crash,
  unschedulable,
];
