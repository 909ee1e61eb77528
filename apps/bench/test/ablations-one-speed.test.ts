/**
 * The one-speed cache alone, over a real registry, pool and rooms and a checked chain: the clauses of a cache that hold
 * without stacks, against a model that knows which blocks are live; and two threads' heaps with it.
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  CheckedSource,
  clause,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  POLICY_DRAIN_INTERVAL,
  type SizeClass,
  SPAN_BLOCKS,
  SPAN_PAGES,
  standaloneGround,
} from '@hakmem/contracts';
import { localMemory, sharedMemory } from '@hakmem/memory';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { ROOMS_WORDS, superRegistry } from '@hakmem/super-registry';
import { attachHeap, compose } from 'hakmem';
import { describe, expect, it } from 'vitest';
import { oneSpeedCache } from '../src/boxes/one-speed-cache.js';
import { pick, xorshift32 } from '../src/random.js';

const MIB = 2 ** 20;
const SEED = 20_261_120;
const TINY: SizeClass = 31;
/** 10,240 bytes in spans of 3 pages; 256 KiB, one block to a span. */
const [MID, SINGLE]: readonly [SizeClass, SizeClass] = [57, 95];
const CLASSES: readonly SizeClass[] = [0, 15, 29, TINY, 32, MID, 71, SINGLE];

function stand(maxBytes = 16 * MIB) {
  const space = localMemory({ maxBytes });
  const recipes = { registry: superRegistry(), pool: sharedPool(), cache: oneSpeedCache() };
  const { registry, pool, cache } = recipes;
  const words = [registry, pool, cache].map((recipe) => recipe.words(space.pageLimit));
  const ground = standaloneGround(
    space.pageLimit,
    words.reduce((sum, each) => sum + each, ROOMS_WORDS),
  );
  const superSlabs = registry.build(ground.scope(words[0]), space);
  const slots = pool.build(ground.scope(words[1]), superSlabs);
  const source = new CheckedSource(ground.records, superSlabs.rooms(ground.cut(ROOMS_WORDS), slots));
  const own = cache.build(ground.scope(words[2]), { source, remote: null });
  const problems = (): string[] => {
    const found: string[] = [];
    own.verify(({ message }) => found.push(message));
    superSlabs.verify(({ message }) => found.push(message));
    slots.verify(({ message }) => found.push(message));
    return found;
  };
  const held = (): number => {
    let slabs = 0;
    source.held(() => slabs++);
    return slabs;
  };
  return { ...ground.records, policy: ground.policy, cache: own, slots, held, problems };
}

function taken(cache: BlockCache, sizeClass: SizeClass, count: number): Address[] {
  return Array.from({ length: count }, () => {
    const address = cache.take(sizeClass);
    if (address === 0) throw new Error(`no block of class ${sizeClass}`);
    return address;
  });
}

function givenAll(cache: BlockCache, sizeClass: SizeClass, addresses: readonly Address[]): void {
  for (const address of addresses) if (!cache.give(sizeClass, address)) throw new Error(`${address} is not live`);
}

