/**
 * Slabs that change hands while a block of theirs is freed, and threads that stop in the middle: what others do in between
 * happens in a hook right after an atomic operation, and a thread that stops there throws.
 */

import { clause, LINE_WORDS, PAGE_BYTES, PageKind, pageWord, SlotState, SPAN_BLOCKS } from '@hakmem/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MID_SPAN, type Operation, TINY_256, TINY_TAIL, World } from './set-up.js';

const OWNER = 1;
const OTHER = 2;
const THIRD = 3;
const HEAD = 40;

const isExchange = ({ op }: Operation): boolean => op === 'exchange';

class Stopped extends Error {}

let world: World;
let address: number;

beforeEach(() => {
  world = new World();
  [address] = world.makeSlab(HEAD, TINY_256, OWNER, 2);
});

afterEach(() => {
  expect(world.atomics.quiet).toBe(true);
  expect(world.guarded()).toBe(true);
});

/** Stops the free of a block after the first operation for which `when` holds. */
function stop(when: (operation: Operation) => boolean, block = address): void {
  world.atomics.after(when, () => {
    throw new Stopped();
  });
  expect(() => world.queue(OTHER).free(block)).toThrow(Stopped);
  expect(world.isLive(block)).toBe(false);
}

describe('right after the live byte was cleared, the slab', () => {
  test('is abandoned: nobody is told, and who adopts it sees the byte when it counts', () => {
    world.atomics.after(isExchange, () => world.handOver(HEAD, TINY_256, 0));
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({});
    expect(world.queue(OTHER).stats().told).toBe(0);
    expect(world.isLive(address)).toBe(false);
  });

  test('is adopted by a third thread: that one is told, and the one before is not', () => {
    world.atomics.after(isExchange, () => world.handOver(HEAD, TINY_256, THIRD));
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({ [THIRD]: { classes: [TINY_256], marks: [HEAD] } });
    expect(world.take(THIRD, TINY_256)).toEqual([HEAD]);
  });

  test('is adopted by the very thread that frees: it tells itself', () => {
    world.atomics.after(isExchange, () => world.handOver(HEAD, TINY_256, OTHER));
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({ [OTHER]: { classes: [TINY_256], marks: [HEAD] } });
  });

  test('is retired: nobody is told', () => {
    world.atomics.after(isExchange, () => world.retire(HEAD, TINY_256));
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({});
  });

  test.each([
    ['in doubt: its owner lets go of it', pageWord(SlotState.ACTIVE, PageKind.NONE, OWNER, 0)],
    ['empty', pageWord(SlotState.EMPTY, PageKind.NONE, OWNER, TINY_256)],
    ['a large block', pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0)],
  ])('is %s: nobody is told', (_, word) => {
    world.atomics.after(isExchange, () => {
      world.words[HEAD] = word;
    });
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({});
  });

  test('is retired, and its pages are used for others: the mark costs their owner a look, and no more', () => {
    const [, , , , , , , inner] = world.makeSlab(50, MID_SPAN, OWNER, SPAN_BLOCKS[MID_SPAN]);
    expect(inner >>> 16).toBe(51);
    world.atomics.after(isExchange, () => {
      world.retire(50, MID_SPAN);
      world.makeSlab(51, TINY_TAIL, THIRD, 1); // where the block was
    });
    expect(world.queue(OTHER).free(inner)).toBe(true);
    // The slab was found before its page could become another's: page 50, which is nobody's now.
    expect(world.news()).toEqual({});

    const again = world.makeSlab(60, MID_SPAN, OWNER, SPAN_BLOCKS[MID_SPAN]);
    world.atomics.after(isExchange, () => {
      world.retire(60, MID_SPAN);
      world.makeSlab(60, TINY_TAIL, THIRD, 1);
    });
    expect(world.queue(OTHER).free(again[18])).toBe(true);
    expect(world.take(THIRD, TINY_TAIL)).toEqual([60]);
    expect(world.news()).toEqual({});
  });
});

test(`${clause('REMOTE-4')} A slab changes hands after its owner was read: the mark of the former owner is cleared by its next take`, () => {
  world.atomics.after(
    ({ op, index }) => op === 'load' && index === HEAD,
    () => world.handOver(HEAD, TINY_256, THIRD),
  );
  expect(world.queue(OTHER).free(address)).toBe(true);
  expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [HEAD] } });
  expect(world.queue(OWNER).isTold(HEAD)).toBe(false);
  expect(world.take(OWNER, TINY_256)).toEqual([]);
  expect(world.news()).toEqual({});
});

