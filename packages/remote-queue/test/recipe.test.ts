/** The recipe: its name, the words it asks for, and that it writes none of them when it builds. */

import { CLASS_COUNT, LINE_WORDS } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { remoteQueue } from '../src/index.js';
import { World } from './set-up.js';

describe('the recipe', () => {
  test('has the name of its box', () => {
    expect(remoteQueue().box).toBe('remote-queue');
  });

  test('wants a line of its own, a word per class and a bit per page, in whole lines', () => {
    const { words } = remoteQueue();
    expect([1, 32, 1_024, 1_025, 65_536].map(words)).toEqual([160, 160, 160, 192, 2_176]);
    for (const pages of [1, 31, 33, 1_000, 65_535]) {
      expect(words(pages) % LINE_WORDS).toBe(0);
      expect(32 * (words(pages) - LINE_WORDS - CLASS_COUNT)).toBeGreaterThanOrEqual(pages);
    }
  });

  test('builds a queue without news that has counted nothing, and writes no word', () => {
    const world = new World({ threads: 2 });
    const before = world.words.slice();
    for (const fresh of [true, false]) world.build(2, fresh);
    expect(world.words).toEqual(before);
    expect(world.news()).toEqual({});
    expect(world.queue(1).stats()).toEqual({ told: 0, taken: 0 });
    const { start, length } = world.region(1);
    expect(world.words.subarray(start, start + length).every((word) => word === 0)).toBe(true);
  });

  test('counts do not turn negative', () => {
    const world = new World();
    const { start } = world.region(2);
    world.words[start + 2] = -1;
    world.words[start + 3] = -2;
    expect(world.queue(2).stats()).toEqual({ told: 2 ** 32 - 1, taken: 2 ** 32 - 2 });
  });
});