describe('the one-speed cache', () => {
  it.each(CLASSES)(`class %i: ${clause('CACHE-1')}`, (sizeClass) => {
    const { cache, live, problems } = stand();
    const blocks = 2 * SPAN_BLOCKS[sizeClass];
    const addresses = taken(cache, sizeClass, blocks);
    expect(new Set(addresses).size).toBe(blocks);
    expect(addresses.every((address) => live[address >>> 4] === 1)).toBe(true);
    for (const address of addresses) {
      const span = SPAN_PAGES[sizeClass] * PAGE_BYTES;
      const offset = [0, 1].map((slab) => address - addresses[slab * SPAN_BLOCKS[sizeClass]]);
      const slab = offset[1] < 0 || offset[1] >= span ? 0 : 1;
      expect(offset[slab] % BLOCK_BYTES[sizeClass]).toBe(0);
    }
    expect(problems()).toEqual([]);
  });

  it.each(CLASSES)(`class %i: ${clause('CACHE-2')}`, (sizeClass) => {
    const { cache, live, words, problems } = stand();
    const [dead] = taken(cache, sizeClass, 2);
    givenAll(cache, sizeClass, [dead]);
    const before = [words.slice(), live.slice()];
    for (const address of [dead, 100 * PAGE_BYTES]) expect(cache.give(sizeClass, address)).toBe(false);
    expect(Buffer.compare(live, before[1] as Uint8Array)).toBe(0);
    expect(words.every((word, i) => word === before[0][i])).toBe(true);
    expect(problems()).toEqual([]);
  });

  it('takes the lowest block with room from the slab at hand, and caches none', () => {
    const { cache } = stand();
    const addresses = taken(cache, TINY, 10);
    givenAll(cache, TINY, [addresses[7], addresses[2]]);
    expect(taken(cache, TINY, 3)).toEqual([addresses[2], addresses[7], addresses[9] + 1_024]);
    let cached = 0;
    cache.cached(() => cached++);
    expect([cached, cache.prewarm(TINY, 16)]).toEqual([0, 0]);
  });

  it('retires a slab that is all room unless it is the only one of its class; the drain retires that one, too', () => {
    const { cache, slots, held } = stand();
    const addresses = taken(cache, TINY, 3 * SPAN_BLOCKS[TINY]);
    expect(held()).toBe(0);
    givenAll(cache, TINY, addresses);
    expect([held(), slots.stats().released, cache.stats().retired]).toEqual([1, 2, 2]);
    cache.drain(TINY);
    expect([held(), slots.stats().released, cache.stats()]).toEqual([0, 3, expect.objectContaining({ drains: 1 })]);
  });

  it('a slab that was kept and is in use again makes place for another', () => {
    const { cache, slots, held } = stand();
    const addresses = taken(cache, TINY, 2 * SPAN_BLOCKS[TINY]);
    givenAll(cache, TINY, addresses.slice(0, SPAN_BLOCKS[TINY]));
    taken(cache, TINY, 1);
    givenAll(cache, TINY, addresses.slice(SPAN_BLOCKS[TINY]));
    expect([held(), slots.stats().released]).toEqual([2, 0]);
  });

  it('a block that comes and goes takes no new slab', () => {
    const { cache, slots } = stand();
    for (let i = 0; i < 100; i++) givenAll(cache, TINY, taken(cache, TINY, 1));
    expect(slots.stats()).toMatchObject({ fresh: 1, unused: 0, reuse: 0, released: 0 });
  });

  it(clause('CACHE-6'), () => {
    const { cache, policy, held } = stand();
    policy.words[policy.start + POLICY_DRAIN_INTERVAL] = 50;
    for (let i = 0; i < 49; i++) givenAll(cache, TINY, taken(cache, TINY, 1));
    expect([held(), cache.stats().drains]).toEqual([1, 0]);
    givenAll(cache, TINY, taken(cache, TINY, 1));
    expect([held(), cache.stats().drains]).toEqual([0, 1]);
  });

  it('when memory is refused, slabs in which nothing is live serve other classes, and then the answer is 0', () => {
    const { cache, problems } = stand(4 * MIB);
    const fill = (sizeClass: SizeClass): Address[] => {
      const addresses: Address[] = [];
      for (let next = cache.take(sizeClass); next !== 0; next = cache.take(sizeClass)) addresses.push(next);
      return addresses;
    };
    const first = fill(SINGLE);
    expect(first.length).toBeGreaterThan(10);
    expect(cache.take(SINGLE)).toBe(0);
    const rest = fill(TINY);
    givenAll(cache, SINGLE, first.slice(0, 1));
    // All room, and the only one of its class: kept until memory is refused.
    expect(taken(cache, TINY, 4 * SPAN_BLOCKS[TINY])).toHaveLength(4 * SPAN_BLOCKS[TINY]);
    expect(cache.take(TINY)).toBe(0);
    givenAll(cache, TINY, rest);
    expect(problems()).toEqual([]);
  });

  it('verify finds room that is wrong and a live byte that was lost', () => {
    const { cache, live, words, problems } = stand();
    const [address] = taken(cache, MID, 2);
    const room = noteOf(address >>> 16) + NOTE_ROOM;
    words[room]--;
    expect(problems()).toEqual([expect.stringContaining('2 live + 16 room ≠ 19 blocks')]);
    words[room] += 2;
    expect(problems()).toEqual([expect.stringContaining('2 live + 18 room ≠ 19 blocks')]);
    words[room]--;
    live[address >>> 4] = 0;
    expect(problems()).toEqual([expect.stringContaining('1 live + 17 room ≠ 19 blocks')]);
  });

  it(`against a model: ${clause('CACHE-4')}`, () => {
    const { cache, live, policy, problems } = stand(32 * MIB);
    policy.words[policy.start + POLICY_DRAIN_INTERVAL] = 200;
    const blocks = new Map<SizeClass, Address[]>(CLASSES.map((c) => [c, []]));
    let draw = SEED;
    const random = (n: number): number => {
      draw = xorshift32(draw);
      return pick(draw, n);
    };
    for (let step = 0; step < 600; step++) {
      const sizeClass = CLASSES[random(CLASSES.length)];
      const own = blocks.get(sizeClass)!;
      const what = random(8);
      if (what < 4) own.push(...taken(cache, sizeClass, random(Math.min(40, MIB / BLOCK_BYTES[sizeClass]))));
      else if (what < 7) {
        for (let left = random(60); left > 0 && own.length > 0; left--) {
          const [address] = own.splice(random(own.length), 1);
          givenAll(cache, sizeClass, [address]);
          if (random(20) === 0) expect(cache.give(sizeClass, address)).toBe(false);
        }
      } else if (random(2) === 0) cache.drain(sizeClass);
      else cache.retireIdle();
      if (step % 6 > 0) continue;
      const all = [...blocks.values()].flat();
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((address) => live[address >>> 4] === 1)).toBe(true);
      expect(live.reduce((sum, byte) => sum + byte, 0)).toBe(all.length);
      expect(problems()).toEqual([]);
    }
    for (const [c, own] of blocks) givenAll(cache, c, own);
    cache.retireIdle();
    expect(problems()).toEqual([]);
  });
});

