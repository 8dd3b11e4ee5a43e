import { describe } from '@jest/globals';
import { parseDigest } from '../../../src/shared/digest.ts';
import { platformContract } from '../contracts/platform-contract.ts';
import { testIntent } from '../kubernetes/intent.ts';
import { memoryStore } from '../stores/memory-store.ts';
import { memoryPlatform } from './memory-platform.ts';

const releaseOf = (digit: string) => {
  const version = parseDigest(digit.repeat(64));
  return testIntent({ release: version, versions: { amd64: { version, sizeBytes: 1, url: 'https://store.test/x' } } });
};

describe('memoryPlatform()', () =>
  platformContract(async () => ({
    platform: memoryPlatform(),
    store: memoryStore(),
    releases: [releaseOf('a'), releaseOf('b')],
    async close() {},
  })));
