import type { Artifact } from '../../../src/executable/format/artifact.ts';
import type { Store } from '../../../src/store/store.ts';
import { generatedArtifact, noise, partedArtifact } from '../programs/artifact.ts';
import { forFile } from '../run/for-file.ts';
import { makeBucket } from './bucket.ts';
import { proxiedS3ForFile } from './proxied-s3.ts';

/** For the tests of a file that store one version after another: all of them share the prefix, as those of an application do. */
export function s3Versions() {
  const s3 = proxiedS3ForFile();
  const prefix = forFile(() => generatedArtifact(9, 'runtime'));
  return {
    s3,
    prefix,
    versionOf: async (text: string): Promise<Artifact> => partedArtifact(prefix(), [text, noise('deployer', 300_000)]),
    /** A new bucket as a store. */
    opened: async (bucket: string): Promise<Store> => {
      await makeBucket(s3().server, bucket);
      return s3().open(bucket);
    },
  };
}
