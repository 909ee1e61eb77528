import { describe, expect, it } from 'vitest';
import { pick, SIZE_SEED, SLOT_SEED, xorshift32 } from '../src/random.js';

describe('pick', () => {
  it.each([1, 2, 32, 64, 100, 256, 400, 1_025, 4_096, 24_577, 31_745, 65_536])(
    'reaches 0 … %i-1 and nothing else, evenly',
    (n) => {
      const hits = new Uint32Array(n);
      for (let upper = 0; upper < 65_536; upper++) hits[pick(upper << 16, n)]++;
      expect(hits.reduce((sum, count) => sum + count)).toBe(65_536);
      expect(Math.min(...hits)).toBe(Math.floor(65_536 / n));
      expect(Math.max(...hits)).toBe(Math.ceil(65_536 / n));
    },
  );

  it('does not look at the lower 16 bits', () => {
    expect(pick(0xffff, 65_536)).toBe(0);
    expect(pick(0xffff_ffff, 65_536)).toBe(65_535);
  });
});

describe('xorshift32', () => {
  it('is the generator with shifts 13, 17, 5', () => {
    const reference = (start: number) => {
      let x = BigInt(start);
      x ^= (x << 13n) & 0xffff_ffffn;
      x ^= x >> 17n;
      return Number((x ^ (x << 5n)) & 0xffff_ffffn);
    };
    for (const start of [1, 2, SLOT_SEED, SIZE_SEED, 0x8000_0000, 0xffff_ffff]) {
      expect(xorshift32(start) >>> 0).toBe(reference(start));
    }
  });

  it('draws slots that are even over a benchmark: every one of 65,536 within a million draws', () => {
    const hits = new Uint32Array(65_536);
    let x = SLOT_SEED;
    for (let i = 0; i < 1_000_000; i++) {
      x = xorshift32(x);
      hits[pick(x, 65_536)]++;
    }
    expect(Math.min(...hits)).toBeGreaterThan(0);
    expect(Math.max(...hits)).toBeLessThan(50);
  });

  it('draws slots and sizes that do not depend on each other', () => {
    let x = SLOT_SEED;
    let y = SIZE_SEED;
    const pairs = new Uint32Array(256);
    for (let i = 0; i < 256_000; i++) {
      x = xorshift32(x);
      y = xorshift32(y);
      pairs[pick(x, 16) * 16 + pick(y, 16)]++;
    }
    for (const count of pairs) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });
});
