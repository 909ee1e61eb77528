/** The rest of the surface: calloc, realloc, alignment, views, arrays, walk, addresses beyond 2 GiB, damage that verify finds. */

import { type ControlArrays, clause, headOf, NOTE_ROOM, noteOf } from '@hakmem/contracts';
import { describe, expect, it } from 'vitest';
import { type AddressSpace, compose, type Heap, localMemory, sharedMemory, wasmMemory } from '../src/index.ts';
import { expectEmpties, expectSound, generator, heapOf, MIB } from './support.ts';

describe(clause('HEAP-3'), () => {
  for (const memory of ['shared', 'local'] as const) {
    it(memory, () => {
      const heap = heapOf({ memory });
      for (const bytes of [1, 16, 100, 1_024, 5_000, 300_000]) {
        const dirty = Array.from({ length: 5 }, () => heap.malloc(bytes));
        for (const address of dirty) heap.u8(address, bytes).fill(0xaa);
        for (const address of dirty) heap.free(address);
        for (let i = 0; i < 5; i++) {
          const address = heap.calloc(bytes, 1);
          expect(heap.u8(address, bytes).every((byte) => byte === 0)).toBe(true);
        }
      }
      expectEmpties(heap);
    });
  }

  it('count 0 and bytes 0 give a block', () => {
    const heap = heapOf();
    expect(heap.calloc(0, 8)).not.toBe(0);
    expect(heap.malloc(0)).not.toBe(heap.malloc(0));
  });
});

describe(clause('HEAP-4'), () => {
  it('stays in place where it can', () => {
    const heap = heapOf();
    const tiny = heap.malloc(100);
    expect(heap.realloc(tiny, 112)).toBe(tiny);
    expect(heap.realloc(tiny, 60)).toBe(tiny);
    expect(heap.realloc(tiny, 40)).not.toBe(tiny);
    const large = heap.malloc(400_000);
    expect(heap.realloc(large, 3 * MIB)).toBe(large);
    expect(heap.usableSize(large)).toBe(3 * MIB);
    expect(heap.realloc(large, 300_000)).toBe(large);
    expect(heap.usableSize(large)).toBe(5 * 65_536);
    expect(heap.stats().large).toMatchObject({ live: 1, grownInPlace: 1, shrunkInPlace: 1 });
    expectEmpties(heap);
  });

  it('moves a large block that has a neighbour, with its contents', () => {
    const heap = heapOf();
    const first = heap.malloc(400_000);
    const second = heap.malloc(400_000);
    heap.u8(first, 400_000).fill(7);
    const moved = heap.realloc(first, 900_000);
    expect(moved).not.toBe(first);
    expect(heap.u8(moved, 400_000).every((byte) => byte === 7)).toBe(true);
    heap.free(second);
    expectSound(heap);
    expectEmpties(heap);
  });

  it('of address 0 is malloc, and to 0 bytes keeps a block', () => {
    const heap = heapOf();
    const address = heap.realloc(0, 50);
    expect(heap.usableSize(address)).toBe(64);
    expect(heap.usableSize(heap.realloc(address, 0))).toBe(16);
  });
});

describe('alignedAlloc', () => {
  it('every power of two up to 4 MiB, for sizes of all kinds', () => {
    const heap = heapOf({ maxBytes: 512 * MIB });
    for (let alignment = 1; alignment <= 4 * MIB; alignment *= 2) {
      for (const bytes of [0, 1, 100, 1_000, 5_000, 70_000, 262_144, 1_000_000]) {
        const address = heap.alignedAlloc(alignment, bytes);
        expect(address).not.toBe(0);
        expect(address % alignment).toBe(0);
        expect(heap.usableSize(address)).toBeGreaterThanOrEqual(bytes);
      }
    }
    expectSound(heap);
    expectEmpties(heap);
  });
});

describe('views', () => {
  it('of all types, whole and inside of a block, checked', () => {
    const heap = heapOf();
    const address = heap.malloc(64);
    for (const type of [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
    ]) {
      const view = heap.view<Float64Array>(type as never, address, 64 / type.BYTES_PER_ELEMENT);
      expect(view).toBeInstanceOf(type);
      expect(view.byteOffset).toBe(address);
      expect(() => heap.view<Float64Array>(type as never, address, 64 / type.BYTES_PER_ELEMENT + 1)).toThrow(/length/);
    }
    expect(heap.view(BigUint64Array, address + 8, 7).byteOffset).toBe(address + 8);
    expect(() => heap.view(BigUint64Array, address + 8, 8)).toThrow(/at most 7 elements/);
    expect(() => heap.f64(address + 4, 1)).toThrow(/address is .*a multiple of 8/);
    expect(() => heap.u8(address + 64, 1)).toThrow();
    heap.f64(address, 1)[0] = Math.PI;
    expect(heap.u32(address, 2)[1]).toBe(0x400921fb);
    expect([heap.i32(address, 1), heap.f32(address, 1)].map((view) => view.length)).toEqual([1, 1]);
  });

  it('allocArray gives zeroed arrays, null when memory is exhausted; free takes them back', () => {
    const heap = heapOf({ maxBytes: 4 * MIB });
    const array = heap.allocArray(Float64Array, 1_000) as Float64Array;
    expect(array.every((value) => value === 0)).toBe(true);
    expect(array.length).toBe(1_000);
    heap.free(array);
    expect(heap.allocArray(Float64Array, 1_000_000)).toBeNull();
    expect(heap.allocArray(Uint8Array, 0)?.length).toBe(0);
    expectSound(heap);
  });

  it('stay valid while the heap grows: shared, local, shared wasm', () => {
    const spaces: AddressSpace[] = [
      sharedMemory({ maxBytes: 64 * MIB }),
      localMemory({ maxBytes: 64 * MIB }),
      wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 1_024, shared: true }), { maxBytes: 64 * MIB }),
    ];
    for (const memory of spaces) {
      const heap = compose({ memory });
      const array = heap.allocArray(Int32Array, 4) as Int32Array;
      array[2] = 42;
      for (let i = 0; i < 20; i++) heap.malloc(2 * MIB);
      expect(array[2]).toBe(42);
      expect(heap.i32(array.byteOffset, 4)[2]).toBe(42);
    }
  });

  it('over a wasm memory that is not shared are made anew after growth, with what was written', () => {
    const heap = heapOf({
      memory: wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 1_024 }), { maxBytes: 64 * MIB }),
    });
    const array = heap.allocArray(Int32Array, 4) as Int32Array;
    array[2] = 42;
    for (let i = 0; i < 20; i++) heap.malloc(2 * MIB);
    expect(array.length).toBe(0);
    expect(heap.stats().memory).toBe('wasm');
    let found = 0;
    heap.walk((address, bytes) => {
      if (bytes === 16 && heap.i32(address, 4)[2] === 42) found++;
    });
    expect(found).toBe(1);
  });
});

