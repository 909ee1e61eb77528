/** The recipe: what it asks of its source, the words it needs, and that it stays within them. */

import { CLASS_COUNT, CompositionError, clause, MAX_CAP, standaloneGround } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { CACHE_WORDS, unifiedCache } from '../src/index.js';
import { CLASSES, MID_SINGLE, MID_SPAN, shapeOf, TINY_1024 } from './classes.js';
import { FakeSource } from './fake-source.js';
import { groundFor, setUp } from './set-up.js';

describe('the recipe', () => {
  const verbs = ['acquire', 'spare', 'offer', 'retire', 'held', 'verify'] as const;

  test.each(verbs)('wants %s() of its slab source, and says so', (verb) => {
    const ground = standaloneGround(8, CACHE_WORDS);
    const scope = ground.scope(CACHE_WORDS);
    class Lame extends FakeSource {}
    Object.defineProperty(Lame.prototype, verb, { value: undefined });
    const build = () => unifiedCache().build(scope, new Lame(ground.records, 1, 1));
    expect(build).toThrow(CompositionError);
    expect(build).toThrow(`unified-cache wants ${verb}() of its slab source, and Lame does not have it`);
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
