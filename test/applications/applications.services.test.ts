import { describe, expect, it } from '@jest/globals';
import { needEmulator } from '../support/programs/executable-fixture.ts';
import { samplesInCi } from './table.ts';
import { trySample } from './try-sample.ts';

describe('an application of', () => {
  it.each(samplesInCi.map((sample) => [sample.name, sample] as const))(
    '%s does hidden what it does on plain Node.js',
    async (_name, sample) => {
      const { differences } = await trySample(sample);
      expect(differences).toEqual([]);
    },
    300_000,
  );
});

it.each(samplesInCi.filter(({ isForArm64 }) => isForArm64 === true).map((sample) => [sample.name, sample] as const))(
  'an application of %s does the same where the other architecture is played',
  async (_name, sample) => {
    needEmulator();
    const { differences } = await trySample(sample, { isEmulated: true });
    expect(differences).toEqual([]);
  },
  300_000,
);
