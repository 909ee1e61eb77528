/** The bit tricks of the pool's masks, each against a version that looks at one bit after the other. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowest, ones, population, runOf } from '../src/bits.js';

const SEED = 20_001;
const RUNS = 5_000;

/** A mask as 32 booleans, lowest bit first. */
const bitsOf = (mask: number): boolean[] => Array.from({ length: 32 }, (_, i) => ((mask >>> i) & 1) === 1);

const naiveRunOf = (mask: number, length: number): number => {
  const bits = bitsOf(mask);
  for (let at = 0; at + length <= 32; at++) if (bits.slice(at, at + length).every(Boolean)) return at;
  return -1;
};

/** Masks made of a few runs, which random integers hardly ever have. */
const runMasks = fc
  .array(fc.tuple(fc.nat(31), fc.integer({ min: 1, max: 32 })), { maxLength: 5 })
  .map((runs) =>
    runs.reduce((mask, [from, length]) => mask | (length === 32 ? -1 << from : ((1 << length) - 1) << from), 0),
  );
const masks = fc.oneof(fc.integer(), fc.nat(0xffffffff), runMasks);

describe(`bits, seed ${SEED}, ${RUNS} runs`, () => {
  test('ones: every start and every count, also for starts that are page indices', () => {
    for (let from = 0; from < 32; from++) {
      for (let count = 0; from + count <= 32; count++) {
        const wanted = Array.from({ length: 32 }, (_, i) => i >= from && i < from + count);
        expect(bitsOf(ones(from, count))).toEqual(wanted);
        expect(ones(from + 32 * 1_000, count)).toBe(ones(from, count));
      }
    }
  });

  test('lowest: every single bit, no bit, and any mask', () => {
    expect(lowest(0)).toBe(32);
    for (let i = 0; i < 32; i++) {
      expect(lowest(1 << i)).toBe(i);
      expect(lowest(-1 << i)).toBe(i);
      expect(lowest((-1 << i) >>> 0)).toBe(i);
    }
    const holds = (mask: number): void => {
      const wanted = bitsOf(mask).indexOf(true);
      expect(lowest(mask)).toBe(wanted < 0 ? 32 : wanted);
    };
    fc.assert(fc.property(masks, holds), { seed: SEED, numRuns: RUNS });
  });

  test('population: all masks of 16 bits in both halves, and any mask', () => {
    for (let mask = 0; mask < 65_536; mask++) {
      const wanted = bitsOf(mask).filter(Boolean).length;
      if (population(mask) !== wanted || population(mask << 16) !== wanted) expect(population(mask)).toBe(wanted);
    }
    const holds = (mask: number): void => {
      expect(population(mask)).toBe(bitsOf(mask).filter(Boolean).length);
    };
    fc.assert(fc.property(masks, holds), { seed: SEED, numRuns: RUNS });
  });

  test('runOf: all masks of 12 bits at both ends of the word, every length', () => {
    for (let mask = 0; mask < 4_096; mask++) {
      for (let length = 1; length <= 13; length++) {
        if (runOf(mask, length) !== naiveRunOf(mask, length)) expect([mask, length, runOf(mask, length)]).toBe(mask);
        const high = mask << 20;
        if (runOf(high, length) !== naiveRunOf(high, length)) expect([high, length, runOf(high, length)]).toBe(high);
      }
    }
  });

  test('runOf: any mask, every length', () => {
    const holds = (mask: number, length: number): void => {
      expect(runOf(mask, length)).toBe(naiveRunOf(mask, length));
    };
    fc.assert(fc.property(masks, fc.integer({ min: 1, max: 32 }), holds), { seed: SEED, numRuns: RUNS });
  });
});
