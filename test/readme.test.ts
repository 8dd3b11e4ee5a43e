import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { exitStatus } from '../src/shared/errors.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

it('the README shows the example application as it is', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('src/hello-world.ts')}\`\`\``);
});

it('the README has a row for every exit status', () => {
  const rows = new Set([...read('README.md').matchAll(/^\| (\d+) \| /gm)].map(([, status]) => Number(status)));
  const missing = [...new Set(Object.values(exitStatus))].filter((status) => !rows.has(status));
  expect(missing).toEqual([]);
});

it('the README names every command of package.json that it tells to run', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...`${read('README.md')}${read('CONTRIBUTING.md')}`.matchAll(/npm run ([a-z-]+)/g)].map(
    ([, name = '']) => name,
  );
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

it('docs/security.md has a test for each claim', () => {
  const [, claims = ''] = read('docs/security.md').split('## Claims, and the tests that hold them');
  const rows = claims
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1);
  const named = rows.map((row) => [...row.matchAll(/`(test\/\S+)`/g)].map(([, path = '']) => path));
  expect(rows.length).toBeGreaterThan(10);
  expect(named.filter((paths) => paths.length === 0)).toEqual([]);
  expect(named.flat().filter((path) => !existsSync(join(import.meta.dirname, '..', path)))).toEqual([]);
});
