/**
 * Memory refused at every place where it is asked for, one after the other: the answer is 0, the heap is sound, and the
 * same program runs to its end once there is memory again.
 */

import { clause, type SpaceHandle } from '@hakmem/contracts';
import { describe, expect, it } from 'vitest';
import { type AddressSpace, compose, type Heap, localMemory, sharedMemory } from '../src/index.ts';
import { expectEmpties, expectSound, generator, heapOf, MIB } from './support.ts';

/** An address space that refuses its `refuse`-th growth and all later ones while `refusing`. */
class Stingy implements AddressSpace {
  readonly contract = 'space';
  readonly release?: (pages: number) => void;
  readonly handle?: () => SpaceHandle;
  readonly #space: AddressSpace;
  /** Growths asked for so far. */
  asked = 0;
  refusing = true;
  readonly #refuse: number;

  constructor(space: AddressSpace, refuse: number) {
    this.#space = space;
    this.#refuse = refuse;
    if (space.release) this.release = (pages) => space.release?.(pages);
    if (space.handle) this.handle = space.handle.bind(space);
  }

  get kind(): AddressSpace['kind'] {
    return this.#space.kind;
  }
  get capabilities(): AddressSpace['capabilities'] {
    return this.#space.capabilities;
  }
  get firstPage(): number {
    return this.#space.firstPage;
  }
  get pageLimit(): number {
    return this.#space.pageLimit;
  }
  get committedPages(): number {
    return this.#space.committedPages;
  }
  get buffer(): ArrayBufferLike {
    return this.#space.buffer;
  }
  bytes(): Uint8Array {
    return this.#space.bytes();
  }
  commit(pages: number): boolean {
    this.asked++;
    return !(this.refusing && this.asked >= this.#refuse) && this.#space.commit(pages);
  }
  control(words: number, liveBytes: number): ReturnType<AddressSpace['control']> {
    return this.#space.control(words, liveBytes);
  }
}

/** A program of all calls and sizes; a call that is answered by 0 goes to `exhausted` and is then repeated. */
function program(heap: Heap, exhausted: (call: string) => void): void {
  const random = generator(7);
  const live: number[] = [];
  const get = (call: string, allocate: () => number): void => {
    let address = allocate();
    if (address === 0) {
      exhausted(call);
      address = allocate();
    }
    expect(address, call).not.toBe(0);
    live.push(address);
  };
  for (let i = 0; i < 400; i++) {
    const kind = random(20);
    const size = [random(1_025), random(40_000), random(262_145), random(3 * MIB)][Math.min(3, random(5))] as number;
    if (kind < 8) get('malloc', () => heap.malloc(size));
    else if (kind < 10) get('calloc', () => heap.calloc(1, size));
    else if (kind < 12) get('alignedAlloc', () => heap.alignedAlloc(2 ** random(19), size));
    else if (kind < 14 && live.length > 0) {
      const index = random(live.length);
      const old = live.splice(index, 1)[0] as number;
      const bytes = Math.min(16, heap.usableSize(old));
      heap.u8(old, bytes).fill(i);
      get('realloc', () => {
        const next = heap.realloc(old, size);
        if (next === 0) expect(heap.u8(old, bytes).every((byte) => byte === (i & 255))).toBe(true);
        return next;
      });
    } else if (live.length > 12) heap.free(live.splice(random(live.length), 1)[0] as number);
  }
  for (const address of live) heap.free(address);
}

describe(clause('HEAP-1'), () => {
  for (const [name, make] of [
    ['shared', () => sharedMemory({ maxBytes: 128 * MIB })],
    ['local', () => localMemory({ maxBytes: 128 * MIB })],
  ] as const) {
    it(`${name}: refused at each growth in turn`, { timeout: 120_000 }, () => {
      const plenty = new Stingy(make(), Number.POSITIVE_INFINITY);
      program(compose({ memory: plenty }), () => expect.unreachable('memory was not refused'));
      expect(plenty.asked).toBeGreaterThan(5);
      const refusedIn = new Set<string>();
      for (let refuse = 1; refuse <= plenty.asked; refuse++) {
        const memory = new Stingy(make(), refuse);
        const heap = compose({ memory, prewarmCount: refuse % 2 === 0 ? 16 : 0 });
        program(heap, (call) => {
          refusedIn.add(call);
          expectSound(heap);
          memory.refusing = false;
        });
        expectEmpties(heap);
      }
      expect([...refusedIn].sort()).toEqual(['alignedAlloc', 'calloc', 'malloc', 'realloc']);
    });
  }

  it('a heap filled to the last block of each size is sound, and serves again after one free', () => {
    for (const bytes of [16, 1_024, 5_000, 100_000, 262_144, 500_000]) {
      const heap = heapOf({ maxBytes: 4 * MIB, prewarmCount: 0 });
      const live: number[] = [];
      for (let address = heap.malloc(bytes); address !== 0; address = heap.malloc(bytes)) live.push(address);
      expect(live.length * bytes).toBeGreaterThan(0.75 * 4 * MIB);
      expectSound(heap);
      expect(heap.malloc(bytes)).toBe(0);
      heap.free(live.pop() as number);
      const again = heap.malloc(bytes);
      expect(again).not.toBe(0);
      live.push(again);
      for (const address of live) heap.free(address);
      expectEmpties(heap);
    }
  });

  it('slots that one class left EMPTY serve every other before memory grows', () => {
    for (const bytes of [1_000, 2_000, 7_000]) {
      const heap = heapOf({ maxBytes: 64 * MIB, prewarmCount: 0 });
      const live: number[] = [];
      while (heap.stats().superSlabs.hot < 4) for (let i = 0; i < 1_000; i++) live.push(heap.malloc(64));
      // One block in every fourth page stays, so no SuperSlab is drained or freed.
      const kept = new Set<number>();
      for (const address of live) {
        const page = address >>> 16;
        if (page % 4 === 0 && !kept.has(page)) kept.add(page);
        else heap.free(address);
      }
      heap.collect();
      const { created } = heap.stats().superSlabs;
      const { empty } = heap.stats().bytes;
      expect(empty).toBeGreaterThan(4 * MIB);
      for (let got = 0; got < 0.8 * empty; got += bytes) expect(heap.malloc(bytes)).not.toBe(0);
      expect(heap.stats().superSlabs.created).toBe(created);
      expectEmpties(heap);
    }
  });

  it('one block can have the whole heap', () => {
    for (const memory of ['shared', 'local'] as const) {
      const heap = heapOf({ memory, maxBytes: 64 * MIB, prewarmCount: 0 });
      const address = heap.malloc(64 * MIB - 65_536);
      expect(address).toBe(65_536);
      expect(heap.malloc(1)).toBe(0);
      expectSound(heap);
      heap.free(address);
      expectEmpties(heap);
    }
  });
});
