import { type Cause, type Detail, type Finding, oneLine, type PodRule } from './finding.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';
import { applicationOf } from '../pods/pod-view.ts';

/** By the words of the registry, in this order: a private repository is both denied and not found. */
const causes: readonly {
  words: RegExp;
  cause: Cause;
  detail?: Detail;
  about: string;
  nextStep: string;
  fatalAfterMs: number;
}[] = [
  {
    words: /no match for platform|exec format/i,
    cause: 'wrong-architecture',
    about: 'is not made for the architecture of its node',
    nextStep: 'Pass --runner-image with an image for this architecture.',
    fatalAfterMs: 0,
  },
  {
    words: /denied|unauthorized|authentication required|authorization failed|\b40[13]\b/i,
    cause: 'image-denied',
    about: 'may not be pulled',
    nextStep: 'Pass --image-pull-secret, or correct --runner-image.',
    fatalAfterMs: 0,
  },
  {
    words:
      /not found|manifest unknown|name unknown|does not exist|InvalidImageName|ErrImageNeverPull|couldn't parse image/i,
    cause: 'image-not-found',
    about: 'cannot be found',
    nextStep: 'Correct --runner-image.',
    fatalAfterMs: 0,
  },
  {
    words: /no such host|unsupported protocol scheme/i,
    cause: 'image-pull',
    detail: 'registry',
    about: 'cannot be pulled: nobody knows its registry',
    nextStep: 'Correct --runner-image.',
    fatalAfterMs: 0,
  },
  {
    // The name server does not answer, or says that it cannot: it may come back, and few names are wrong in that way.
    words: /\blookup \S+|name resolution/i,
    cause: 'image-pull',
    detail: 'registry',
    about: 'cannot be pulled: the node cannot look up its registry',
    nextStep: 'Correct --runner-image, or see whether the nodes have a name server.',
    fatalAfterMs: 30_000,
  },
  {
    words: /(?:)/,
    cause: 'image-pull',
    about: 'cannot be pulled yet',
    nextStep: 'See whether the nodes can reach that registry.',
    // The kubelet tries again, and a registry that was down comes back.
    fatalAfterMs: 90_000,
  },
];

/** The runner's image does not arrive. */
export const imageRule: PodRule = (pod, events): Finding | undefined => {
  const { reason = '', message = '' } = applicationOf(pod)?.state?.waiting ?? {};
  if (!/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError)$/.test(reason))
    return undefined;
  // The back-off's own message may not repeat the cause; the event does.
  const event = events.findLast((one) => one.reason === 'Failed' && /pull image/.test(one.message ?? ''));
  const detail = [message, event?.message].find((text) => text && !/^Back-off[^:]*("[^"]*")?$/.test(text)) ?? message;
  // What is quoted are names, and any word may be part of a name.
  const found = causes.find(({ words }) => words.test(`${reason} ${detail.replace(/"[^"]*"/g, '')}`));
  if (found === undefined) return undefined;
  const { about, words: _words, ...rest } = found;
  const image = applicationContainer(pod.spec)?.image ?? '';
  const noSecret = events.find((one) => one.reason === 'FailedToRetrieveImagePullSecret');
  return {
    ...rest,
    summary: `The image ${image} ${about}`,
    evidence: [detail, noSecret?.message ?? ''].filter(Boolean).map(oneLine),
    ...(rest.cause === 'image-denied' &&
      noSecret && { detail: 'pull-secret', nextStep: 'Create that Secret, or pass another --image-pull-secret.' }),
  };
};
