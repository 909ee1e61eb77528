/** Composing: boxes left out, boxes of one's own, parts that do not fit, and what each composition then does. */

import type { PageIndex, RecipeOf, SizeClass, WarmPool } from '@hakmem/contracts';
import { writeDefaultPolicy } from '@hakmem/contracts';
import { warmPool } from '@hakmem/warm-pool';
import { describe, expect, it } from 'vitest';
import { ContractViolation, compose, localMemory, sharedMemory } from '../src/index.ts';
import { expectEmpties, expectSound, generator, heapOf, MIB } from './support.ts';

const memory = (): ReturnType<typeof sharedMemory> => sharedMemory({ maxBytes: 16 * MIB });

describe('boxes left out', () => {
  it('no warm pool: refills ask the registry, stats say so', () => {
    const heap = compose({ memory: memory(), warm: null });
    expect(heap.malloc(100)).not.toBe(0);
    expect(heap.stats().warmPool).toBeNull();
    expectEmpties(heap);
  });

  it('no tiny front: pool-tls serves small sizes from its smallest class', () => {
    const heap = compose({ memory: memory(), front: null });
    expect(heap.usableSize(heap.malloc(1))).toBe(1_152);
    expect(heap.alignedAlloc(64, 10) % 64).toBe(0);
    expectEmpties(heap);
  });

  it('no mid front: large serves sizes above 1 KiB in whole pages', () => {
    const heap = compose({ memory: memory(), mid: null });
    expect(heap.usableSize(heap.malloc(1_024))).toBe(1_024);
    expect(heap.usableSize(heap.malloc(1_025))).toBe(65_536);
    expectEmpties(heap);
  });

  it('no large box: memory for large blocks is exhausted', () => {
    const heap = compose({ memory: memory(), large: null });
    expect(heap.malloc(262_144)).not.toBe(0);
    expect(heap.malloc(262_145)).toBe(0);
    expect(heap.alignedAlloc(131_072, 16)).toBe(0);
    expectEmpties(heap);
  });
});

describe('boxes of one’s own', () => {
  it('a link that counts, put around the warm pool', () => {
    const counts = { acquire: 0, offer: 0, retire: 0 };
    const count = (verb: keyof typeof counts, sizeClass: SizeClass): SizeClass => {
      counts[verb]++;
      return sizeClass;
    };
    const counting: RecipeOf<'warm'> = {
      ...warmPool(),
      box: 'counting-warm-pool',
      build(scope, parent) {
        const inner = warmPool().build(scope, parent);
        return {
          acquire: (c: SizeClass) => inner.acquire(count('acquire', c)),
          spare: (c: SizeClass) => inner.spare(c),
          offer: (c: SizeClass, head: PageIndex) => inner.offer(count('offer', c), head),
          retire: (c: SizeClass, head: PageIndex) => inner.retire(count('retire', c), head),
          held: (visit: (c: SizeClass, head: PageIndex) => void) => inner.held(visit),
          verify: (report: Parameters<WarmPool['verify']>[0]) => inner.verify(report),
          stats: () => inner.stats(),
        };
      },
    };
    const heap = compose({ memory: memory(), warm: counting });
    heap.malloc(64);
    expectEmpties(heap);
    expect(counts).toEqual({ acquire: 1, offer: 1, retire: 1 });
  });

  it('a policy of one’s own', () => {
    const heap = compose({ memory: memory(), policy: ({ words, start }) => words.fill(1, start, start + 4) });
    const live = Array.from({ length: 3_000 }, () => heap.malloc(500));
    expectSound(heap);
    for (const address of live) heap.free(address);
    expectEmpties(heap);
    expect(writeDefaultPolicy).toBeTypeOf('function');
  });
});

