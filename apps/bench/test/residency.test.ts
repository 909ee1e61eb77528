import { describe, expect, it } from 'vitest';
import { countPages, findMapping, findMappingIn, residentBytes } from '../src/probes/residency.js';

function mapping(range: string, flags: string): string {
  return `${range} ${flags} 00000000 00:00 0 \nSize:               1028 kB\nKernelPageSize:        4 kB\nRss:                 300 kB\n`;
}

const SMAPS = [
  mapping('7f0000000000-7f0000101000', 'rw-p'),
  mapping('7f0000200000-7f0000400000', 'rw-p'),
  mapping('7f0000500000-7f0000700000', 'rw-p'),
  mapping('7f0000800000-7f0000b00000', '---p'),
].join('');

describe('findMappingIn', () => {
  it('finds the mapping of a buffer, with a header page or without', () => {
    const found = { start: 0x7f00_0000_0000, bytes: 0x101000, pageBytes: 4_096 };
    expect(findMappingIn(SMAPS, 0x100000, 0x100000)).toEqual(found);
    expect(findMappingIn(SMAPS, 0x101000, 0x101000)).toEqual(found);
    expect(findMappingIn(SMAPS, 0xf0000, 0x110000)).toEqual(found);
  });

  it('does not guess: no mapping, two, or one that cannot be written', () => {
    expect(findMappingIn(SMAPS, 0x102000, 0x180000)).toBeUndefined();
    expect(findMappingIn(SMAPS, 0x200000, 0x200000)).toBeUndefined();
    expect(findMappingIn(SMAPS, 0x300000, 0x300000)).toBeUndefined();
  });
});

describe('countPages', () => {
  it('counts own pages and swapped ones, not shared or absent ones', () => {
    const entry = (bits: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(bits);
      return bytes;
    };
    const [exclusive, swapped, present] = [1n << 56n, 1n << 62n, 1n << 63n];
    const entries = [0n, present, exclusive, present | exclusive, swapped, present | exclusive | 0xffffn];
    expect(countPages(Buffer.concat(entries.map(entry)))).toBe(3);
  });
});

describe.runIf(process.platform === 'linux')('residentBytes', () => {
  it('counts what was written, not what was read', () => {
    // The kernel may join a mapping with its neighbour at once, and then it is not found; rarely with five in a row.
    const found = [5_003, 5_009, 5_011, 5_021, 5_023].flatMap((pages) => {
      const buffer = new SharedArrayBuffer(pages * 65_536);
      const mappingOf = findMapping(buffer.byteLength, buffer.byteLength);
      return mappingOf === undefined ? [] : [{ buffer, mappingOf }];
    });
    expect(found.length).toBeGreaterThan(0);
    for (const { buffer, mappingOf } of found) {
      const bytes = new Uint8Array(buffer);
      bytes.fill(1, 0, 5_000_000);
      expect(bytes.indexOf(1, 10_000_000)).toBe(-1);
      const resident = residentBytes(mappingOf)!;
      expect(resident).toBeGreaterThanOrEqual(5_000_000);
      expect(resident).toBeLessThan(5_000_000 + 4 * mappingOf.pageBytes);
    }
  });
});
