import { describe, expect, it } from '@jest/globals';
import { type TemplateOwner, unusedOf } from '../../../../src/platforms/kubernetes/cluster-store/in-use.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';

const [running, before, gone] = ['1', '2', '3'].map((digit) => parseDigest(digit.repeat(64))) as [never, never, never];

function revision(version: string, secrets: string[], configMap: string): TemplateOwner {
  const sources = secrets.map((name) => ({ secret: { name } }));
  return {
    spec: {
      template: {
        metadata: { annotations: { 'selfsame.dev/version.amd64': version, 'selfsame.dev/release': 'r' } },
        spec: {
          containers: [],
          volumes: [
            { name: 'blob', projected: { sources } },
            { name: 'source', secret: { secretName: 'app-source' } },
            { name: 'runner', configMap: { name: configMap } },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
}

describe('unusedOf()', () => {
  it('tells what no revision refers to, be it one that runs or one that can be rolled back to', () => {
    const revisions = [
      revision(running, ['blob-1-000', 'blob-1-001'], 'runner-1'),
      revision(before, ['blob-2-000'], 'runner-1'),
    ];
    const kept = {
      secrets: ['app-source', 'blob-1-000', 'blob-1-001', 'blob-2-000', 'blob-3-000'],
      configMaps: ['runner-1', 'runner-0'],
      versions: [running, before, gone],
    };
    expect(unusedOf(kept, revisions)).toEqual({ secrets: ['blob-3-000'], configMaps: ['runner-0'], versions: [gone] });
  });

  it('has everything unused where nothing is deployed', () => {
    const kept = { secrets: ['blob-1-000'], configMaps: ['runner-1'], versions: [running] };
    expect(unusedOf(kept, [{}, { spec: {} }])).toEqual(kept);
  });
});