describe('random_mixed, counted', () => {
  /** 16 … 1,040 bytes; a step frees the block of a random slot or allocates into it. */
  function randomMixed(heap: ReturnType<typeof heapOf>, steps: number, slots: number, seed: number): void {
    const randomSlot = generator(seed);
    const randomBytes = generator(seed * 7_919);
    const held = new Uint32Array(slots);
    for (let i = 0; i < steps; i++) {
      const slot = randomSlot(slots);
      const bytes = 16 + randomBytes(1_025);
      const address = held[slot] as number;
      if (address !== 0) heap.free(address);
      held[slot] = address !== 0 ? 0 : heap.malloc(bytes);
    }
  }

  for (const slots of [256, 4_096]) {
    it(`the warm pool serves more than 90 % of the refills, ${slots} slots`, () => {
      for (const seed of [1, 22, 333]) {
        const heap = heapOf({ maxBytes: 64 * MIB });
        const before = heap.stats().warmPool;
        randomMixed(heap, 1_000_000, slots, seed);
        const after = heap.stats().warmPool;
        const hits = (after?.hits ?? 0) - (before?.hits ?? 0);
        const misses = (after?.misses ?? 0) - (before?.misses ?? 0);
        expect(hits + misses).toBeGreaterThan(5);
        expect(hits / (hits + misses)).toBeGreaterThan(0.9);
        expectSound(heap);
      }
    });
  }

  it('sharing slots takes at least 90 % fewer SuperSlabs than one class each', () => {
    const peak = (slotSharing: boolean): number => {
      const heap = heapOf({ maxBytes: 256 * MIB, slotSharing, prewarmCount: 0 });
      randomMixed(heap, 200_000, 4_096, 1);
      expectSound(heap);
      return heap.stats().superSlabs.peak;
    };
    expect(peak(true)).toBeLessThanOrEqual(0.1 * peak(false));
  });
});

describe('memory given back', () => {
  it('a local heap shrinks when its top SuperSlabs are free', () => {
    const heap = compose({ memory: localMemory({ maxBytes: 256 * MIB }) });
    const live = Array.from({ length: 100_000 }, () => heap.malloc(1_000));
    expect(heap.buffer.byteLength).toBeGreaterThan(100_000_000);
    for (const address of live) heap.free(address);
    expect(heap.collect({ force: true })).toBeGreaterThan(0);
    expect(heap.buffer.byteLength).toBe(0);
    expect(heap.malloc(1_000)).not.toBe(0);
    expectEmpties(heap);
  });

  it('what is retained stays, and a shared heap returns nothing', () => {
    const heap = heapOf({ memory: 'local', maxBytes: 256 * MIB, retainSuperSlabs: 3, prewarmCount: 0 });
    heap.free(heap.malloc(64 * MIB));
    expect(heap.stats().superSlabs).toMatchObject({ free: 3, hot: 0 });
    const shared = heapOf({ prewarmCount: 0 });
    shared.free(shared.malloc(8 * MIB));
    expect(shared.collect({ force: true })).toBe(0);
  });
});

describe('checked', () => {
  const most = [200, 2_000, 40_000, 300_000];
  /** A thousand random operations, and what is counted then. */
  const counted = (checked: boolean): unknown => {
    const heap = compose({ memory: sharedMemory({ maxBytes: 4 * MIB }), maxThreads: 1, checked });
    const random = generator(20_261);
    const held: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      if (random(2) === 0) held.push(heap.malloc(random(most[random(4)])));
      else if (held.length > 0) heap.free(held.splice(random(held.length), 1)[0]);
    }
    return heap.stats();
  };
  it('checks change nothing that is counted', () => {
    expect(counted(true)).toEqual(counted(false));
  });

  it('a box that breaks a clause is named, with the clause, the call and the values', () => {
    const forgetful: RecipeOf<'warm'> = {
      ...warmPool(),
      box: 'forgetful',
      build(scope, parent) {
        const warm = warmPool().build(scope, parent);
        return {
          acquire: (c) => warm.acquire(c),
          spare: (c) => warm.spare(c),
          offer: () => {},
          retire: (c, head) => warm.retire(c, head),
          held: (visit) => warm.held(visit),
          stats: () => warm.stats(),
          verify: (report) => warm.verify(report),
        };
      },
    };
    const heap = compose({ memory: sharedMemory({ maxBytes: 4 * MIB }), warm: forgetful, checked: true });
    const error = errorOf(() => heap.malloc(100));
    expect(error).toBeInstanceOf(ContractViolation);
    expect(error).toMatchObject({ box: 'forgetful', clause: 'SOURCE-6', values: { held: 0 } });
    expect((error as ContractViolation).call).toMatch(/^offer\(6, \d+\)$/);
  });
});

function errorOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
