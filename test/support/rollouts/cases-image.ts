import { type Case, hasEvent, isAvailable, isWaiting } from './case.ts';

const failed = isWaiting('ErrImagePull');

/** The runner image does not arrive, or comes late. */
export const imageCases: Readonly<Record<string, Case>> = {
  'image-not-found': {
    expected: 'image-not-found',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('absent') }),
    until: failed,
  },
  'image-not-found-backing-off': {
    expected: 'image-not-found',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('absent') }),
    until: isWaiting('ImagePullBackOff'),
  },
  'image-of-no-registry': {
    expected: 'image-pull/registry',
    verdict: 'fatal',
    intent: () => ({ runnerImage: 'nowhere.invalid/no-such-image:1' }),
    until: failed,
  },
  'image-invalid-name': {
    expected: 'image-not-found',
    verdict: 'fatal',
    intent: () => ({ runnerImage: 'NotAnImage' }),
    until: isWaiting('InvalidImageName'),
  },
  'image-never-pulled': {
    expected: 'image-not-found',
    verdict: 'fatal',
    intent: () => ({ runnerImage: 'localhost/no-such-image:1' }),
    edit: ({ container }) => (container.imagePullPolicy = 'Never'),
    until: isWaiting('ErrImageNeverPull'),
  },
  'image-denied': {
    expected: 'image-denied',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('private') }),
    until: failed,
  },
  'image-forbidden': {
    expected: 'image-denied',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('forbidden') }),
    until: failed,
  },
  'image-pull-secret-missing': {
    expected: 'image-denied/pull-secret',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('private'), imagePullSecret: 'no-such-secret' }),
    until: (observed) => failed(observed) && hasEvent('FailedToRetrieveImagePullSecret')(observed),
  },
  'image-for-another-platform': {
    expected: 'wrong-architecture',
    verdict: 'fatal',
    intent: ({ image }) => ({ runnerImage: image('foreign') }),
    until: failed,
  },
  'image-registry-down': {
    expected: 'image-pull',
    verdict: 'in time',
    intent: () => ({ runnerImage: '127.0.0.1:1/runner:1' }),
    until: failed,
  },
  'image-registry-limits': {
    expected: 'image-pull',
    verdict: 'in time',
    intent: ({ image }) => ({ runnerImage: image('limited') }),
    until: failed,
  },
  'image-back-off': {
    expected: 'image-pull',
    verdict: 'in time',
    intent: ({ image }) => ({ runnerImage: image('broken') }),
    until: isWaiting('ImagePullBackOff'),
  },
  'image-back-off-healed': {
    expected: 'none',
    verdict: 'ready',
    intent: ({ image, release }) => ({ runnerImage: image(`healing-${release.slice(0, 12)}`) }),
    async after({ server, release, until }) {
      await until(isWaiting('ImagePullBackOff'));
      server.heal(`healing-${release.slice(0, 12)}`);
    },
    until: isAvailable,
  },
  'image-slow': {
    expected: 'none',
    verdict: 'waiting',
    intent: ({ image }) => ({ runnerImage: image('slow') }),
    until: hasEvent('Pulling'),
  },
};
