/** Two threads make SuperSlabs at once, over the real registry and pool: the one that is first makes fewer than the other needs. */

import { type AddressSpace, Ground, groundLiveBytes, groundWords, type SuperRegistry, Tier } from '@hakmem/contracts';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { expect, test } from 'vitest';

const PAGES = 8 * 32;

function heap() {
  const recipe = sharedPool();
  const registryRecipe = superRegistry();
  const length = registryRecipe.words(PAGES) + recipe.words(PAGES);
  const arrays = {
    words: new Int32Array(new SharedArrayBuffer(4 * (groundWords(PAGES) + length))),
    live: new Uint8Array(new SharedArrayBuffer(groundLiveBytes(PAGES))),
  };
  let meanwhile: (() => void) | null = null;
  const space = {
    firstPage: 1,
    pageLimit: PAGES,
    committedPages: PAGES,
    commit(pages: number) {
      const act = meanwhile;
      meanwhile = null;
      act?.();
      return pages <= PAGES;
    },
  } as unknown as AddressSpace;
  const join = (owner: number) => {
    const ground = new Ground(arrays, PAGES, owner === 1);
    const registry: SuperRegistry = registryRecipe.build(ground.scope(registryRecipe.words(PAGES), owner), space);
    return { registry, pool: recipe.build(ground.scope(recipe.words(PAGES), owner), registry) };
  };
  return {
    one: join(1),
    other: join(2),
    meanwhile: (act: () => void) => {
      meanwhile = act;
    },
  };
}

function problems(...boxes: { verify(report: (p: { message: string }) => void): void }[]): string[] {
  const found: string[] = [];
  for (const box of boxes) box.verify(({ message }) => found.push(message));
  return found;
}

test('extendRun, when another thread makes fewer SuperSlabs meanwhile', () => {
  const { one, other, meanwhile } = heap();
  const head = one.pool.acquireRun(31, 1);
  expect(head).toBe(1);
  meanwhile(() => expect(other.registry.extend(1)).toBe(1));
  const grown = one.pool.extendRun(head, 31, 31 + 64);
  expect(problems(one.registry, one.pool)).toEqual([]);
  expect([grown, one.registry.end, one.registry.tier(2)]).toEqual([true, 3, Tier.HOT]);
});

test('acquireRun, when another thread makes fewer SuperSlabs meanwhile', () => {
  const { one, other, meanwhile } = heap();
  meanwhile(() => expect(other.registry.extend(1)).toBe(0));
  expect(one.pool.acquireRun(64, 1)).toBe(1);
  expect(problems(one.registry, one.pool)).toEqual([]);
});

test('acquire, when another thread makes the last SuperSlab meanwhile', () => {
  const { one, other } = heap();
  one.pool.acquireRun(7 * 32 - 1, 1);
  const before = one.registry.extend.bind(one.registry);
  Object.defineProperty(one.registry, 'extend', {
    value: (n: number) => {
      expect(other.pool.acquire(3)).toBe(7 * 32);
      return before(n);
    },
  });
  expect(one.pool.acquire(3)).not.toBe(0);
});
