// Proves the ground: the records, the policy table and the regions lie one after the other without overlap, a region that
// does not fit is refused, a standalone ground has exactly what was asked for, and every thread that lays a ground over the
// same arrays in the same order has the same regions, though only the founder writes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CompositionError,
  Ground,
  groundLiveBytes,
  groundWords,
  LINE_WORDS,
  MAX_CAP,
  NOTE_WORDS,
  noteOf,
  PAGE_BYTES,
  POLICY_RETAIN,
  POLICY_WORDS,
  policyCap,
  standaloneGround,
  wholeLines,
} from '../src/index.js';

const PAGES = 64;
const SEED = 20_260_832;
const RUNS = 200;

describe('ground', () => {
  test('lays policy and regions after the notes, side by side', () => {
    const ground = standaloneGround(PAGES, 300);
    const first = ground.cut(100);
    const second = ground.cut(0);
    const third = ground.cut(200);
    expect(ground.policy.start).toBe(noteOf(PAGES - 1) + NOTE_WORDS);
    expect(ground.policy.length).toBe(POLICY_WORDS);
    expect(first.start).toBe(ground.policy.start + POLICY_WORDS);
    expect(second.start).toBe(first.start + 100);
    expect(third.start).toBe(second.start);
    expect(third.start + third.length).toBe(ground.records.words.length);
    for (const region of [ground.policy, first, second, third]) expect(region.words).toBe(ground.records.words);
  });

  test('has the default policy and is zero elsewhere', () => {
    const { records, policy } = standaloneGround(PAGES, 50);
    expect(records.words[policy.start + POLICY_RETAIN]).toBe(4);
    expect(records.words[policy.start + policyCap(0)]).toBe(MAX_CAP[0]);
    expect(records.words.subarray(0, policy.start).every((word) => word === 0)).toBe(true);
    expect(records.words.subarray(policy.start + policy.length).every((word) => word === 0)).toBe(true);
    expect(records.live.every((byte) => byte === 0)).toBe(true);
  });

  test('has one live byte per 16 bytes, and the words that groundWords says', () => {
    const { records } = standaloneGround(PAGES, 50);
    expect(records.live).toHaveLength((PAGES * PAGE_BYTES) / 16);
    expect(groundLiveBytes(PAGES)).toBe(records.live.length);
    expect(records.words).toHaveLength(groundWords(PAGES) + 50);
    expect(records.pageLimit).toBe(PAGES);
  });

  test('stands on the arrays that it is given', () => {
    const words = new Int32Array(groundWords(PAGES) + 1);
    const live = new Uint8Array(groundLiveBytes(PAGES));
    const ground = new Ground({ words, live }, PAGES);
    expect(ground.records.words).toBe(words);
    expect(ground.records.live).toBe(live);
    expect(ground.cut(1).start).toBe(words.length - 1);
  });

  test('refuses a region that does not fit with a CompositionError that names both sizes', () => {
    const ground = standaloneGround(PAGES, 10);
    ground.cut(4);
    const size = groundWords(PAGES) + 10;
    expect(() => ground.cut(7)).toThrow(CompositionError);
    expect(() => ground.cut(7)).toThrow(`a region of 7 words does not fit into the ${size} control words`);
  });

  test('is as it was after a refusal: what fits can still be cut', () => {
    const ground = standaloneGround(PAGES, 10);
    const { start } = ground.cut(4);
    expect(() => ground.cut(7)).toThrow(CompositionError);
    expect(ground.cut(6).start).toBe(start + 4);
  });

  test('hands a box its scope: records, a region of its own, the policy, the owner and the log', () => {
    const ground = standaloneGround(PAGES, 20);
    const log = (): void => {};
    const plain = ground.scope(8);
    const full = ground.scope(12, 9, log);
    expect(plain).toMatchObject({ owner: 1, log: null });
    expect(full).toMatchObject({ owner: 9, log });
    expect(plain.records).toBe(ground.records);
    expect(plain.policy).toBe(ground.policy);
    expect(plain.region.length).toBe(8);
    expect(full.region.start).toBe(plain.region.start + 8);
  });
});

