import { event, pod } from '../../../support/kubernetes/observed.ts';
import { itKnows, one, waiting } from '../../../support/kubernetes/situations.ts';

itKnows([
  [
    'an image that is not there',
    one(
      waiting(
        'ErrImagePull',
        'failed to pull and unpack image "example.test/runner:1": failed to resolve reference: not found',
      ),
    ),
    { cause: 'image-not-found', summary: 'The image example.test/runner:1 cannot be found', fatalAfterMs: 0 },
  ],
  [
    'an image behind a login',
    one(waiting('ErrImagePull', 'pull access denied, repository does not exist or may require authorization')),
    { cause: 'image-denied', nextStep: 'Pass --image-pull-secret, or correct --runner-image.', fatalAfterMs: 0 },
  ],
  [
    'an image of which only the event says what is wrong',
    {
      pods: [
        pod('hello-1', { container: waiting('ImagePullBackOff', 'Back-off pulling image "example.test/runner:1"') }),
      ],
      events: [
        event('hello-1', {
          reason: 'Failed',
          message: 'Failed to pull image "example.test/runner:1": manifest unknown',
        }),
      ],
    },
    { cause: 'image-not-found', evidence: ['Failed to pull image "example.test/runner:1": manifest unknown'] },
  ],
  [
    'a registry that does not answer for a while',
    one(
      waiting(
        'ErrImagePull',
        'failed to do request: Head "https://example.test/v2/": dial tcp 10.0.0.1:443: i/o timeout',
      ),
    ),
    { cause: 'image-pull', fatalAfterMs: 90_000 },
  ],
  [
    'a registry that the name server does not tell of in time',
    one(waiting('ErrImagePull', 'dial tcp: lookup example.test on 10.0.0.10:53: read udp: i/o timeout')),
    { cause: 'image-pull', detail: 'registry', fatalAfterMs: 30_000 },
  ],
  [
    'an image whose name is not what happened to it',
    one(waiting('ErrImagePull', 'failed to pull "example.test/access-denied:401": dial tcp: connection refused')),
    { cause: 'image-pull', fatalAfterMs: 90_000 },
  ],
  [
    'an image for another architecture',
    one(waiting('ErrImagePull', 'no match for platform in manifest: not found')),
    { cause: 'wrong-architecture', fatalAfterMs: 0 },
  ],
]);
