/** The explored pairs in a small form, and every fault that has to be found. `npm run torture` has the large ones. */

import type { Explorer } from '@hakmem/interleave';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScenario } from '../src/explore/explore.ts';
import { FAULTS } from '../src/explore/faults.ts';
import { NAMES, PAIRS } from '../src/explore/operations.ts';
import { exploreFaults } from '../src/explore/suite.ts';

describe('pairs of operations', () => {
  let explorer: Explorer;

  beforeAll(async () => {
    explorer = await openScenario();
  });
  afterAll(() => explorer.close());

  it('there are 14 operations and 105 pairs', () => {
    expect(NAMES).toHaveLength(14);
    expect(PAIRS).toHaveLength(105);
  });

  for (const [left, right] of PAIRS) {
    it(`${left} × ${right}`, async () => {
      const params = { operations: [left, right], watched: 'none' };
      const { failure, runs } = await explorer.randomWalk({ runs: 8, seed: 3, params });
      expect(failure?.message).toBeUndefined();
      expect(runs).toBe(8);
    });
  }

  for (const name of NAMES) {
    it(`${name}, ended at every step`, { timeout: 60_000 }, async () => {
      const { failure, runs } = await explorer.kills({ params: { operations: [name, 'remoteFree'], watched: 'none' } });
      expect(failure?.message).toBeUndefined();
      expect(runs).toBeGreaterThan(15);
    });
  }
});

describe('faults put in are found', () => {
  for (const fault of FAULTS) {
    it(fault.name, { timeout: 120_000 }, async () => {
      expect((await exploreFaults([fault])).faults).toEqual([]);
    });
  }
});
