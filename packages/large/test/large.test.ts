/** Every clause of the contract of large blocks by example, over a pool that throws when it is misused. */

import {
  CompositionError,
  clause,
  NOTE_SPAN,
  noteOf,
  PageKind,
  pageWord,
  type RunPool,
  SlotState,
  standaloneGround,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { LARGE_WORDS, largeBlocks } from '../src/index.js';
import { DOUBT_WORD, OTHER, OWNER, PAGE, RUN_WORD, stand } from './stand.js';

describe(clause('LARGE-1'), () => {
  test.each([
    [0, 1],
    [1, 1],
    [PAGE - 1, 1],
    [PAGE, 1],
    [PAGE + 1, 2],
    [262_145, 5],
    [20 * PAGE, 20],
    [20 * PAGE + 1, 21],
  ])('a block of %i bytes has %i pages of its own', (bytes, pages) => {
    const { large, pool, liveAddresses, problems } = stand();
    const [first, address] = [large.malloc(bytes, 1), large.malloc(bytes, 1)];
    expect(address).toBe(first + pages * PAGE);
    expect(pool.runs.get(address / PAGE)).toBe(pages);
    expect(pool.records.words.slice(address / PAGE, address / PAGE + pages)).toEqual(
      new Int32Array(pages).fill(RUN_WORD),
    );
    expect(liveAddresses()).toEqual([first, address]);
    expect(large.stats()).toEqual({ live: 2, kept: 0, grownInPlace: 0, shrunkInPlace: 0 });
    expect(problems()).toEqual([]);
  });

  test.each([1, 16, 4_096, PAGE, 2 * PAGE, 8 * PAGE, 64 * PAGE])('an alignment of %i', (alignment) => {
    const { large, liveAddresses } = stand(400);
    const addresses = [large.malloc(1, 1), large.malloc(3 * PAGE, alignment), large.malloc(5, alignment)];
    for (const address of addresses.slice(1)) {
      expect(address).toBeGreaterThan(0);
      expect(address % Math.max(alignment, PAGE)).toBe(0);
    }
    expect(liveAddresses()).toEqual([...addresses].sort((a, b) => a - b));
  });

  test('above 2 GiB addresses are plain positive numbers, up to the last page', () => {
    const { large, liveAddresses, problems } = stand(65_536, 32_767);
    const half = large.malloc(PAGE, 1);
    const above = large.malloc(PAGE, 2 ** 31);
    const top = large.malloc(32_767 * PAGE, 1);
    expect([half, above, top]).toEqual([32_767 * PAGE, 2 ** 31, 2 ** 31 + PAGE]);
    expect(large.resize(top, 5 * PAGE)).toBe(true);
    const last = large.malloc(32_762 * PAGE, 1);
    expect(last).toBe(2 ** 31 + 6 * PAGE);
    expect(liveAddresses()).toEqual([half, above, top, last]);
    expect(problems()).toEqual([]);
    for (const address of [half, above, top, last]) expect(large.free(address)).toBe(true);
    expect(liveAddresses()).toEqual([]);
    expect(large.stats().live).toBe(0);
  });

  test('when memory is exhausted the answer is 0 and nothing has changed', () => {
    const { large, unchangedBy, pool } = stand();
    large.malloc(150 * PAGE, 1);
    expect(unchangedBy(() => expect(large.malloc(50 * PAGE, 1)).toBe(0))).toBe(true);
    expect(unchangedBy(() => expect(large.malloc(4_294_967_296, 1)).toBe(0))).toBe(true);
    expect(unchangedBy(() => expect(large.malloc(1, 2 ** 31)).toBe(0))).toBe(true);
    pool.memory = 151;
    expect(unchangedBy(() => expect(large.malloc(1, 1)).toBe(0))).toBe(true);
    pool.memory = 152;
    expect(large.malloc(1, 1)).toBe(151 * PAGE);
  });
});

describe(clause('LARGE-2'), () => {
  test('grows into the pages that follow, the address stays', () => {
    const { large, pool, liveAddresses, problems } = stand();
    const address = large.malloc(5 * PAGE, 1);
    expect(large.resize(address, 9 * PAGE - 1)).toBe(true);
    expect(pool.runs).toEqual(new Map([[address / PAGE, 9]]));
    expect(liveAddresses()).toEqual([address]);
    expect(large.stats()).toEqual({ live: 1, kept: 0, grownInPlace: 1, shrunkInPlace: 0 });
    expect(problems()).toEqual([]);
  });

  test('shrinks always; the pages behind are free at once', () => {
    const { large, pool, problems } = stand();
    const address = large.malloc(9 * PAGE, 1);
    const next = large.malloc(PAGE, 1);
    expect(large.resize(address, 2 * PAGE + 1)).toBe(true);
    expect(pool.runs.get(address / PAGE)).toBe(3);
    expect(large.malloc(6 * PAGE, 1)).toBe(address + 3 * PAGE);
    expect(next).toBe(address + 9 * PAGE);
    expect(large.resize(address, 0)).toBe(true);
    expect(pool.runs.get(address / PAGE)).toBe(1);
    expect(large.stats()).toEqual({ live: 3, kept: 0, grownInPlace: 0, shrunkInPlace: 2 });
    expect(problems()).toEqual([]);
  });

  test('within the pages that it has nothing changes', () => {
    const { large, unchangedBy } = stand();
    const address = large.malloc(5 * PAGE, 1);
    for (const bytes of [4 * PAGE + 1, 4.5 * PAGE, 5 * PAGE])
      expect(unchangedBy(() => expect(large.resize(address, bytes)).toBe(true))).toBe(true);
  });

  test('a page in use behind it, or no memory, refuses it and changes nothing', () => {
    const { large, pool, unchangedBy } = stand();
    const address = large.malloc(5 * PAGE, 1);
    const next = large.malloc(PAGE, 1);
    expect(unchangedBy(() => expect(large.resize(address, 6 * PAGE)).toBe(false))).toBe(true);
    expect(unchangedBy(() => expect(large.resize(next, 200 * PAGE)).toBe(false))).toBe(true);
    pool.memory = 7;
    expect(unchangedBy(() => expect(large.resize(next, 2 * PAGE)).toBe(false))).toBe(true);
    large.free(next);
    expect(large.resize(address, 6 * PAGE)).toBe(true);
  });
});

describe(clause('LARGE-3'), () => {
  test('after free all of its pages serve again, grown ones too', () => {
    const { large, pool, liveAddresses, problems } = stand();
    const address = large.malloc(5 * PAGE, 1);
    large.resize(address, 12 * PAGE);
    expect(large.free(address)).toBe(true);
    expect([pool.runs.size, pool.kept]).toEqual([0, new Map([[address / PAGE, { pages: 12, owner: OWNER }]])]);
    expect(liveAddresses()).toEqual([]);
    expect(large.stats()).toMatchObject({ live: 0, kept: 1 });
    expect(large.malloc(199 * PAGE, 1)).toBe(PAGE);
    expect(problems()).toEqual([]);
  });

  test('a block that is not live is refused, and nothing has changed', () => {
    const { large, unchangedBy } = stand();
    const address = large.malloc(5 * PAGE, 1);
    const gone = large.malloc(3 * PAGE, 1);
    large.malloc(PAGE, 1);
    large.free(gone);
    for (const wrong of [gone, address + PAGE, address + 16, 0, 100 * PAGE])
      expect(unchangedBy(() => expect(large.free(wrong)).toBe(false))).toBe(true);
    expect(large.free(address)).toBe(true);
    expect(unchangedBy(() => expect(large.free(address)).toBe(false))).toBe(true);
    expect(large.stats().live).toBe(1);
  });
});

describe('several threads', () => {
  test('a block is any thread’s to free and to resize; both see the same counts', () => {
    const { large, other, pool, problems } = stand();
    const address = large.malloc(5 * PAGE, 1);
    expect(other.resize(address, 7 * PAGE)).toBe(true);
    expect(large.resize(address, 2 * PAGE)).toBe(true);
    const stats = { live: 1, kept: 0, grownInPlace: 1, shrunkInPlace: 1 };
    expect([large.stats(), other.stats()]).toEqual([stats, stats]);
    expect(other.free(address)).toBe(true);
    expect([large.stats().live, other.stats().live, pool.runs.size]).toEqual([0, 0, 0]);
    expect(problems()).toEqual([]);
  });

  test(`${clause('LARGE-3')} (of two that free the same block one succeeds, and keeps its run)`, () => {
    const { large, other, pool, unchangedBy, problems } = stand();
    const address = large.malloc(5 * PAGE, 1);
    pool.meanwhile = () => expect(other.free(address)).toBe(true);
    expect(large.free(address)).toBe(false);
    expect([pool.runs.size, pool.kept.get(address / PAGE)?.owner]).toEqual([0, OTHER]);
    expect(unchangedBy(() => expect([large.free(address), other.free(address)]).toEqual([false, false]))).toBe(true);
    expect(problems()).toEqual([]);
  });

  test('a free that comes late does not touch what stands there by then', () => {
    const { large, other, pool, liveAddresses, problems } = stand();
    const { words, live } = pool.records;
    const address = large.malloc(5 * PAGE, 1);
    const slab = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, 3);
    pool.meanwhile = () => {
      other.free(address);
      pool.takeBack(address / PAGE);
      words[address / PAGE] = slab;
      live[address / 16] = 1;
    };
    expect(large.free(address)).toBe(false);
    expect([words[address / PAGE], liveAddresses()]).toEqual([slab, [address]]);
    expect(problems()).toEqual([]);
  });

  test(`${clause('LARGE-2')} (the pages behind it are taken by another thread meanwhile)`, () => {
    const { large, other, pool, problems } = stand();
    const address = large.malloc(5 * PAGE, 1);
    pool.meanwhile = () => expect(other.malloc(PAGE, 1)).toBe(address + 5 * PAGE);
    expect(large.resize(address, 6 * PAGE)).toBe(false);
    expect(pool.runs.get(address / PAGE)).toBe(5);
    expect(large.stats()).toEqual({ live: 2, kept: 0, grownInPlace: 0, shrunkInPlace: 0 });
    expect(problems()).toEqual([]);
  });

  test('a block that is not live is neither freed nor resized, and the pool is not asked', () => {
    const { large, pool } = stand();
    const address = large.malloc(5 * PAGE, 1);
    large.free(address);
    pool.meanwhile = () => expect.unreachable('the pool was asked');
    expect([large.free(address), large.resize(address, 9 * PAGE), large.resize(address, PAGE)]).toEqual(
      Array(3).fill(false),
    );
  });
});

