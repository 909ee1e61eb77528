// Proves the page word: its fields stand where the drawing says, every combination comes back as it went in, XOR with
// the expected part leaves the class, and a claim changes the word in one step or not at all.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimPage, classIn, kindOf, ownerOf, PageKind, pageWord, SlotState, stateOf } from '../src/index.js';

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

describe('claimPage', () => {
  const unused = pageWord(SlotState.UNUSED, PageKind.NONE, 0, 0);
  const mine = pageWord(SlotState.ACTIVE, PageKind.NONE, 1, 5);
  const theirs = pageWord(SlotState.ACTIVE, PageKind.NONE, 2, 5);

  test('swaps the word that was expected and says true', () => {
    const words = new Int32Array(4);
    expect(claimPage(words, 2, unused, mine)).toBe(true);
    expect(Array.from(words)).toEqual([0, 0, mine, 0]);
  });

  test('changes nothing and says false when another was faster', () => {
    const words = Int32Array.of(0, 0, theirs, 0);
    expect(claimPage(words, 2, unused, mine)).toBe(false);
    expect(Array.from(words)).toEqual([0, 0, theirs, 0]);
  });
});
