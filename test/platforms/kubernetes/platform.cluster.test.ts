import { describe } from '@jest/globals';
import { kubernetesPlatform } from '../../../src/platforms/kubernetes/platform.ts';
import { loadServerImage, testCluster } from '../../support/cluster/cluster.ts';
import { untilAvailable } from '../../support/cluster/until-available.ts';
import { platformContract } from '../../support/contracts/platform-contract.ts';
import { newRelease, serverIntent } from '../../support/rollouts/server-rollout.ts';
import { memoryStore } from '../../support/stores/memory-store.ts';

describe('kubernetesPlatform()', () =>
  platformContract(async () => {
    const [test] = await Promise.all([testCluster('platform'), loadServerImage()]);
    const releaseOf = () => {
      const [release, url] = [newRelease(), 'https://store.test/hello-world'];
      const version = { version: release, sizeBytes: 1, url };
      return serverIntent(test, { release, versions: { amd64: version, arm64: version } });
    };
    return {
      platform: kubernetesPlatform(test.cluster),
      store: memoryStore(),
      releases: [releaseOf(), releaseOf()],
      untilNoted: async (name, replicas) => untilAvailable(test.cluster, name, replicas),
      close: async () => test.close(),
    };
  }));
