import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../src/toolchain/bundle.ts';
import { ownDependencies } from './bundles.ts';
import { esbuildPackages } from './own-esbuild.ts';

interface OwnManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly repository?: unknown;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The package.json that is published: what projects need, and nothing of the clone's. */
export async function publishedManifest(): Promise<object> {
  const { name, version, description, license, repository, devDependencies } = await ownManifest();
  return {
    name,
    version,
    description,
    keywords: ['kubernetes', 'deploy', 'single-executable', 'sea', 'typescript', 'server', 'cli'],
    license,
    ...(repository !== undefined && { repository }),
    type: 'module',
    sideEffects: false,
    bin: { selfsame: 'bin/selfsame.js' },
    main: './index.cjs',
    types: './types/index.d.cts',
    exports: {
      '.': {
        import: { types: './types/index.d.ts', default: './index.js' },
        require: { types: './types/index.d.cts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
    files: ['bin', 'halves', 'types', 'index.js', 'index.cjs'],
    engines: { node: '>=20.18' },
    publishConfig: { access: 'public', provenance: true },
    dependencies: Object.fromEntries(ownDependencies.map((needed) => [needed, devDependencies[needed]])),
    optionalDependencies: Object.fromEntries(esbuildPackages.map((needed) => [needed, devDependencies['esbuild']])),
  };
}

/** What the clone's own package.json says. */
export async function ownManifest(): Promise<OwnManifest> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as OwnManifest;
}
