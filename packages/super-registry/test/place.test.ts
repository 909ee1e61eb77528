// What the registry says of itself, and that where there is nothing to do nothing is written: no record of a SuperSlab that
// does not exist, no note of a page that is in no list.

import { clause, NOTE_WORDS, noteOf, PAGE_BYTES, SLOTS_PER_SUPERSLAB, Tier } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { superRegistry } from '../src/index.js';
import { FakeSpace, makeSlab } from './helpers/fakes.js';
import { HEADER, heldBy, makeRegistry, makeRooms, RECORD, Word } from './helpers/setup.js';

const TINY = 3;

test(`${clause('GENERAL-E')} a registry for all threads, which grows and shrinks, and whose state is in its region`, () => {
  const { contract, capabilities } = superRegistry();
  expect(contract).toBe('registry');
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'any',
    grows: true,
    shrinks: true,
    zeroed: false,
    retries: true,
    stateInBuffer: true,
  });
});

describe(clause('GENERAL-D'), () => {
  test('a reuse that finds none writes nothing, not even a line of the log', () => {
    const { registry, ground, log } = makeRegistry(new FakeSpace(256));
    registry.extend(2);
    const before = ground.records.words.slice();
    expect(registry.reuse()).toBe(-1);
    expect(ground.records.words).toEqual(before);
    expect(log).toEqual([]);
  });

  test('a prewarm that memory cuts short frees what it has made, and nothing else', () => {
    const { ground, region, log } = makeRegistry(new FakeSpace(256, { available: 70 }), { prewarm: 5 });
    expect(log).toEqual(['[SS_LRU_PUSH] ss=1', '[SS_LRU_PUSH] ss=0']);
    const header = [...ground.records.words.subarray(region.start, region.start + HEADER)];
    const expected = new Array(HEADER).fill(0);
    Object.assign(expected, { [Word.END]: 2, [Word.CLOCK]: 2, [Word.PEAK]: 2 });
    expect(header).toEqual(expected);
  });

  test('a record below first or from end on is not looked at', () => {
    const { registry, ground, region } = makeRegistry(new FakeSpace(256, { firstPage: 2 * SLOTS_PER_SUPERSLAB }));
    registry.extend(1);
    for (const superSlab of [0, 1, 3]) ground.records.words[region.start + HEADER + RECORD * superSlab] = Tier.FREE;
    expect([0, 1, 2, 3].map((i) => registry.tier(i))).toEqual([Tier.ABSENT, Tier.ABSENT, Tier.HOT, Tier.ABSENT]);
    expect(registry.stats()).toMatchObject({ hot: 1, draining: 0, free: 0 });
    expect(registry.reuse()).toBe(-1);
  });

  test('page 0 is in no list: the rooms leave its note alone, whatever comes and goes', () => {
    const { rooms, ground } = makeRooms(64);
    const note = ground.records.words.subarray(noteOf(0), noteOf(0) + NOTE_WORDS).fill(9);
    const head = makeSlab(ground.records, 10, TINY, 1);
    expect(rooms.spare(TINY)).toBe(0);
    rooms.offer(TINY, head);
    expect(heldBy(rooms)).toEqual([[TINY, head]]);
    expect(rooms.spare(TINY)).toBe(head);
    rooms.retire(TINY, head);
    expect([...note]).toEqual(new Array(NOTE_WORDS).fill(9));
  });
});
