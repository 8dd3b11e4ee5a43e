import { globSync, readFileSync } from 'node:fs';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { environmentVariables } from '../../../src/cli/reference/environment-variables.ts';
import { statusMeanings } from '../../../src/cli/reference/error-meanings.ts';
import { referenceOf, staleIn } from '../../../src/cli/reference/reference.ts';
import { exitStatus } from '../../../src/shared/errors.ts';
import type { Flag } from '../../../src/shared/flag.ts';
import { flagTable } from '../../../src/shared/flags.ts';

const root = join(import.meta.dirname, '../../..');

describe('docs/reference', () => {
  it('is as the code has it', () => {
    expect(staleIn(root)).toEqual([]);
  });

  it('is stale where a page, or a table of the README, is not as the code has it', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
    try {
      for (const path of ['README.md', 'schema', 'docs/reference']) {
        await cp(join(root, path), join(copy, path), { recursive: true });
      }
      expect(staleIn(copy)).toEqual([]);
      await appendFile(join(copy, 'docs/reference/flags.md'), 'more\n');
      await rm(join(copy, 'docs/reference/json.md'));
      expect(staleIn(copy)).toEqual(['docs/reference/flags.md', 'docs/reference/json.md']);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('leads with each link to a heading that is there', () => {
    const pages = Object.entries(referenceOf(root)).filter(([path]) => path.startsWith('docs/'));
    const nameOf = (path: string): string => path.split('/').at(-1) ?? '';
    const headings = new Map(
      pages.map(([path, text]) => [
        nameOf(path),
        new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'))),
      ]),
    );
    const dead = pages.flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([a-z-]+\.md)?(?:#([^)]+))?\)/g)]
        .filter(([, file = nameOf(path), title]) => {
          const known = headings.get(file);
          return known === undefined || (title !== undefined && !known.has(title));
        })
        .map(([link]) => `${path} ${link}`),
    );
    expect(dead).toEqual([]);
  });

  it('has a meaning for every exit status', () => {
    const known = new Set(statusMeanings.flatMap(([statuses]) => statuses.split(', ').map(Number)));
    expect(Object.values(exitStatus).filter((status) => !known.has(status))).toEqual([]);
  });
});

describe('environmentVariables', () => {
  const declared = environmentVariables.flatMap(({ variables }) => Object.entries(variables));
  const sources = globSync('{src,runner}/**/*.{ts,sh}', { cwd: root })
    .filter((path) => !path.startsWith('src/cli/reference/'))
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  /** A name that ends differently for each target, or goes on as the user likes, is in the table with a star. */
  const starred = (name: string): string => name.replace(/_(?:X64|ARM64|NAME)?$/, '_*');

  it('names every variable that is read, or set for a replica', () => {
    const known = new Set(declared.map(([name]) => name));
    const read = [
      ...sources.matchAll(/(?:environment|process\.env|env)\[['"]([A-Z][A-Z0-9_]+)['"]\]/g),
      ...sources.matchAll(/\b((?:SELFSAME|AZURE|AWS)_[A-Z0-9_]+)/g),
    ].map(([, name = '']) => name);
    expect([...new Set(read)].filter((name) => !known.has(name) && !known.has(starred(name)))).toEqual([]);
  });

  it('names none that nothing reads', () => {
    const inSources = (name: string): boolean => sources.includes(name.replace('*', ''));
    expect(declared.filter(([name, { readBy }]) => readBy === undefined && !inSources(name))).toEqual([]);
  });

  it('names that of every flag that has one', () => {
    const known = new Set(declared.map(([name]) => name));
    const named = Object.values<Flag>(flagTable).flatMap(({ variable }) => variable ?? []);
    expect(named.filter((variable) => !known.has(variable))).toEqual([]);
  });

  it('names each once', () => {
    expect(new Set(declared.map(([name]) => name)).size).toBe(declared.length);
  });
});