describe(clause('HEAP-6'), () => {
  it('and stops when told to', () => {
    const heap = heapOf();
    for (const bytes of [10, 2_000, 500_000, 10]) heap.malloc(bytes);
    const seen: number[] = [];
    heap.walk((address) => seen.push(address));
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.length).toBe(4);
    let visits = 0;
    heap.walk(() => ++visits < 2);
    expect(visits).toBe(2);
  });
});

describe('a heap of 3.5 GiB', () => {
  it('is filled, checked, walked and emptied, above 2 GiB as below', { timeout: 120_000 }, () => {
    const heap = heapOf({ maxBytes: 3.5 * 1_024 * MIB });
    const random = generator(99);
    const large: number[] = [];
    for (let address = heap.malloc(64 * MIB); address !== 0; address = heap.malloc(64 * MIB)) large.push(address);
    expect(large.length).toBe(55);
    const high = large.filter((address) => address >= 2 ** 31);
    expect(high.length).toBeGreaterThan(20);
    for (const address of high.splice(10)) heap.free(address);
    const small = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const bytes = [random(1_025), random(20_000)][random(2)] as number;
      const address = heap.malloc(bytes);
      expect(small.has(address)).toBe(false);
      small.set(address, i);
      if (bytes >= 4) heap.u32(address, 1)[0] = i;
    }
    expect([...small.keys()].filter((address) => address >= 2 ** 31).length).toBeGreaterThan(15_000);
    expectSound(heap);
    for (const [address, i] of small) {
      if (heap.usableSize(address) >= 16 && i % 3 === 0) {
        const moved = heap.realloc(address, 2_000);
        expect(moved).not.toBe(0);
        heap.free(moved);
        small.delete(address);
        expect(() => heap.free(address)).toThrow();
      }
    }
    let walked = 0;
    heap.walk((address, bytes) => {
      walked++;
      expect(address + bytes).toBeLessThanOrEqual(3.5 * 1_024 * MIB);
    });
    expect(walked).toBe(heap.stats().blocks.live);
    expectEmpties(heap);
  });
});

describe('verify finds planted damage', () => {
  interface Exposed extends ControlArrays {
    readonly heap: Heap;
    readonly address: number;
  }

  /** A heap with a few blocks, and its control arrays. */
  function exposed(): Exposed {
    const space = sharedMemory({ maxBytes: 16 * MIB });
    const control = space.control.bind(space);
    let arrays: ControlArrays = { words: new Int32Array(), live: new Uint8Array() };
    space.control = (words, liveBytes) => {
      arrays = control(words, liveBytes);
      return arrays;
    };
    const heap = compose({ memory: space });
    for (const bytes of [64, 64, 5_000, 40_000, 400_000]) heap.malloc(bytes);
    const address = heap.malloc(64);
    return { heap, ...arrays, address };
  }

  const damages: Readonly<Record<string, (exposed: Exposed) => void>> = {
    'a live byte that is set inside a block': ({ live, address }) => void (live[(address >>> 4) + 1] = 1),
    'a live byte that is neither 0 nor 1': ({ live, address }) => void (live[address >>> 4] = 2),
    'a live byte that was cleared': ({ live, address }) => void (live[address >>> 4] = 0),
    'a live byte of a cached block': ({ live, address }) => void (live[(address >>> 4) + 4] = 1),
    'a live byte in an unused page': ({ live }) => void (live[(31 * 65_536) >>> 4] = 1),
    'the room of a slab': ({ words, address }) => void (words[noteOf(headOf(words, address >>> 16)) + NOTE_ROOM] += 1),
    'the owner of a page': ({ words, address }) => void (words[address >>> 16] ^= 1 << 8),
    'the class of a page': ({ words, address }) => void (words[address >>> 16] ^= 1),
    'the state of a page': ({ words, address }) => void (words[address >>> 16] = 0),
    'a page of a span': ({ heap, words }) => void (words[(heap.malloc(40_000) >>> 16) + 1] = 0),
    'the length of a run': ({ heap, words }) => void (words[noteOf(heap.malloc(400_000) >>> 16)] -= 1),
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(name, () => {
      const all = exposed();
      expectSound(all.heap);
      damage(all);
      const { ok, problems } = all.heap.verify();
      expect(ok).toBe(false);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems[0]?.message.length).toBeGreaterThan(10);
    });
  }
});
