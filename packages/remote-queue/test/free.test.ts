/** Frees by others: exact, one atomic exchange each, and whom they tell, how often. */

import {
  clause,
  LINE_WORDS,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  PageKind,
  pageWord,
  SlotState,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MID_SINGLE, MID_SMALLEST, MID_SPAN, SMALLEST, sharedControl, TINY_256, TINY_TAIL, World } from './set-up.js';

const OWNER = 1;
const OTHER = 2;

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  expect(world.guarded()).toBe(true);
});

/** Expects the free to be refused, and everything but the word in which the thread notes its page to be as it was. */
function refused(address: number): void {
  const before = [world.words.slice(), world.live.slice()] as const;
  const { start } = world.region(OTHER);
  world.atomics.made.length = 0;
  expect(world.queue(OTHER).free(address)).toBe(false);
  before[0][start] = world.words[start];
  expect(Buffer.compare(world.live, before[1])).toBe(0);
  expect(Buffer.compare(bytesOf(world.words), bytesOf(before[0]))).toBe(0);
  expect(world.atomics.made.map(({ op, cells }) => [op, cells === world.live])).toEqual([['exchange', true]]);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

describe(`${clause('REMOTE-1')} A free`, () => {
  test.each([SMALLEST, TINY_256, TINY_TAIL, MID_SMALLEST, MID_SPAN, MID_SINGLE])(
    'class %i: takes each block of a slab once, the first, the last and those of inner pages, and leaves the rest alone',
    (sizeClass) => {
      const addresses = world.makeSlab(5, sizeClass, OWNER, SPAN_BLOCKS[sizeClass]);
      world.makeSlab(64, sizeClass, OWNER, 1);
      for (const address of addresses) {
        if (!world.queue(OTHER).free(address) || world.isLive(address)) expect.unreachable(`${address}`);
      }
      for (const address of [...addresses.slice(0, 3), ...addresses.slice(-3)]) refused(address);
      expect(world.news()).toEqual({ [OWNER]: { classes: [sizeClass], marks: [5] } });
      expect(world.live.reduce((sum, byte) => sum + byte, 0)).toBe(1);
    },
  );

  test('is refused where no live block starts: a free one, the inside of one, the tail of a slab', () => {
    const [first] = world.makeSlab(7, TINY_TAIL, OWNER, 3);
    refused(world.block(7, TINY_TAIL, 3));
    for (let inside = first + 16; inside < first + 896; inside += 16) refused(inside);
    refused(7 * PAGE_BYTES + 73 * 896);
    refused(8 * PAGE_BYTES - 16);
    expect(world.news()).toEqual({});
  });

  test('is refused in an inner page of a span where no block starts, and taken where one does', () => {
    const addresses = world.makeSlab(10, MID_SPAN, OWNER, SPAN_BLOCKS[MID_SPAN]);
    refused(11 * PAGE_BYTES);
    refused(12 * PAGE_BYTES);
    const inner = addresses.filter((address) => address >>> 16 === 12);
    expect(inner.length).toBeGreaterThan(3);
    expect(world.queue(OTHER).free(inner[0])).toBe(true);
    expect(world.news()).toEqual({ [OWNER]: { classes: [MID_SPAN], marks: [10] } });
  });

  test('is refused in a page that is not in use: unused, empty, reserved, in doubt', () => {
    const { UNUSED, EMPTY, RESERVED, ACTIVE } = SlotState;
    world.makeSlab(20, TINY_256, OWNER, 0);
    for (const state of [UNUSED, EMPTY, RESERVED, ACTIVE]) {
      world.words[20] = pageWord(state, PageKind.NONE, OWNER, TINY_256);
      refused(20 * PAGE_BYTES);
      refused(20 * PAGE_BYTES + 256);
    }
    expect(world.news()).toEqual({});
  });

  test('of a tiny block does not look at the note of its page: each has a slab of its own', () => {
    const [address] = world.makeSlab(9, TINY_256, OWNER, 1);
    world.words[noteOf(9) + NOTE_SPAN] = -3;
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [9] } });
  });

  test('of a block of its own tells the thread itself', () => {
    const [address] = world.makeSlab(9, TINY_256, OTHER, 1);
    expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.news()).toEqual({ [OTHER]: { classes: [TINY_256], marks: [9] } });
  });

  test('of a block that nobody owns tells nobody', () => {
    const addresses = world.makeSlab(9, TINY_256, 0, 2);
    for (const address of addresses) expect(world.queue(OTHER).free(address)).toBe(true);
    expect(world.queue(OTHER).stats()).toEqual({ told: 0, taken: 0 });
    expect(world.news()).toEqual({});
    expect(world.queue(OWNER).isTold(9)).toBe(false);
  });

  test('tells each of several owners of its own slabs', () => {
    const [a] = world.makeSlab(31, TINY_256, 1, 1);
    const [b] = world.makeSlab(32, TINY_TAIL, 3, 1);
    const [c] = world.makeSlab(63, MID_SPAN, 3, 1);
    for (const address of [a, b, c]) expect(world.queue(2).free(address)).toBe(true);
    expect(world.news()).toEqual({
      1: { classes: [TINY_256], marks: [31] },
      3: { classes: [TINY_TAIL, MID_SPAN], marks: [32, 63] },
    });
    for (const thread of [1, 2, 3]) {
      expect([31, 32, 33, 63, 64].filter((head) => world.queue(thread).isTold(head))).toEqual([31, 32, 63]);
    }
  });
});

