/** The sets of SuperSlabs against sets of numbers: membership, and the search for the next common member over many words. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hints, hintWords } from '../src/hints.js';

const SEED = 20_006;
const RUNS = 200;
const SUPERSLABS = 150;
const PAGE_LIMIT = SUPERSLABS * 32 - 5;

const members = fc.uniqueArray(fc.nat(SUPERSLABS - 1), { maxLength: 40 });

test(`next, seed ${SEED}, ${RUNS} runs: visits what both sets have, in order, and puts change no other set`, () => {
  const holds = (one: number[], other: number[], gone: number[]): void => {
    const length = hintWords(PAGE_LIMIT);
    const hints = new Hints({ words: new Int32Array(length), start: 0, length }, PAGE_LIMIT);
    const sets = [hints.open, hints.draining, hints.holds(0), hints.holds(95), hints.empties(0), hints.empties(95)];
    const [a, b] = [hints.holds(95), hints.empties(0)];
    for (const each of one) hints.put(a, each, true);
    for (const each of other) hints.put(b, each, true);
    for (const each of gone) hints.put(a, each, false);
    const left = one.filter((each) => !gone.includes(each));

    const visit = (x: number, y: number): number[] => {
      const found: number[] = [];
      for (let at = hints.next(x, y, -1); at !== -1; at = hints.next(x, y, at)) found.push(at);
      return found;
    };
    const ascending = (list: number[]): number[] => [...list].sort((x, y) => x - y);
    expect(visit(a, a)).toEqual(ascending(left));
    expect(visit(b, b)).toEqual(ascending(other));
    expect(visit(a, b)).toEqual(ascending(left.filter((each) => other.includes(each))));
    for (const set of sets) if (set !== a && set !== b) expect(visit(set, set)).toEqual([]);
    for (let at = 0; at < SUPERSLABS; at += 7) {
      expect(hints.has(a, at)).toBe(left.includes(at));
      expect([hints.unused(at), hints.empty(at), hints.touched(at)]).toEqual([0, 0, 0]);
    }
  };
  fc.assert(fc.property(members, members, members, holds), { seed: SEED, numRuns: RUNS });
});
