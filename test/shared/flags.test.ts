import { describe, expect, it } from '@jest/globals';
import { splitArguments } from '../../src/shared/flags.ts';

describe('splitArguments()', () => {
  it.each<[line: string, ownArgs: string[], appArgs: string[]]>([
    ['', [], []],
    ['--http :9 --verbose', [], ['--http', ':9', '--verbose']],
    ['--kubernetes --replicas 5', ['--kubernetes', '--replicas=5'], []],
    ['--replicas=5 --http :9', ['--replicas=5'], ['--http', ':9']],
    ['--http :9 --kubernetes', ['--kubernetes'], ['--http', ':9']],
    ['--replicas -1', ['--replicas=-1'], []],
    ['--replicas --kubernetes', ['--replicas', '--kubernetes'], []],
    ['--replicas', ['--replicas'], []],
    ['--replicas -- x', ['--replicas'], ['x']],
    ['--env A=1 --env B=--x', ['--env=A=1', '--env=B=--x'], []],
    ['--env=A=1=2', ['--env=A=1=2'], []],
    ['--no-wait --no-cache', ['--no-wait'], ['--no-cache']],
    ['--no-replicas', [], ['--no-replicas']],
    ['--wait=false', ['--wait=false'], []],
    ['--local x', ['--local'], ['x']],
    ['--local -- --replicas 2 -h', ['--local'], ['--replicas', '2', '-h']],
    ['--replicasx 2 --Replicas 3', [], ['--replicasx', '2', '--Replicas', '3']],
    ['-h', ['-h'], []],
    ['--http -h', ['-h'], ['--http']],
  ])('parts "%s"', (line, ownArgs, appArgs) => {
    const parted = splitArguments(line.split(' ').filter((word) => word !== ''));
    expect({ ownArgs: parted.ownArgs, appArgs: parted.appArgs }).toEqual({ ownArgs, appArgs });
  });

  it('keeps values whole, with spaces, line breaks and empty', () => {
    expect(splitArguments(['--env', 'A=two words\nand lines', '--name', '']).ownArgs).toEqual([
      '--env=A=two words\nand lines',
      '--name=',
    ]);
  });

  it('names each flag that was given, -h as help and --no-wait as wait', () => {
    const { names } = splitArguments(['-h', '--no-wait', '--replicas=2', '--replicas', '3', '--http', ':9']);
    expect([...names]).toEqual(['help', 'wait', 'replicas']);
  });
});
