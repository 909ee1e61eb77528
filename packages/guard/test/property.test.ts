/**
 * Any list of layers over any memory answers like a plain heap, keeps what users wrote, and finds every fault that is planted.
 * The model is in model.ts.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GuardError, guarded, type Layer, poison, quarantine, redzones, sites } from '../src/index.js';
import { flip, MEMORIES, newHeap, thrown } from './heaps.js';
import { command, Model, perform, size } from './model.js';

const SEED = 20_261_120;
const runs = { seed: SEED, numRuns: 20 };

/** Every choice of layers, in two orders. */
const LISTS: readonly string[][] = (() => {
  const names = ['poison', 'sites', 'quarantine'];
  const some = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => names.filter((_, i) => (bits >> i) & 1));
  return some.flatMap((list) => [list, ['redzones', ...list], ['redzones', ...list.toReversed()]]);
})();

const build = (names: readonly string[], width: number): Layer[] =>
  names.map((name) => {
    if (name === 'redzones') return redzones({ bytes: width });
    if (name === 'poison') return poison({ fresh: 0xcd });
    return name === 'sites' ? sites({ every: 2, seed: 5 }) : quarantine({ blocks: 6, bytes: 9_000 });
  });

describe.each(MEMORIES)('over %s memory', (memory) => {
  const start = (names: readonly string[], width: number) =>
    guarded(newHeap(memory), build(names, width), { report: () => {} });

  test.each(LISTS.map((names) => [names]))(`answers like a heap: %j (seed ${SEED})`, (names) => {
    const property = fc.property(fc.array(command, { maxLength: 40 }), fc.constantFrom(16, 64), (steps, width) => {
      const model = new Model(start(names, width), names[0] === 'redzones');
      for (const step of steps) perform(model, step);
      model.agrees();
      while (model.live.size > 0) perform(model, { do: 'free', pick: 0 });
      expect(model.heap.flush()).toEqual([]);
      expect(model.heap.stats().blocks.live).toBe(0);
      expect(model.heap.verify().ok).toBe(true);
      model.heap.destroy();
    });
    fc.assert(property, { ...runs, numRuns: 6 });
  });

  const fault = fc.record({
    kind: fc.constantFrom('overrun', 'underrun', 'head', 'afterFree', 'doubleFree'),
    at: fc.nat(),
    by: fc.nat(),
    log: fc.integer({ min: 0, max: 12 }),
    sizes: fc.array(size, { minLength: 1, maxLength: 12 }),
  });

  const withRedzones = LISTS.filter((names) => names[0] === 'redzones');
  test.each(withRedzones.map((names) => [names]))(`finds what is planted: %j (seed ${SEED})`, (names) => {
    const finds = (faults: readonly GuardError[], address: number, name: string): void =>
      expect(faults.map((each) => [each.name, each.address])).toEqual([[name, address]]);
    const property = fc.property(fault, ({ kind, at, by, log, sizes }) => {
      const heap = start(names, 32);
      const blocks = sizes.map((bytes, i) => heap.alignedAlloc(i % 2 ? 2 ** log : 1, bytes));
      const victim = at % blocks.length;
      const [address, bytes] = [blocks[victim], sizes[victim]];
      const offset = { overrun: bytes + (by % 32), underrun: -1 - (by % 16), head: -17 - (by % 16) }[kind as 'head'];
      if (offset !== undefined) {
        const name = kind === 'head' ? 'HeadError' : 'RedzoneError';
        flip(heap, address + offset);
        finds(heap.check(), address, name);
        expect(thrown(() => heap.free(address))).toMatchObject({ name, address });
        flip(heap, address + offset);
      } else {
        heap.free(address);
        const kept = names.includes('quarantine') && bytes <= 9_000;
        if (kind === 'doubleFree') expect(thrown(() => heap.free(address)).code).toMatch(/DOUBLE_FREE|FOREIGN/);
        else if (kept && names.includes('poison') && bytes > 0) {
          flip(heap, address + (by % bytes));
          finds(heap.flush(), address, 'UseAfterFreeError');
        }
      }
      for (const block of blocks) if (block !== address || offset !== undefined) heap.free(block);
      expect(heap.flush()).toEqual([]);
      expect(heap.stats().blocks.live).toBe(0);
      heap.destroy();
    });
    fc.assert(property, { ...runs });
  });
});
