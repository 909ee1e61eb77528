/** The front of mid sizes: its map over every size, its option, what it passes on to its cache, and what it asks of it. */

import { PlainCache } from '@hakmem/conformance';
import {
  BLOCK_BYTES,
  CLASS_COUNT,
  CompositionError,
  classOf,
  clause,
  type Front,
  type Ground,
  MAX_CAP,
  MID_MAX_BYTES,
  OptionError,
  policyBatch,
  SPAN_BLOCKS,
  standaloneGround,
  TINY_CLASS_COUNT,
  TINY_MAX_BYTES,
} from '@hakmem/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { poolTls } from '../src/index.js';

let ground: Ground;
let cache: PlainCache;
let front: Front;

const policy = (): number[] => [...ground.policy.words.subarray(ground.policy.start)];

beforeEach(() => {
  ground = standaloneGround(4, 0);
  cache = new PlainCache();
  front = poolTls().build(ground.scope(0), cache);
});

describe(clause('FRONT-1'), () => {
  test('serves up to 256 KiB', () => {
    expect(front.maxBytes).toBe(262_144);
  });

  test('the map agrees with that of the contracts over every size above 1,024; below, it is the smallest mid class', () => {
    const wrong: number[] = [];
    for (let bytes = 0; bytes <= MID_MAX_BYTES; bytes++) {
      const expected = bytes <= TINY_MAX_BYTES ? TINY_CLASS_COUNT : classOf(bytes);
      if (front.classOf(bytes) !== expected) wrong.push(bytes);
    }
    expect(wrong).toEqual([]);
  });

  test('malloc takes one block of that class and nothing else: at both ends of every class, and at 0', () => {
    expect(BLOCK_BYTES[cache.live.get(front.malloc(0))!]).toBe(1_152);
    cache.calls.length = 0;
    for (let c = TINY_CLASS_COUNT; c < CLASS_COUNT; c++) {
      for (const bytes of [BLOCK_BYTES[c - 1] + 1, BLOCK_BYTES[c]]) expect(cache.live.get(front.malloc(bytes))).toBe(c);
    }
    expect(cache.calls.map(([verb]) => verb)).toEqual(Array.from({ length: 128 }, () => 'take'));
  });

  test('the answer is 0 when the cache has none, and a block when it has one again', () => {
    cache.exhausted = true;
    expect(front.malloc(8_192)).toBe(0);
    expect(cache.calls).toEqual([['take', 55]]);
    cache.exhausted = false;
    expect(front.malloc(8_192)).toBeGreaterThan(0);
  });
});

describe(clause('FRONT-2'), () => {
  test('what the cache says of a block is the answer, and the class and address reach it as they are', () => {
    const address = front.malloc(8_192);
    cache.calls.length = 0;
    expect(front.free(55, address)).toBe(true);
    expect(front.free(55, address)).toBe(false);
    expect(front.free(95, 4_294_705_152)).toBe(false);
    expect(cache.calls).toEqual([
      ['give', 55, address],
      ['give', 55, address],
      ['give', 95, 4_294_705_152],
    ]);
    expect(cache.live.size).toBe(0);
  });
});