describe('lines of the processor’s cache', () => {
  test('have 32 words, 128 bytes', () => {
    expect(LINE_WORDS * 4).toBe(128);
    expect([0, 1, 31, 32, 33, 64].map(wholeLines)).toEqual([0, 32, 32, 32, 64, 64]);
  });

  test('cutLines begins at a whole line, behind what was cut before and less than a line away from it', () => {
    const ground = standaloneGround(PAGES, 10 * LINE_WORDS);
    const first = ground.cut(3);
    const second = ground.cutLines(5);
    expect(second.length).toBe(5);
    expect(second.words).toBe(ground.records.words);
    expect(second.start % LINE_WORDS).toBe(0);
    expect(second.start - (first.start + 3)).toBeGreaterThanOrEqual(0);
    expect(second.start - (first.start + 3)).toBeLessThan(LINE_WORDS);
    expect(ground.cut(1).start).toBe(second.start + 5);
    expect(ground.cutLines(LINE_WORDS).start).toBe(second.start + LINE_WORDS);
    expect(ground.cutLines(1).start).toBe(second.start + 2 * LINE_WORDS);
  });

  test('a region whose line does not fit is refused, and so is one that begins where the words end', () => {
    const arrays = {
      words: new Int32Array(wholeLines(groundWords(PAGES))),
      live: new Uint8Array(groundLiveBytes(PAGES)),
    };
    expect(new Ground(arrays, PAGES).cutLines(0)).toMatchObject({ start: arrays.words.length, length: 0 });
    expect(() => new Ground(arrays, PAGES).cutLines(1)).toThrow(CompositionError);
    const short = { ...arrays, words: arrays.words.subarray(0, groundWords(PAGES)) };
    if (groundWords(PAGES) % LINE_WORDS !== 0)
      expect(() => new Ground(short, PAGES).cutLines(0)).toThrow(CompositionError);
  });

  test('a page note is half a line and never lies across two', () => {
    expect(NOTE_WORDS * 4).toBe(64);
    for (const page of [0, 1, 2, 65_535]) expect(noteOf(page) % NOTE_WORDS).toBe(0);
  });
});

describe('a ground over arrays that are in use', () => {
  const placeOf = ({ start, length }: { start: number; length: number }): number[] => [start, length];
  const lay = (
    arrays: { words: Int32Array; live: Uint8Array },
    founding: boolean | undefined,
    cuts: readonly { length: number; lines: boolean }[],
  ) => {
    const ground = new Ground(arrays, PAGES, founding);
    return { ground, regions: cuts.map(({ length, lines }) => (lines ? ground.cutLines(length) : ground.cut(length))) };
  };
  const arraysFor = (regionWords: number) => ({
    words: new Int32Array(new SharedArrayBuffer(4 * (groundWords(PAGES) + regionWords))),
    live: new Uint8Array(new SharedArrayBuffer(groundLiveBytes(PAGES))),
  });

  test(`has the founder’s policy and regions, cut by cut, and writes nothing (seed ${SEED}, ${RUNS} runs)`, () => {
    const cut = fc.record({ length: fc.nat(100), lines: fc.boolean() });
    const arrays = arraysFor(12 * (100 + LINE_WORDS));
    const change = fc.record({ at: fc.nat(POLICY_WORDS - 1), value: fc.integer({ min: -9, max: 9 }) });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 12 }), fc.array(change), (cuts, changes) => {
        const founder = lay(arrays, true, cuts);
        for (const { at, value } of changes) arrays.words[founder.ground.policy.start + at] = value;
        for (const region of founder.regions)
          arrays.words.fill(region.start, region.start, region.start + region.length);
        const words = arrays.words.slice();
        const second = lay(arrays, false, cuts);
        expect(second.regions.map(placeOf)).toEqual(founder.regions.map(placeOf));
        expect(placeOf(second.ground.policy)).toEqual(placeOf(founder.ground.policy));
        for (const { words: same } of [second.ground.policy, ...second.regions])
          expect(same === arrays.words).toBe(true);
        expect(Buffer.compare(Buffer.from(arrays.words.buffer), Buffer.from(words.buffer))).toBe(0);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('keeps a policy that was changed since; the founder writes the defaults, asked to or not', () => {
    const arrays = arraysFor(0);
    const { policy } = new Ground(arrays, PAGES);
    arrays.words[policy.start + POLICY_RETAIN] = 77;
    expect(new Ground(arrays, PAGES, false).founding).toBe(false);
    expect(arrays.words[policy.start + POLICY_RETAIN]).toBe(77);
    expect(new Ground(arrays, PAGES).founding).toBe(true);
    expect(arrays.words[policy.start + POLICY_RETAIN]).toBe(4);
  });

  test('a scope says whether its heap is being made; its region is fresh exactly then, unless the place says otherwise', () => {
    const arrays = arraysFor(64);
    const founder = new Ground(arrays, PAGES, true);
    const second = new Ground(arrays, PAGES, false);
    expect(founder.scope(8)).toMatchObject({ founding: true, fresh: true, stride: 0, owner: 1, log: null });
    expect(second.scope(8)).toMatchObject({ founding: false, fresh: false, stride: 0, owner: 1, log: null });
    const region = second.cut(8);
    expect(second.scopeOf(region).region).toBe(region);
    expect(second.scopeOf(region, { fresh: true })).toMatchObject({ founding: false, fresh: true });
    expect(founder.scopeOf(region, { founding: false })).toMatchObject({ founding: false, fresh: false });
    expect(founder.scopeOf(region, { fresh: false })).toMatchObject({ founding: true, fresh: false });
  });

  test('a scope of a region of a thread says whose it is and how far the next thread’s is', () => {
    const ground = new Ground(arraysFor(256), PAGES, false);
    const log = (): void => {};
    const first = ground.cutLines(40);
    const next = ground.cutLines(40);
    const stride = next.start - first.start;
    const scope = ground.scopeOf(first, { owner: 9, log, fresh: true, stride });
    expect(scope).toMatchObject({ owner: 9, log, fresh: true, stride: 2 * LINE_WORDS });
    expect(scope.records).toBe(ground.records);
    expect(scope.policy).toBe(ground.policy);
  });
});
