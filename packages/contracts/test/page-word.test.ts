// Proves the page word: its fields stand where the drawing says, every combination comes back as it went in, XOR with
// the expected part leaves the class, and a claim changes the word in one step or not at all.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimPage,
  classIn,
  clause,
  kindOf,
  OWNER_MASK,
  ownerOf,
  PageKind,
  pageWord,
  recordsOf,
  SlotState,
  stateOf,
} from '../src/index.js';

const SEED = 20_260_801;
const RUNS = 5_000;

const fields = fc.record({
  state: fc.constantFrom(...Object.values(SlotState)),
  kind: fc.constantFrom(...Object.values(PageKind)),
  owner: fc.integer({ min: 0, max: 255 }),
  sizeClass: fc.integer({ min: 0, max: 255 }),
});
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;

const wordOf = (f: Fields): number => pageWord(f.state, f.kind, f.owner, f.sizeClass);
const fieldsOf = (word: number): Fields => ({
  state: stateOf(word),
  kind: kindOf(word),
  owner: ownerOf(word),
  sizeClass: classIn(word),
});

describe('page word', () => {
  test('has class, owner, kind and state at bits 0, 8, 16 and 19', () => {
    expect(pageWord(SlotState.UNUSED, PageKind.NONE, 0, 255)).toBe(0xff);
    expect(pageWord(SlotState.UNUSED, PageKind.NONE, 255, 0)).toBe(0xff00);
    expect(pageWord(SlotState.UNUSED, PageKind.LARGE, 0, 0)).toBe(3 << 16);
    expect(pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0)).toBe(3 << 19);
    expect(pageWord(SlotState.UNUSED, PageKind.NONE, 0, 0)).toBe(0);
  });

  test(`gives back what it was made of (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(fields, (f) => {
        const stored = Int32Array.of(wordOf(f))[0] ?? -1;
        expect(fieldsOf(stored)).toEqual(f);
        expect(stored).toBeGreaterThanOrEqual(0);
        expect(stored >>> 21).toBe(0);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('is another word for every other combination', () => {
    const words = new Set<number>();
    for (const state of Object.values(SlotState))
      for (const kind of Object.values(PageKind))
        for (const owner of [0, 1, 2, 254, 255])
          for (let c = 0; c < 256; c++) words.add(pageWord(state, kind, owner, c));
    expect(words.size).toBe(4 * 4 * 5 * 256);
  });

  test(`XOR with (ACTIVE, kind, owner) is the class, and above 255 when any of them differs (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(fields, fields, (f, wanted) => {
        const routed = wordOf(f) ^ pageWord(SlotState.ACTIVE, wanted.kind, wanted.owner, 0);
        const agrees = f.state === SlotState.ACTIVE && f.kind === wanted.kind && f.owner === wanted.owner;
        if (agrees) expect(routed).toBe(f.sizeClass);
        else expect(routed).toBeGreaterThan(255);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    const mine = pageWord(SlotState.ACTIVE, PageKind.TINY, 7, 0);
    for (let c = 0; c < 256; c++) expect(pageWord(SlotState.ACTIVE, PageKind.TINY, 7, c) ^ mine).toBe(c);
  });
});

test(`OWNER_MASK: without it two words agree when they differ by their owner alone (seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(fields, fields, (f, g) => {
      expect((wordOf(f) & ~OWNER_MASK) === (wordOf({ ...f, owner: g.owner }) & ~OWNER_MASK)).toBe(true);
      const agree = f.state === g.state && f.kind === g.kind && f.sizeClass === g.sizeClass;
      expect((wordOf(f) & ~OWNER_MASK) === (wordOf(g) & ~OWNER_MASK)).toBe(agree);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(pageWord(SlotState.UNUSED, PageKind.NONE, 255, 0)).toBe(OWNER_MASK);
});

describe.each([
  { name: 'plain', make: () => new Int32Array(4) },
  { name: 'shared', make: () => new Int32Array(new SharedArrayBuffer(16)) },
])(`${clause('POOL-8')} (claimPage in $name memory)`, ({ make }) => {
  const unused = pageWord(SlotState.UNUSED, PageKind.NONE, 0, 0);
  const mine = pageWord(SlotState.ACTIVE, PageKind.NONE, 1, 5);
  const theirs = pageWord(SlotState.ACTIVE, PageKind.NONE, 2, 5);

  test('swaps the word that was expected and says true, once', () => {
    const records = recordsOf(make(), new Uint8Array(0), 4);
    expect(claimPage(records, 2, unused, mine)).toBe(true);
    expect(Array.from(records.words)).toEqual([0, 0, mine, 0]);
    expect(claimPage(records, 2, unused, mine)).toBe(false);
  });

  test('changes nothing and says false when another was faster', () => {
    const records = recordsOf(make(), new Uint8Array(0), 4);
    records.words[2] = theirs;
    expect(claimPage(records, 2, unused, mine)).toBe(false);
    expect(Array.from(records.words)).toEqual([0, 0, theirs, 0]);
  });

  test('makes an abandoned slab the slab of whoever swaps its number in first', () => {
    const records = recordsOf(make(), new Uint8Array(0), 4);
    const abandoned = pageWord(SlotState.ACTIVE, PageKind.TINY, 0, 5);
    records.words[1] = abandoned;
    expect(claimPage(records, 1, abandoned, abandoned | (7 << 8))).toBe(true);
    expect(claimPage(records, 1, abandoned, abandoned | (8 << 8))).toBe(false);
    expect([ownerOf(records.words[1]), classIn(records.words[1])]).toEqual([7, 5]);
  });
});

test('claimPage is one compare-and-swap of the records’ operations: what another writes in between is not lost', () => {
  const records = recordsOf(new Int32Array(4), new Uint8Array(0), 4);
  const calls: unknown[] = [];
  const atomics = {
    ...records.atomics,
    compareExchange(cells: Int32Array | Uint8Array, index: number, expected: number, value: number): number {
      calls.push([cells === records.words, index, expected, value]);
      return 77;
    },
  };
  expect(claimPage({ ...records, atomics }, 3, 0, 5)).toBe(false);
  expect(calls).toEqual([[true, 3, 0, 5]]);
  expect(records.words[3]).toBe(0);
});
