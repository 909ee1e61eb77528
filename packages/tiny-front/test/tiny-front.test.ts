/** The tiny front: its map over every size, what it passes on to its cache, and what it asks of it. */

import { PlainCache } from '@hakmem/conformance';
import {
  BLOCK_BYTES,
  CompositionError,
  classOf,
  clause,
  type Front,
  standaloneGround,
  TINY_MAX_BYTES,
} from '@hakmem/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { tinyFront } from '../src/index.js';

const SIZES = Array.from({ length: TINY_MAX_BYTES + 1 }, (_, bytes) => bytes);

const ground = standaloneGround(4, 0);
let cache: PlainCache;
let front: Front;

beforeEach(() => {
  cache = new PlainCache();
  front = tinyFront().build(ground.scope(0), cache);
});

describe(clause('FRONT-1'), () => {
  test('serves 0 to 1,024 bytes', () => {
    expect(front.maxBytes).toBe(1_024);
  });

  test('the map agrees with that of the contracts over every size', () => {
    expect(SIZES.map((bytes) => front.classOf(bytes))).toEqual(SIZES.map((bytes) => classOf(bytes)));
  });

  test('malloc takes one block of that class and nothing else, for every size', () => {
    for (const bytes of SIZES) {
      const address = front.malloc(bytes);
      const sizeClass = cache.live.get(address)!;
      expect(BLOCK_BYTES[sizeClass]).toBeGreaterThanOrEqual(bytes);
      if (sizeClass > 0) expect(BLOCK_BYTES[sizeClass - 1]).toBeLessThan(bytes);
    }
    expect(cache.calls).toEqual(SIZES.map((bytes) => ['take', classOf(bytes)]));
  });

  test('the answer is 0 when the cache has none, and a block when it has one again', () => {
    cache.exhausted = true;
    expect(front.malloc(64)).toBe(0);
    expect(cache.calls).toEqual([['take', 3]]);
    cache.exhausted = false;
    expect(front.malloc(64)).toBeGreaterThan(0);
  });
});

describe(clause('FRONT-2'), () => {
  test('what the cache says of a block is the answer, and the class and address reach it as they are', () => {
    const address = front.malloc(100);
    cache.calls.length = 0;
    expect(front.free(6, address)).toBe(true);
    expect(front.free(6, address)).toBe(false);
    expect(front.free(31, 4_294_967_280)).toBe(false);
    expect(cache.calls).toEqual([
      ['give', 6, address],
      ['give', 6, address],
      ['give', 31, 4_294_967_280],
    ]);
    expect(cache.live.size).toBe(0);
  });
});

describe(`${clause('GENERAL-B')} ${clause('GENERAL-D')}`, () => {
  test('the front has no words, and writes none: neither the policy nor a live byte', () => {
    const { words, live } = ground.records;
    const before = [words.slice(), live.slice()];
    const scope = ground.scope(0);
    front = tinyFront().build(scope, cache);
    for (const bytes of SIZES) front.free(front.classOf(bytes), front.malloc(bytes));
    expect(words).toEqual(before[0]);
    expect(live).toEqual(before[1]);
    expect(tinyFront().words(65_536)).toBe(0);
  });

  test('a policy change leaves the class of a size and what was handed out alone', () => {
    const own = standaloneGround(4, 0);
    front = tinyFront().build(own.scope(0), cache);
    const address = front.malloc(200);
    own.policy.words.fill(1, own.policy.start, own.policy.start + own.policy.length);
    expect(SIZES.map((bytes) => front.classOf(bytes))).toEqual(SIZES.map((bytes) => classOf(bytes)));
    expect(front.free(classOf(200), address)).toBe(true);
    expect(cache.calls.map(([verb]) => verb)).toEqual(['take', 'give']);
  });
});

describe('the recipe', () => {
  test('has the name of its box', () => {
    expect(tinyFront().box).toBe('tiny-front');
  });

  test.each(['take', 'give'])('wants %s() of its cache, and says so', (verb) => {
    class Lame extends PlainCache {}
    Object.defineProperty(Lame.prototype, verb, { value: undefined });
    const build = (): Front => tinyFront().build(ground.scope(0), new Lame());
    expect(build).toThrow(CompositionError);
    expect(build).toThrow(`tiny-front wants ${verb}() of its cache, and Lame does not have it`);
  });

  test('wants a cache at all', () => {
    const build = (): Front => tinyFront().build(ground.scope(0), null as unknown as PlainCache);
    expect(build).toThrow(CompositionError);
    expect(build).toThrow('tiny-front wants take() of its cache, and null does not have it');
  });

  test('asks for no more than take and give', () => {
    const { live } = cache;
    const bare = { take: () => 4_096, give: () => live.size === 0 } as unknown as PlainCache;
    front = tinyFront().build(ground.scope(0), bare);
    expect([front.malloc(1), front.free(0, 4_096)]).toEqual([4_096, true]);
  });
});