describe(clause('REMOTE-2'), () => {
  test('one exchange of the live byte; two marks the first time, none until the owner has looked', () => {
    const addresses = world.makeSlab(5, TINY_256, OWNER, 12);
    const costs: string[][] = [];
    for (const [i, address] of addresses.entries()) {
      if (i === 10) expect(world.take(OWNER, TINY_256)).toEqual([5]);
      world.atomics.made.length = 0;
      expect(world.queue(OTHER).free(address)).toBe(true);
      const { made } = world.atomics;
      const exchanges = made.filter(({ op }) => op === 'exchange');
      expect(exchanges.map(({ cells, index }) => [cells === world.live, index])).toEqual([[true, address >>> 4]]);
      expect(made.every(({ op }) => op === 'exchange' || op === 'load' || op === 'or')).toBe(true);
      expect(made.length).toBeLessThanOrEqual(6);
      costs.push(made.map(({ op }) => op).filter((op) => op === 'or'));
    }
    expect(costs.map(({ length }) => length)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]);
    expect(world.queue(OTHER).stats()).toEqual({ told: 2, taken: 0 });
    expect(world.queue(OWNER).stats()).toEqual({ told: 0, taken: 1 });
  });

  test('a second slab of the class is one mark more, as the class has one already', () => {
    const [a] = world.makeSlab(5, TINY_256, OWNER, 1);
    const [b] = world.makeSlab(6, TINY_256, OWNER, 1);
    world.queue(OTHER).free(a);
    world.atomics.made.length = 0;
    world.queue(3).free(b);
    expect(world.atomics.count('or')).toBe(1);
    expect([2, 3].map((thread) => world.queue(thread).stats().told)).toEqual([1, 1]);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [5, 6] } });
  });

  test('the class is marked though the slab was: who marked the slab may have been stopped', () => {
    const [a, b] = world.makeSlab(5, TINY_256, OWNER, 2);
    world.queue(OTHER).free(a);
    world.words.fill(0, world.region(OWNER).start + LINE_WORDS, world.region(OWNER).start + 4 * LINE_WORDS);
    expect(world.classes(OWNER)).toEqual([]);
    world.queue(3).free(b);
    expect(world.take(OWNER, TINY_256)).toEqual([5]);
    expect(world.queue(3).stats().told).toBe(0);
  });
});

test('on shared memory the operations are those of Atomics, and the answers the same', () => {
  world = new World({ control: sharedControl(64, 3), pageLimit: 64 });
  const addresses = world.makeSlab(5, MID_SPAN, OWNER, 4);
  expect(addresses.map((address) => world.queue(OTHER).free(address))).toEqual([true, true, true, true]);
  refused(addresses[0]);
  expect(world.take(OWNER, MID_SPAN)).toEqual([5]);
  expect(world.news()).toEqual({});
});