describe('two threads with one-speed caches', () => {
  const cache = oneSpeedCache();

  it(`${clause('CACHE-8')} ${clause('CACHE-9')}`, () => {
    const one = compose({ memory: sharedMemory({ maxBytes: 8 * MIB }), cache });
    const two = attachHeap(one.handle, { cache });
    const others = [16, 100, 300, 700, 2_000].map((bytes) => one.malloc(bytes));
    const addresses: number[] = [];
    for (let next = one.malloc(1_000); next !== 0; next = one.malloc(1_000)) addresses.push(next);
    for (const address of addresses.slice(0, 100)) two.free(address);
    expect(one.verify().problems).toEqual([]);
    const again = Array.from({ length: 100 }, () => one.malloc(1_000));
    expect(new Set(again)).toEqual(new Set(addresses.slice(0, 100)));
    expect(one.malloc(1_000)).toBe(0);
    // News of several classes, of which the next one in turn alone frees too little.
    for (const address of [...others, ...addresses]) two.free(address);
    expect(one.malloc(200_000)).not.toBe(0);
    expect(one.verify().problems).toEqual([]);
    expect(one.stats().blocks.live).toBe(1);
    two.detach();
    one.destroy();
  });

  it('of the slabs that another thread has emptied one is kept', () => {
    const one = compose({ memory: sharedMemory({ maxBytes: 8 * MIB }), cache });
    const two = attachHeap(one.handle, { cache });
    const addresses = Array.from({ length: 10 * SPAN_BLOCKS[TINY] }, () => one.malloc(1_000));
    for (const address of addresses) two.free(address);
    expect(one.stats().cache.retired).toBe(0);
    expect(one.malloc(1_000)).not.toBe(0);
    expect(one.stats().cache.retired).toBe(9);
    expect(one.verify().problems).toEqual([]);
    one.destroy();
  });

  it('each frees what the other made, and every equation holds at every step', () => {
    const one = compose({ memory: sharedMemory({ maxBytes: 64 * MIB }), cache });
    const heaps = [one, attachHeap(one.handle, { cache })];
    const held: number[] = [];
    let draw = SEED;
    const random = (n: number): number => {
      draw = xorshift32(draw);
      return pick(draw, n);
    };
    for (let step = 0; step < 200; step++) {
      const heap = heaps[random(2)];
      if (random(5) < 3) for (let i = random(60); i > 0; i--) held.push(heap.malloc(16 + random(5_000)));
      else for (let i = random(90); i > 0 && held.length > 0; i--) heap.free(held.splice(random(held.length), 1)[0]);
      expect(one.verify().problems).toEqual([]);
      expect(one.stats().blocks.live).toBe(held.length);
    }
    expect(new Set(held).size).toBe(held.length);
    expect(held.length).toBeGreaterThan(100);
    one.destroy();
  });
});
