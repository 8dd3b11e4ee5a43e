import { describe, expect, it } from '@jest/globals';
import { shiftedMappings } from '../../../src/toolchain/carry/placed-map.ts';

describe('shiftedMappings()', () => {
  // AAAA: column 0. yCAAA: 41 columns on. K: 5 columns on.
  it.each([
    ['AAAA,yCAAA,KAAA;AAAA', 11, 'AAAA,oDAAA,KAAA;AAAA'],
    ['AAAA,yCAAA,KAAA;AAAA', -40, 'AAAA,CAAA,KAAA;AAAA'],
    ['AAAA;AAAA', 11, 'AAAA;AAAA'],
    [';AAAA', 11, ';AAAA'],
  ])('moves what lies behind the change, and the rest with it: %s by %d', (mappings, by, shifted) => {
    expect(shiftedMappings(mappings, new Map([[0, { column: 5, by }]]))).toBe(shifted);
  });

  it('leaves other lines as they are', () => {
    expect(shiftedMappings('AAAA;AAAA,yCAAA', new Map([[0, { column: 0, by: 9 }]]))).toBe('AAAA;AAAA,yCAAA');
  });
});
