// Gives Node.js 20 and 22 what the toolchain and the deploying half call and only newer ones have. Imported for its effect, by
// processes that are ours: the `selfsame` command, and an application run from source that was asked to deploy.
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';
import zlib from 'node:zlib';
import { newResolvers } from './new-resolvers.ts';

fill(Promise, { withResolvers: newResolvers });

fill(Map, {
  groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K) {
    const groups = new Map<K, T[]>();
    for (const [index, item] of [...items].entries()) {
      const key = keyOf(item, index);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  },
});

fill(tls, {
  getCACertificates() {
    const file = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
    return file === '' ? [...tls.rootCertificates] : [...tls.rootCertificates, readFileSync(file, 'utf8')];
  },
});

// undici binds the first when it is loaded, and calls the second for each answer; no server sends zstd that is not asked to.
fill(zlib, {
  createZstdDecompress() {
    throw new Error('This Node.js cannot decompress zstd');
  },
});
fill(workerThreads, { markAsUncloneable() {} });

function fill<T extends object>(target: T, members: Partial<T>): void {
  for (const [name, member] of Object.entries(members)) {
    if (!(name in target)) Object.assign(target, { [name]: member });
  }
}
