/** The recipe: what it asks of its source, the words it needs, and that it stays within them. */

import {
  type BlockCache,
  CLASS_COUNT,
  CompositionError,
  clause,
  MAX_CAP,
  type SizeClass,
  standaloneGround,
} from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { CACHE_WORDS, unifiedCache } from '../src/index.js';
import { CLASSES, MID_SINGLE, MID_SPAN, shapeOf, TINY_1024 } from './classes.js';
import { FakeRemote } from './fake-remote.js';
import { FakeSource } from './fake-source.js';
import { groundFor, setUp } from './set-up.js';

function stackOf(cache: BlockCache, sizeClass: SizeClass): number[] {
  const addresses: number[] = [];
  cache.cached((c, address) => {
    if (c === sizeClass) addresses.push(address);
  });
  return addresses;
}

describe('the recipe', () => {
  const verbs = ['acquire', 'spare', 'offer', 'retire', 'held', 'verify'] as const;

  test.each(verbs)('wants %s() of its slab source, and says so', (verb) => {
    const ground = standaloneGround(8, CACHE_WORDS);
    const scope = ground.scope(CACHE_WORDS);
    class Lame extends FakeSource {}
    Object.defineProperty(Lame.prototype, verb, { value: undefined });
    const build = () => unifiedCache().build(scope, { source: new Lame(ground.records, 1, 1), remote: null });
    expect(build).toThrow(CompositionError);
    expect(build).toThrow(`unified-cache wants ${verb}() of its slab source, and Lame does not have it`);
  });

  test.each(['take', 'nextClass'] as const)('wants %s() of its remote queue, and says so', (verb) => {
    const ground = standaloneGround(8, CACHE_WORDS);
    const scope = ground.scope(CACHE_WORDS);
    class Lame extends FakeRemote {}
    Object.defineProperty(Lame.prototype, verb, { value: undefined });
    const source = new FakeSource(ground.records, 1, 1);
    const build = () => unifiedCache().build(scope, { source, remote: new Lame(ground.records, 1) });
    expect(build).toThrow(CompositionError);
    expect(build).toThrow(`unified-cache wants ${verb}() of its remote queue, and Lame does not have it`);
    expect(scope.region.words.subarray(scope.region.start).every((word) => word === 0)).toBe(true);
  });

  test('has the name of its box and needs the same words for every heap', () => {
    const recipe = unifiedCache();
    expect(recipe.box).toBe('unified-cache');
    expect([1, 64, 65_536].map((pages) => recipe.words(pages))).toEqual([CACHE_WORDS, CACHE_WORDS, CACHE_WORDS]);
  });

  test('a new cache is empty, whole and has counted nothing', () => {
    const { cache, source, problems } = setUp();
    for (let c = 0; c < CLASS_COUNT; c++) expect(cache.prewarm(c, 0)).toBe(0);
    cache.cached(() => expect.unreachable());
    expect(source.calls.acquire).toBe(0);
    expect(problems()).toEqual([]);
    expect(setUp().cache.stats()).toEqual({ refills: 0, refilled: 0, flushes: 0, flushed: 0, drains: 0, retired: 0 });
  });

  test('the classes of these tests are what their names say', () => {
    expect(CLASSES.map(shapeOf)).toEqual([
      '16/1/4096',
      '256/1/256',
      '1024/1/64',
      '896/1/73',
      '1152/1/56',
      '10240/3/19',
      '32768/1/2',
      '262144/4/1',
    ]);
  });
});

describe('a region that is in use', () => {
  test('is looked at by another cache without being written: stacks, counters, equations', () => {
    const on = setUp({ remote: true });
    const addresses = on.take(TINY_1024, 40);
    on.give(TINY_1024, addresses.slice(0, 9));
    on.give(MID_SPAN, on.take(MID_SPAN, 3));
    on.setCap(TINY_1024, 5); // what a stack that is filled anew would begin with
    const before = [on.words.slice(), { ...on.source.calls }, { ...on.remote.calls }] as const;
    const peer = on.peer();
    const cached: number[] = [];
    peer.cached((_, address) => cached.push(address));
    expect(cached).toEqual(CLASSES.flatMap((c) => (c === TINY_1024 || c === MID_SPAN ? stackOf(on.cache, c) : [])));
    expect(cached.length).toBeGreaterThan(9);
    expect(peer.stats()).toEqual(on.cache.stats());
    peer.verify(() => expect.unreachable());
    expect(on.words).toEqual(before[0]);
    expect([on.source.calls, on.remote.calls]).toEqual(before.slice(1));
  });

  test('is found damaged by another cache as by its own', () => {
    const on = setUp();
    const [address] = on.take(TINY_1024, 1);
    on.live[address >>> 4] = 0;
    const messages: string[] = [];
    on.peer().verify(({ message }) => messages.push(message));
    expect(messages).toEqual(on.problems().map(({ message }) => message));
    expect(messages).toHaveLength(1);
  });

  test('a fresh one is filled whether or not the heap is being made', () => {
    const on = setUp({ wrap: (scope) => ({ ...scope, founding: false, fresh: true }) });
    on.give(TINY_1024, on.take(TINY_1024, 3));
    expect(on.problems()).toEqual([]);
    const idle = setUp({ wrap: (scope) => ({ ...scope, founding: true, fresh: false }) });
    expect(
      idle.words.subarray(idle.region.start, idle.region.start + idle.region.length).every((word) => word === 0),
    ).toBe(true);
  });
});

describe(clause('GENERAL-D'), () => {
  test('with every stack full, no word outside of the region is written', () => {
    const { cache, problems } = setUp({ pageLimit: 1_024 });
    for (let c = 0; c < CLASS_COUNT; c++) expect(cache.prewarm(c, MAX_CAP[c])).toBe(MAX_CAP[c]);
    expect(problems()).toEqual([]);
  });

  test('two threads, each with its cache and source on one ground, never meet', () => {
    const ground = groundFor(128);
    const one = setUp({ ground, owner: 1, firstPage: 1 });
    const two = setUp({ ground, owner: 2, firstPage: 64 });
    const live = new Set<number>();
    for (const sizeClass of [TINY_1024, MID_SPAN, MID_SINGLE]) {
      for (const { take, give } of [one, two]) {
        const addresses = take(sizeClass, 12);
        give(sizeClass, addresses.slice(0, 8));
        for (const address of addresses.slice(8)) live.add(address);
      }
    }
    expect(live.size).toBe(24);
    expect([...one.problems(), ...two.problems()]).toEqual([]);
    one.cache.flushAll();
    expect([...one.problems(), ...two.problems()]).toEqual([]);
    expect(one.cached(TINY_1024)).toHaveLength(0);
    expect(two.cached(TINY_1024).length).toBeGreaterThan(0);
  });
});
