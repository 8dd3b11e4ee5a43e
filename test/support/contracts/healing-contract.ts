import { expect, it } from '@jest/globals';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { digestOf } from '../../../src/shared/digest.ts';
import type { UrlStore } from '../../../src/store/store.ts';
import { generatedArtifact } from '../programs/artifact.ts';
import type { MeddlingProxy } from '../stores/meddling-proxy.ts';

/** A store that two deployers use, of whom one is held up on the way. */
export interface SharedStore {
  readonly direct: UrlStore;
  readonly proxied: UrlStore;
  readonly proxy: MeddlingProxy;
  /** Puts other bytes in an artifact's place. */
  readonly spoil: (artifact: Artifact, bytes: Buffer<ArrayBuffer>) => Promise<unknown>;
}

/** Stores over a network must pass this: what is damaged there is healed by several deployers at once. */
export function healingContract(open: () => Promise<SharedStore>): void {
  it.each([
    ['as many bytes', 1],
    ['fewer', 0.5],
  ])('put() takes nothing away that another has just healed: %s', async (_what, share) => {
    const { direct, proxied, proxy, spoil } = await open();
    // Of several parts, or one.
    for (const artifact of [await generatedArtifact(20, 'healed'), await generatedArtifact(1, 'small')]) {
      await spoil(artifact, Buffer.alloc(artifact.sizeBytes * share, 'x'));
      let healed: Promise<unknown> | undefined;
      const missing: string[] = [];
      proxy.before = async ({ method, url }) => {
        if (method === 'GET' || method === 'HEAD') return;
        // It has found the damage, and the other has as well.
        healed ??= direct.put(artifact);
        await healed;
        if (!(await direct.has(artifact))) missing.push(`${method} ${url}`);
      };
      await proxied.put(artifact);
      proxy.before = undefined;
      expect(healed).toBeDefined();
      expect(missing).toEqual([]);
      const stored = await direct.read(artifact);
      expect(await digestOf(stored?.open() ?? [])).toBe(artifact.version);
    }
  });
}
