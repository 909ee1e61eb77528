/**
 * The sets of SuperSlabs against sets of numbers: membership, and the search for the next common member over many words;
 * and that what is taken off is looked at again, by what another thread does between the look and the removal.
 */

import { PLAIN, type Records } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Hints, hintWords } from '../src/hints.js';
import { stand } from './stand.js';

const SEED = 20_006;
const RUNS = 200;
const SUPERSLABS = 150;
const PAGE_LIMIT = SUPERSLABS * 32 - 5;
const EVERYTHING = { atomics: PLAIN } as Records;

const members = fc.uniqueArray(fc.nat(SUPERSLABS - 1), { maxLength: 40 });

test(`next, seed ${SEED}, ${RUNS} runs: visits what both sets have, in order; adding and dropping change no other set`, () => {
  const holds = (one: number[], other: number[], gone: number[], kept: number[]): void => {
    const length = hintWords(PAGE_LIMIT);
    const hints = new Hints(EVERYTHING, { words: new Int32Array(length), start: 0, length }, PAGE_LIMIT);
    const kinds = [0, 95].flatMap((c) => [hints.holds(c), hints.empties(c), hints.abandoned(c)]);
    const sets = [hints.open, hints.draining, hints.empty, hints.kept, ...kinds];
    const [a, b] = [hints.holds(95), hints.empties(0)];
    for (const each of one) hints.add(a, each);
    for (const each of other) hints.add(b, each);
    for (const each of gone) hints.drop(a, each, () => false);
    for (const each of kept) hints.drop(a, each, () => true);
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
      expect([hints.unused(at), hints.touched(at)]).toEqual([0, 0]);
    }
  };
  fc.assert(fc.property(members, members, members, members, holds), { seed: SEED, numRuns: RUNS });
});

test('every set and every mask has words of its own, all of them in the region', () => {
  const length = hintWords(PAGE_LIMIT);
  const words = new Int32Array(length + 2);
  const hints = new Hints(EVERYTHING, { words, start: 1, length }, PAGE_LIMIT);
  const perClass = Array.from({ length: 96 }, (_, c) => [hints.holds(c), hints.empties(c), hints.abandoned(c)]);
  const sets = [hints.open, hints.draining, hints.empty, hints.kept, ...perClass.flat()];
  for (const set of sets) for (let at = 0; at < SUPERSLABS; at++) hints.add(set, at);
  for (let at = 0; at < SUPERSLABS; at++) {
    hints.addUnused(at, -1);
    hints.addTouched(at, -1);
  }
  const bits = words.reduce((sum, word) => sum + ones(word), 0);
  expect(bits).toBe(sets.length * SUPERSLABS + 2 * 32 * SUPERSLABS);
  expect([words[0], words[length + 1]]).toEqual([0, 0]);
});

describe('what is taken off is looked at again', () => {
  test('drop: a member that belongs again when it is off comes back, and one that never lost its cause is not touched', () => {
    const { hints } = stand();
    const set = hints.empties(3);
    hints.add(set, 2);
    const answers = [false, true];
    hints.drop(set, 2, () => answers.shift() ?? true);
    expect(answers).toEqual([]);
    expect(hints.has(set, 2)).toBe(true);
    hints.drop(set, 2, () => true);
    expect(hints.has(set, 2)).toBe(true);
    hints.drop(set, 2, () => false);
    expect(hints.has(set, 2)).toBe(false);
    hints.drop(set, 2, () => {
      throw new Error('a SuperSlab that is no member is not looked at');
    });
  });

  test('drop: another thread adds between the first look and the removal, where its bit is there still', () => {
    const length = hintWords(PAGE_LIMIT);
    const words = new Int32Array(length);
    let cause = false;
    let meanwhile = (): void => {};
    const atomics = {
      ...PLAIN,
      and(cells: Int32Array, index: number, value: number): number {
        meanwhile();
        return PLAIN.and(cells, index, value);
      },
    };
    const hints = new Hints({ atomics } as Records, { words, start: 0, length }, PAGE_LIMIT);
    const set = hints.abandoned(95);
    hints.add(set, 77);
    meanwhile = () => {
      cause = true;
      hints.add(set, 77);
    };
    hints.drop(set, 77, () => cause);
    expect(hints.has(set, 77)).toBe(true);
  });

  test('a bit that is there already is not written again', () => {
    const writes: number[] = [];
    const atomics = {
      ...PLAIN,
      or(cells: Int32Array, index: number, value: number): number {
        writes.push(index);
        return PLAIN.or(cells, index, value);
      },
    };
    const length = hintWords(64);
    const hints = new Hints({ atomics } as Records, { words: new Int32Array(length), start: 0, length }, 64);
    for (let i = 0; i < 3; i++) {
      hints.add(hints.open, 1);
      hints.addTouched(1, 0b1010);
    }
    expect(writes.length).toBe(2);
  });
});

function ones(word: number): number {
  return [...(word >>> 0).toString(2)].filter((bit) => bit === '1').length;
}