describe('settle', () => {
  test('tells what a thread did not tell that stopped after the exchange', () => {
    stop(isExchange);
    expect(world.news()).toEqual({});
    expect(world.queue(OWNER).isTold(HEAD)).toBe(false);
    world.queue(THIRD).settle(OTHER);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [HEAD] } });
    expect([2, 3].map((thread) => world.queue(thread).stats().told)).toEqual([0, 1]);
    expect(world.take(OWNER, TINY_256)).toEqual([HEAD]);
  });

  test('of a block in an inner page tells of its span', () => {
    const blocks = world.makeSlab(50, MID_SPAN, OWNER, SPAN_BLOCKS[MID_SPAN]);
    stop(isExchange, blocks.at(-1));
    world.queue(OWNER).settle(OTHER);
    expect(world.take(OWNER, MID_SPAN)).toEqual([50]);
    expect(world.news()).toEqual({});
  });

  test('marks the class when the thread stopped between slab and class', () => {
    stop(({ op }) => op === 'or');
    expect(world.news()).toEqual({ [OWNER]: { classes: [], marks: [HEAD] } });
    expect(world.take(OWNER, TINY_256)).toEqual([]);
    world.queue(OWNER).settle(OTHER);
    expect(world.take(OWNER, TINY_256)).toEqual([HEAD]);
  });

  test('tells the last slab, and not those before, whose owners were told by the thread itself', () => {
    const [other] = world.makeSlab(70, TINY_TAIL, THIRD, 1);
    expect(world.queue(OTHER).free(other)).toBe(true);
    expect(world.take(THIRD, TINY_TAIL)).toEqual([70]);
    stop(isExchange);
    world.queue(THIRD).settle(OTHER);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [HEAD] } });
  });

  test('tells whoever has the slab by then: an adopter, or nobody', () => {
    stop(isExchange);
    world.handOver(HEAD, TINY_256, 0);
    world.queue(OWNER).settle(OTHER);
    expect(world.news()).toEqual({});
    world.handOver(HEAD, TINY_256, THIRD);
    world.queue(OWNER).settle(OTHER);
    expect(world.news()).toEqual({ [THIRD]: { classes: [TINY_256], marks: [HEAD] } });
    world.take(THIRD, TINY_256);
    world.retire(HEAD, TINY_256);
    world.queue(OWNER).settle(OTHER);
    expect(world.news()).toEqual({});
  });

  test('of a thread that has freed nothing tells nobody; of one that has told all, costs a look', () => {
    for (const thread of [1, 2, 3]) world.queue(thread).settle(THIRD);
    expect(world.news()).toEqual({});
    world.queue(OTHER).free(address);
    world.take(OWNER, TINY_256);
    for (let i = 0; i < 2; i++) world.queue(OWNER).settle(OTHER);
    expect(world.take(OWNER, TINY_256)).toEqual([HEAD]);
    expect(world.news()).toEqual({});
  });

  test('of a thread whose last free was refused tells nothing that is wrong', () => {
    expect(world.queue(OTHER).free(100 * PAGE_BYTES)).toBe(false);
    world.queue(OWNER).settle(OTHER);
    expect(world.news()).toEqual({});
  });
});

describe('a region that is in use', () => {
  test('is looked at by another object without being written', () => {
    world.queue(OTHER).free(address);
    const before = world.words.slice();
    const peer = world.build(OWNER, false);
    expect([peer.hasNews(TINY_256), peer.hasNews(TINY_TAIL), peer.isTold(HEAD)]).toEqual([true, false, true]);
    expect(world.build(OTHER, false).stats()).toEqual({ told: 1, taken: 0 });
    expect(world.words).toEqual(before);
  });

  test('with bits of its former thread is taken over: they cost a look', () => {
    world.queue(OTHER).free(address);
    world.handOver(HEAD, TINY_256, 0);
    const next = world.build(OWNER, true);
    expect(next.take(TINY_256, () => expect.unreachable())).toBe(0);
    expect(world.news()).toEqual({});
  });

  test('keeps its own words in lines apart from those that others write', () => {
    const { start } = world.region(OWNER);
    const before = world.words.slice();
    world.queue(OTHER).free(address);
    const own = (word: number, i: number): boolean => word === before[start + i];
    expect(world.words.subarray(start, start + LINE_WORDS).every(own)).toBe(true);
    const written = world.words.slice();
    world.queue(OWNER).nextClass();
    expect(world.words.subarray(start + LINE_WORDS, start + world.region(OWNER).length)).toEqual(
      written.subarray(start + LINE_WORDS, start + world.region(OWNER).length),
    );
  });
});