describe('refillSpans', () => {
  test.each([1, 2, 3, 4])(
    '%i: so many spans are written as the batch of every mid class, at most half of its cap or a block each',
    (n) => {
      const untouched = standaloneGround(4, 0).policy;
      const expected = [...untouched.words.subarray(untouched.start)];
      for (let c = TINY_CLASS_COUNT; c < CLASS_COUNT; c++) {
        const most = Math.max(Math.floor(MAX_CAP[c] / 2), n);
        expected[policyBatch(c)] = Math.min(n * SPAN_BLOCKS[c], most, MAX_CAP[c]);
      }
      poolTls({ refillSpans: n }).build(ground.scope(0), cache);
      expect(policy()).toEqual(expected);
      expect(cache.calls).toEqual([]);
    },
  );

  test('each of its values makes a difference', () => {
    const batches = [1, 2, 3, 4].map((n) => {
      const on = standaloneGround(4, 0);
      poolTls({ refillSpans: n }).build(on.scope(0), cache);
      return [...on.policy.words.subarray(on.policy.start)].join();
    });
    expect(new Set(batches).size).toBe(4);
  });

  test('leaves the policy table as it is when it is not given; the default there is 2', () => {
    const two = standaloneGround(4, 0);
    const defaults = [...two.policy.words.subarray(two.policy.start)];
    poolTls({ refillSpans: 2 }).build(two.scope(0), cache);
    expect([...two.policy.words.subarray(two.policy.start)]).toEqual(defaults);
    for (const recipe of [poolTls(), poolTls({}), poolTls({ refillSpans: undefined })]) {
      const on = standaloneGround(4, 0);
      on.policy.words.fill(7, on.policy.start);
      recipe.build(on.scope(0), cache);
      expect(on.policy.words.subarray(on.policy.start).every((word) => word === 7)).toBe(true);
    }
  });

  test('is written by the thread that makes the heap alone: one that attaches leaves the table as it finds it', () => {
    const before = policy();
    const scope = ground.scopeOf(ground.cut(0), { owner: 2, founding: false, fresh: true });
    front = poolTls({ refillSpans: 4 }).build(scope, cache);
    expect(policy()).toEqual(before);
    expect(front.free(front.classOf(8_192), front.malloc(8_192))).toBe(true);
    poolTls({ refillSpans: 4 }).build({ ...scope, founding: true }, cache);
    expect(policy()).not.toEqual(before);
  });

  test.each([0, 5, -1, 1.5, Number.NaN, Infinity, '2', {}, true, null])(
    '%s is refused before anything is built',
    (value) => {
      let error: unknown;
      try {
        poolTls({ refillSpans: value as unknown as number });
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(OptionError);
      expect(error).toMatchObject({ code: 'HAKMEM_OPTION', argument: 'refillSpans', value });
      expect((error as Error).message).toMatch(/^refillSpans is .+; expected an integer from 1 to 4$/);
    },
  );
});

describe(`${clause('GENERAL-B')} ${clause('GENERAL-D')}`, () => {
  test('once built, the front neither reads nor writes the policy: a later change of a batch stands', () => {
    const address = front.malloc(2_000);
    const { words, start, length } = ground.policy;
    words.fill(1, start, start + length);
    const control = words.slice();
    expect(front.free(front.classOf(2_000), address)).toBe(true);
    for (let c = TINY_CLASS_COUNT; c < CLASS_COUNT; c++) front.free(c, front.malloc(BLOCK_BYTES[c]));
    expect(words).toEqual(control);
    expect(ground.records.live.every((byte) => byte === 0)).toBe(true);
    expect(cache.calls.every(([verb]) => verb === 'take' || verb === 'give')).toBe(true);
  });
});

describe('the recipe', () => {
  test('has the name of its box and needs no words', () => {
    expect(poolTls().box).toBe('pool-tls');
    expect(poolTls().words(65_536)).toBe(0);
  });

  test.each(['take', 'give'])('wants %s() of its cache, says so, and leaves the policy as it was', (verb) => {
    class Lame extends PlainCache {}
    Object.defineProperty(Lame.prototype, verb, { value: undefined });
    const before = policy();
    const build = (): Front => poolTls({ refillSpans: 4 }).build(ground.scope(0), new Lame());
    expect(build).toThrow(CompositionError);
    expect(build).toThrow(`pool-tls wants ${verb}() of its cache, and Lame does not have it`);
    expect(policy()).toEqual(before);
  });

  test('wants a cache at all', () => {
    const build = (): Front => poolTls().build(ground.scope(0), undefined as unknown as PlainCache);
    expect(build).toThrow(CompositionError);
    expect(build).toThrow('pool-tls wants take() of its cache, and undefined does not have it');
  });
});
