// Proves the recipe: the words that it asks for, the option that it takes and refuses, the collaborator that it wants, and
// what prewarming leaves behind.

import { type AddressSpace, CompositionError, OptionError, standaloneGround, Tier } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { ROOMS_WORDS, superRegistry } from '../src/index.js';
import { FakeSpace } from './helpers/fakes.js';
import { HEADER, makeRegistry, problemsOf, RECORD } from './helpers/setup.js';

describe('recipe', () => {
  test('asks for a header and a record per SuperSlab, a started one included', () => {
    const recipe = superRegistry();
    expect(recipe.box).toBe('super-registry');
    expect(recipe.words(32)).toBe(HEADER + RECORD);
    expect(recipe.words(33)).toBe(HEADER + 2 * RECORD);
    expect(recipe.words(65_536)).toBe(HEADER + 2_048 * RECORD);
    expect(ROOMS_WORDS).toBe(96);
  });

  test('wants commit() of its address space, and release() only of one that shrinks', () => {
    const ground = standaloneGround(64, 100);
    const build = (space: object): unknown => superRegistry().build(ground.scope(25), space as unknown as AddressSpace);
    expect(() => build({ release: () => {} })).toThrow(CompositionError);
    expect(() => build({ release: () => {} })).toThrow(
      'super-registry wants commit() of its address space, and Object does not have it',
    );
    expect(() => build({ commit: () => true, firstPage: 1, pageLimit: 64 })).not.toThrow();
  });
});

describe('prewarm', () => {
  test.each([
    [-1, '-1'],
    [2_049, '2049'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    ['4', '"4"'],
  ])('%o is refused', (value, shown) => {
    const call = (): unknown => superRegistry({ prewarm: value as unknown as number });
    expect(call).toThrow(OptionError);
    expect(call).toThrow(`prewarm is ${shown}; expected an integer from 0 to 2048`);
  });

  test.each([[0], [2_048], [undefined]])('%o is taken', (value) => {
    expect(superRegistry({ prewarm: value }).box).toBe('super-registry');
  });

  test('makes FREE SuperSlabs with memory behind them, the lowest to be reused first', () => {
    const { registry, space } = makeRegistry(new FakeSpace(256), { prewarm: 3 });
    expect(registry.stats()).toMatchObject({ hot: 0, draining: 0, free: 3, created: 3, returned: 0 });
    expect(space.committedPages).toBe(96);
    expect(problemsOf(registry)).toEqual([]);
    expect([registry.reuse(), registry.reuse(), registry.reuse(), registry.reuse()]).toEqual([0, 1, 2, -1]);
  });

  test('makes as many as memory gives', () => {
    const { registry } = makeRegistry(new FakeSpace(256, { available: 70 }), { prewarm: 5 });
    expect(registry.stats().free).toBe(2);
    expect(registry.end).toBe(2);
    expect(problemsOf(registry)).toEqual([]);
  });

  test('stops where the address space ends', () => {
    const { registry } = makeRegistry(new FakeSpace(70, { shrinks: false }), { prewarm: 2_048 });
    expect(registry.stats().free).toBe(3);
    expect(registry.tier(2)).toBe(Tier.FREE);
  });
});
