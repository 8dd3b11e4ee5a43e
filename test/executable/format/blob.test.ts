import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { cutsIn, readBlob, writeBlob, type BlobParts } from '../../../src/executable/format/blob.ts';
import { filesAsset, writeArchive } from '../../../src/shared/archive.ts';
import { cleanUp, temporaryFolder } from '../../support/programs/executable-fixture.ts';

afterAll(cleanUp);

const code = Buffer.from("console.log('Grüße');\n");
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
const cases: Record<string, BlobParts> = {
  'a program alone': { mainPath: 'main.js', code },
  'an empty program': { mainPath: 'main.js', code: new Uint8Array() },
  'a module': { mainPath: 'main.mjs', code, mainFormat: 'module' },
  'assets, in an order of their own': {
    mainPath: 'main.js',
    code,
    assets: [
      ['z/last.bin', everyByte],
      ['a ü', new Uint8Array()],
      ['m', Buffer.from('text')],
    ],
  },
  'arguments for Node': { mainPath: 'main.js', code, execArgv: ['--no-warnings', '--max-old-space-size=200'] },
  everything: { mainPath: 'main.js', code, assets: [['one', everyByte]], execArgv: ['--no-warnings'] },
};

describe('writeBlob()', () => {
  it.each(Object.entries(cases))('writes the bytes that Node writes for %s', async (_, parts) => {
    const theirs = await blobOfNode(parts);
    // Node keeps assets in a hash table, so their order is nobody's choice; ours is the one given.
    const order = [...readBlob(theirs).assets.keys()];
    const assets = [...(parts.assets ?? [])].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    expect(order).toHaveLength(assets.length);
    expect(writeBlob({ ...parts, assets }).equals(theirs)).toBe(true);
  });
});

describe('cutsIn()', () => {
  const large = Buffer.alloc(20_000, 'large');
  const larger = Buffer.alloc(70_000, 'larger');
  const small = Buffer.from('small');
  const piecesOf = (parts: BlobParts): Buffer[] => {
    const blob = writeBlob(parts);
    const cuts = cutsIn(blob);
    expect(cuts).toEqual(cuts.toSorted((a, b) => a - b));
    return [0, ...cuts].map((start, index) => blob.subarray(start, cuts[index] ?? blob.length));
  };
  const tail = [small, large, larger, small].map((content, index) => [`asset-${index}`, content] as const);

  it('gives the pieces around large parts, which together are the blob', () => {
    const parts = { mainPath: 'main.js', code: large, assets: tail };
    const pieces = piecesOf(parts);
    expect(Buffer.concat(pieces).equals(writeBlob(parts))).toBe(true);
    const sizes = [25, 8 + 20_000 + 8, 28, 23 + 20_000, 23 + 70_000, 28];
    expect(pieces.map(({ length }) => length)).toEqual(sizes);
  });

  it('leaves a large part the same piece, whatever stands before it, and a new one in its place', () => {
    const before = piecesOf({ mainPath: 'main.js', code: small, assets: tail });
    const after = piecesOf({ mainPath: 'other.js', code: larger, assets: [['new', large], ...tail] });
    const kept = before.filter((piece) => piece.length > 1000);
    expect(kept).toHaveLength(2);
    for (const piece of kept) expect(after.some((other) => other.equals(piece))).toBe(true);
  });

  it('gives those around the large files of an archive, and around its names', () => {
    const files = tail.map(([name, content]) => [`${'long'.repeat(2_000)}/${name}`, content] as const);
    const parts = (edited: Uint8Array): BlobParts => ({
      mainPath: 'main.js',
      code: small,
      assets: [[filesAsset, writeArchive([...files, ['last', edited]])]],
    });
    const pieces = piecesOf(parts(small));
    expect(Buffer.concat(pieces).equals(writeBlob(parts(small)))).toBe(true);
    expect(pieces.map(({ length }) => length)).toContain(20_000);
    expect(pieces.map(({ length }) => length)).toContain(70_000);
    const changed = piecesOf(parts(Buffer.from('smaller'))).filter((piece) => !pieces.some((old) => old.equals(piece)));
    expect(changed.every(({ length }) => length < 200)).toBe(true);
  });

  it('refuses an archive that is cut off', () => {
    const archive = writeArchive([['one', large]]);
    const parts: BlobParts = { mainPath: 'main.js', code: small, assets: [[filesAsset, archive.subarray(0, 10_000)]] };
    expect(() => cutsIn(writeBlob(parts))).toThrow('its files are not whole');
  });

  it('gives none where nothing is large', () => {
    for (const parts of Object.values(cases)) expect(cutsIn(writeBlob(parts))).toEqual([]);
  });
});

describe('readBlob()', () => {
  it.each(Object.entries(cases))('reads back %s', (_, parts) => {
    const { mainPath, code: read, mainFormat, assets, execArgv } = readBlob(writeBlob(parts));
    expect({ mainPath, mainFormat, execArgv }).toEqual({
      mainPath: parts.mainPath,
      mainFormat: parts.mainFormat ?? 'commonjs',
      execArgv: parts.execArgv ?? [],
    });
    expect(Buffer.from(read).equals(parts.code)).toBe(true);
    const named = [...assets].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]);
    expect(named).toEqual([...(parts.assets ?? [])].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]));
  });

  it('refuses a blob that is cut off anywhere', () => {
    const whole = writeBlob(cases['everything'] ?? { mainPath: '', code });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readBlob(whole.subarray(0, length))).toThrow(/^Cannot read the application in the executable: /);
    }
  });

  it('refuses bytes after the end', () => {
    const longer = Buffer.concat([writeBlob({ mainPath: 'main.js', code }), Buffer.of(0)]);
    expect(() => readBlob(longer)).toThrow('bytes follow its end');
  });

  it('refuses a blob with a code cache, which would tie it to a platform', async () => {
    const blob = await blobOfNode({ mainPath: 'main.js', code }, { useCodeCache: true });
    expect(() => readBlob(blob)).toThrow('it carries a code cache or a snapshot');
  });

  it('refuses a blob that lets NODE_OPTIONS in', async () => {
    const blob = await blobOfNode({ mainPath: 'main.js', code }, { execArgvExtension: 'env' });
    expect(() => readBlob(blob)).toThrow('it lets NODE_OPTIONS in');
  });
});

/** The oracle: Node's own tool, told to make the same. */
async function blobOfNode(parts: BlobParts, more: object = {}): Promise<Buffer> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, parts.mainPath), parts.code);
  const assets: Record<string, string> = {};
  for (const [index, [name, bytes]] of [...(parts.assets ?? [])].entries()) {
    await writeFile(join(folder, `asset-${index}`), bytes);
    assets[name] = `asset-${index}`;
  }
  const config = {
    main: parts.mainPath,
    output: 'out.blob',
    disableExperimentalSEAWarning: true,
    execArgvExtension: 'none',
    ...(parts.mainFormat && { mainFormat: parts.mainFormat }),
    ...(parts.assets && { assets }),
    ...(parts.execArgv && { execArgv: parts.execArgv }),
    ...more,
  };
  await writeFile(join(folder, 'sea-config.json'), JSON.stringify(config));
  await promisify(execFile)(process.execPath, ['--experimental-sea-config', 'sea-config.json'], { cwd: folder });
  return readFile(join(folder, 'out.blob'));
}
