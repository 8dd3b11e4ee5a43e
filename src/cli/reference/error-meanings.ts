import type { ErrorCode } from '../../shared/errors.ts';

/** What every code of an error means, in one line of Markdown. */
export const errorMeanings: Readonly<Record<ErrorCode, string>> = {
  'bad-usage': 'A flag, an option or a setting cannot be read, is missing, or contradicts another.',
  'bad-target': 'There is no Node.js for this target, or not from this machine.',
  'bad-name': 'The name is not one that Kubernetes takes.',
  'bad-store': 'The address of the store or its credentials cannot be read, or pods could not read that store.',
  'bad-output': 'The file to write is a folder, or the file that runs.',
  'not-an-executable': 'The program runs from source, or the file that was named is not one of ours.',
  'executable-damaged': 'The bytes of an executable are not those that it was built with.',
  'executable-unreadable': 'The file of an executable cannot be read.',
  'runtime-refused': 'Node.js for another target is not what the built-in table asks for.',
  'runtime-unavailable': 'Node.js for another target cannot be fetched or kept.',
  'package-unavailable':
    'A package that an application needs for the other architecture does not come from the registry, or is not the one of the lock file.',
  'trial-failed': 'A build that is right misses a part of itself where the project is not in sight.',
  'signature-refused': 'The release is not signed by the key that `--require-signature` names, or not at all.',
  'output-refused': 'The system does not let the file be written.',
  'store-unreachable': 'The store does not answer.',
  'store-denied': 'The store does not accept the credentials, or they may not do this.',
  'store-damaged': 'The store holds something else under the name of an executable.',
  'not-revocable': 'The links of this store end with what signed them, which is not ours to end.',
  'kubeconfig-unusable': 'The kubeconfig is missing, cannot be read, or does not say how to sign in.',
  'cluster-unreachable': 'The API server does not answer.',
  'cluster-unreadable': 'The API server answers too much, or what no API server does.',
  'cluster-denied': 'The API server does not accept the credentials, or the account lacks a right.',
  'cluster-refused': 'The cluster does not accept an object, or something on it stands in the way.',
  'no-such-deployment': 'Nothing of that name is deployed there.',
  'no-matching-node': 'No node can run the replicas.',
  'cluster-unsupported': 'The version of Kubernetes is too old.',
  'image-unfit': 'The runner image cannot start this executable.',
  'system-lacks': 'The system lacks something that a benchmark needs; only `npm run bench` says so.',
  'project-refused': '`selfsame init` does not know what to add to this project, or was not told to.',
  'rollout-undone': 'The release failed, and the one before runs again, or nothing was left.',
  'rollout-failed': 'The release failed, and is still there.',
  'rollout-timeout': 'The replicas are not ready in time; the rollout goes on.',
  superseded: 'Another deploy took over.',
};

/** What every exit status means, in Markdown. */
export const statusMeanings: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'looked, and it differs (`self verify`, `self diff`) or would not work (`self doctor`)'],
  ['2', 'bad usage: nothing was tried'],
  ['3', 'refused before anything changed'],
  ['4', 'failed, and the version before is back, or nothing was left behind'],
  ['5', 'failed, and the new release is still there'],
  ['6', 'timed out; the rollout goes on'],
  ['7', 'superseded by another deploy'],
  ['8', 'looked, and nothing differs, but not all of it is proven (`self verify`)'],
  ['70', 'a bug of selfsame'],
  ['129, 130, 143', 'ended by SIGHUP, SIGINT, SIGTERM before it was done'],
];