describe('stats', () => {
  test('live is looked at, not counted: runs that others make and end are in it', () => {
    const { large, pool } = stand();
    const address = large.malloc(3 * PAGE, 1);
    const head = pool.acquireRun(2, 1);
    expect(large.stats().live).toBe(2);
    pool.releaseRun(head, 0);
    expect(large.stats().live).toBe(1);
    // Put in doubt by a thread that is freeing it: over.
    pool.records.words[address / PAGE] = DOUBT_WORD;
    expect(large.stats().live).toBe(0);
  });

  test('kept runs are looked at, too, of all threads, and none that is in doubt', () => {
    const { large, other, pool } = stand();
    const [mine, theirs, block] = [large.malloc(3 * PAGE, 1), other.malloc(PAGE, 1), large.malloc(PAGE, 1)];
    expect([large.free(mine), other.free(theirs)]).toEqual([true, true]);
    for (const each of [large, other]) expect(each.stats()).toMatchObject({ live: 1, kept: 2 });
    pool.records.words[mine / PAGE] = DOUBT_WORD;
    expect(large.stats()).toMatchObject({ live: 1, kept: 1 });
    expect(block).toBe(5 * PAGE);
  });

  test('counts the first page of the heap and the last, and no page of other boxes, whatever its note says', () => {
    const { large, pool } = stand();
    const { words } = pool.records;
    expect(large.malloc(PAGE, 1)).toBe(PAGE);
    large.malloc(197 * PAGE, 1);
    expect(large.malloc(PAGE, 1)).toBe(199 * PAGE);
    expect(large.stats().live).toBe(3);
    large.free(2 * PAGE);
    words[50] = pageWord(SlotState.ACTIVE, PageKind.MID, OWNER, 40);
    words[noteOf(50) + NOTE_SPAN] = 2;
    words[noteOf(60) + NOTE_SPAN] = 2;
    expect(large.stats().live).toBe(2);
  });

  test('growing and shrinking are counted modulo 2³², as positive numbers', () => {
    const { large, pool } = stand();
    const { words } = pool.records;
    const address = large.malloc(PAGE, 1);
    words.fill(-1, words.length - LARGE_WORDS);
    expect(large.stats()).toEqual({ live: 1, kept: 0, grownInPlace: 2 ** 32 - 1, shrunkInPlace: 2 ** 32 - 1 });
    large.resize(address, 2 * PAGE);
    large.resize(address, PAGE);
    expect(large.stats()).toEqual({ live: 1, kept: 0, grownInPlace: 0, shrunkInPlace: 0 });
  });
});

