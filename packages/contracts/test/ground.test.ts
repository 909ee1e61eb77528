// Proves the ground: the records, the policy table and the regions lie one after the other without overlap, a region that
// does not fit is refused, and a standalone ground has exactly what was asked for.

import { describe, expect, test } from 'vitest';
import {
  CompositionError,
  Ground,
  groundLiveBytes,
  groundWords,
  MAX_CAP,
  NOTE_WORDS,
  noteOf,
  PAGE_BYTES,
  POLICY_RETAIN,
  POLICY_WORDS,
  policyCap,
  standaloneGround,
} from '../src/index.js';

const PAGES = 64;

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