describe('verify', () => {
  const arrange = () => {
    const real = stand();
    const first = real.large.malloc(3 * PAGE, 1);
    const second = real.large.malloc(2 * PAGE, 1);
    expect(real.problems()).toEqual([]);
    const { words, live } = real.pool.records;
    const messages = (): string => {
      const problems = real.problems();
      for (const { box } of problems) expect(box).toBe('large');
      return problems.map(({ message }) => message).join('\n');
    };
    return { ...real, words, live, first, second, head: first / PAGE, messages };
  };

  test('finds a run whose live byte is gone, and says where', () => {
    const { live, first, messages, problems, head } = arrange();
    live[first / 16] = 0;
    expect(messages()).toBe(`run at page ${head} has no live byte`);
    expect(problems()[0]?.address).toBe(first);
    live[first / 16] = 2;
    expect(messages()).toBe(`run at page ${head} has no live byte`);
  });

  test('finds a kept run that is live, and one whose pages have another word or note', () => {
    const { large, live, words, first, second, head, messages, problems } = arrange();
    large.free(first);
    expect(problems()).toEqual([]);
    live[first / 16] = 1;
    expect(messages()).toBe(`run at page ${head} is kept and live`);
    expect(problems()[0]?.address).toBe(first);
    live[first / 16] = 0;
    for (const wrong of [0, DOUBT_WORD, words[head]]) {
      words[head + 2] = wrong;
      expect(messages()).toBe(`run at page ${head} of 3 pages has another page word at page 2`);
      words[head + 2] = RUN_WORD;
    }
    words[noteOf(head + 1) + NOTE_SPAN] = 1;
    expect(messages()).toBe(`run at page ${head} has a note of its own at page 1`);
    words[noteOf(head + 1) + NOTE_SPAN] = 0;
    live[second / 16] = 0;
    expect(messages()).toBe(`run at page ${second / PAGE} has no live byte`);
  });

  test('finds a page word inside a run that is not the run’s', () => {
    const { words, head, messages } = arrange();
    for (const wrong of [0, DOUBT_WORD, pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0)]) {
      words[head + 1] = wrong;
      expect(messages()).toMatch(`run at page ${head} of 3 pages has another page word at page 1`);
      words[head + 1] = RUN_WORD;
    }
    expect(messages()).toBe('');
  });

  test('finds a note inside a run, and a run whose length is wrong', () => {
    const { words, head, messages } = arrange();
    words[noteOf(head + 2) + NOTE_SPAN] = 1;
    expect(messages()).toBe(`run at page ${head} has a note of its own at page 2`);
    words[noteOf(head + 2) + NOTE_SPAN] = 0;
    for (const [span, wanted] of [
      [0, `run at page ${head} has a length of 0`],
      [-1, `run at page ${head} has a length of -1`],
      [2, `run at page ${head + 2} has a length of 0`],
      [4, `run at page ${head} has a note of its own at page 3`],
      [6, `run at page ${head} of 6 pages has another page word at page 5`],
    ] as const) {
      words[noteOf(head) + NOTE_SPAN] = span;
      expect(messages()).toMatch(wanted);
    }
  });

  test('looks at the first page of the heap and at the last', () => {
    const { large, live, head, messages } = arrange();
    const last = large.malloc(194 * PAGE, 1);
    expect(large.resize(last, PAGE)).toBe(true);
    large.malloc(192 * PAGE, 1);
    const top = large.malloc(PAGE, 1);
    expect([head, top / PAGE]).toEqual([1, 199]);
    live[top / 16] = 0;
    expect(messages()).toBe('run at page 199 has no live byte');
  });

  test('does not mind pages of other boxes', () => {
    const { words, messages } = arrange();
    words[50] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, 3);
    words[51] = pageWord(SlotState.EMPTY, PageKind.NONE, 0, 3);
    words[52] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    expect(messages()).toBe('');
  });
});

describe('the recipe', () => {
  test('a pool that lacks a method is named in the error', () => {
    const scope = standaloneGround(64, LARGE_WORDS).scope(LARGE_WORDS);
    const all = ['acquireRun', 'releaseRun', 'extendRun', 'keepRun', 'reuseRun', 'splitRun', 'joinRuns', 'dropRun'];
    for (const missing of all) {
      const methods = all.filter((name) => name !== missing).map((name) => [name, () => {}]);
      const pool = Object.fromEntries(methods) as unknown as RunPool;
      expect(() => largeBlocks().build(scope, pool)).toThrow(CompositionError);
      expect(() => largeBlocks().build(scope, pool)).toThrow(`large wants ${missing}() of its pool`);
    }
  });
});
