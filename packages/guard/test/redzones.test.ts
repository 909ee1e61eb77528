/** Redzones alone: every byte that is not the user's is watched, and the record of the block travels with it. */

import { describe, expect, test } from 'vitest';
import { canaryAt } from '../src/canary.js';
import { frontOf } from '../src/head.js';
import { guarded, HeadError, RedzoneError, redzones } from '../src/index.js';
import { flip, MEMORIES, newHeap, poke, thrown } from './heaps.js';

describe.each(MEMORIES)('over %s memory', (memory) => {
  const make = (bytes = 16) => guarded(newHeap(memory), [redzones({ bytes })], { log: () => {} });

  test.each([0, 1, 15, 16, 17, 1_000, 70_000, 400_000])(
    'a block of %d bytes: its size, its place, its end',
    (bytes) => {
      const heap = make();
      const address = heap.malloc(bytes);
      expect(address % 16).toBe(0);
      expect(heap.usableSize(address)).toBe(bytes);
      heap.u8(address, bytes).fill(0xff);
      expect(heap.check()).toEqual([]);
      expect(() => heap.u8(address, bytes + 1)).toThrow(/length is/);
      heap.free(address);
      expect(heap.heap.stats().blocks.live).toBe(0);
    },
  );

  test.each([16, 48, 4_096])('finds each single byte before and behind, %d bytes wide', (width) => {
    const heap = make(width);
    const address = heap.malloc(21);
    const front = frontOf(width, 16);
    const near = [-1, -16, -17, -32, -33, -front, 21, 22, 20 + width].filter((offset) => offset >= -front);
    for (const offset of near) {
      const was = new Uint8Array(heap.buffer)[address + offset];
      const now = flip(heap, address + offset);
      const error = thrown(() => heap.free(address));
      const inHead = (offset >= -32 && offset < -16) || offset < 16 - front;
      expect(error).toBeInstanceOf(inHead ? HeadError : RedzoneError);
      if (!inHead) expect(error).toMatchObject({ address, bytes: 21, offset, found: expect.arrayContaining([now]) });
      expect(heap.check().map(({ name }) => name)).toEqual([error.name]);
      poke(heap, address + offset, was);
    }
    poke(heap, address + 21 + width, 1);
    expect(heap.check()).toEqual([]);
    heap.free(address);
    expect(heap.heap.stats().blocks.live).toBe(0);
  });

  test('says what was written where', () => {
    const heap = make();
    const address = heap.malloc(24);
    new Uint8Array(heap.buffer).set([1, 2, 3], address + 25);
    const error = thrown(() => heap.free(address));
    expect(error).toMatchObject({ code: 'HAKMEM_GUARD_REDZONE', operation: 'free', offset: 25 });
    expect((error.found as number[]).slice(0, 4)).toEqual([1, 2, 3, canaryAt(address + 28)]);
    const expected = `0x${canaryAt(address + 25).toString(16)}`;
    const where = `3 of 16 canary bytes behind the block of 24 bytes at ${address} were overwritten`;
    expect(error.message).toBe(`free: ${where}, the first at offset 25: 0x01 in place of ${expected}`);
    expect(heap.usableSize(address)).toBe(24);
  });

  test('a realloc of a damaged block throws and moves nothing', () => {
    const heap = make();
    const address = heap.malloc(24);
    poke(heap, address - 1, 0);
    const live = heap.heap.stats().blocks.live;
    expect(thrown(() => heap.realloc(address, 100))).toMatchObject({ offset: -1, operation: 'realloc' });
    expect(heap.heap.stats().blocks.live).toBe(live);
    poke(heap, address - 1, canaryAt(address - 1));
    const next = heap.realloc(address, 100);
    expect(heap.usableSize(next)).toBe(100);
    heap.free(next);
  });

  test.each([32, 64, 4_096, 65_536, 1_048_576])('at multiples of %d', (alignment) => {
    const heap = make();
    const address = heap.alignedAlloc(alignment, 100);
    expect(address % alignment).toBe(0);
    expect(heap.usableSize(address)).toBe(100);
    expect(heap.check()).toEqual([]);
    const seen: number[][] = [];
    heap.walk((at, bytes) => seen.push([at, bytes]));
    expect(seen).toEqual([[address, 100]]);
    const base = address - frontOf(16, alignment);
    flip(heap, address - 17);
    expect(thrown(() => heap.free(address))).toBeInstanceOf(HeadError);
    expect(heap.check()).toHaveLength(1);
    new Uint8Array(heap.buffer)[address - 17] ^= 0x15;
    if (base !== address - 32) {
      flip(heap, base);
      expect(thrown(() => heap.free(address))).toMatchObject({ name: 'HeadError', offset: base - address, bytes: 100 });
      new Uint8Array(heap.buffer)[base] ^= 0x15;
    }
    heap.free(address);
    expect(() => heap.free(address)).toThrow('not live');
  });

  test('the heap’s errors, about the user’s addresses', () => {
    const heap = make();
    const address = heap.malloc(100);
    const other = heap.malloc(100);
    expect(thrown(() => heap.free(address + 16))).toMatchObject({ name: 'InteriorAddressError', blockStart: address });
    expect(thrown(() => heap.free(address - 16))).toMatchObject({ name: 'InteriorAddressError', blockStart: address });
    expect(thrown(() => heap.free(address + 8)).name).toBe('MisalignedAddressError');
    expect(thrown(() => heap.free(63 * 1_048_576))).toMatchObject({ name: 'ForeignAddressError', operation: 'free' });
    expect(thrown(() => heap.free(-1)).name).toBe('ArgumentError');
    expect(thrown(() => heap.free('96' as unknown as number)).name).toBe('ArgumentError');
    heap.free(address);
    expect(thrown(() => heap.free(address))).toMatchObject({ name: 'DoubleFreeError', operation: 'free', address });
    expect(thrown(() => heap.realloc(address, 5))).toMatchObject({ name: 'DoubleFreeError', operation: 'realloc' });
    expect(thrown(() => heap.usableSize(address)).name).toBe('NotLiveError');
    expect(thrown(() => heap.u8(address, 1))).toMatchObject({ name: 'NotLiveError', operation: 'view' });
    expect(heap.usableSize(other)).toBe(100);
  });

  test('views from inside of a block, and none of a redzone', () => {
    const heap = make();
    const address = heap.malloc(100);
    heap.u8(address, 100).set([9, 8, 7], 37);
    expect([...heap.u8(address + 37, 3)]).toEqual([9, 8, 7]);
    expect(() => heap.u8(address + 37, 64)).toThrow(/at most 63 elements/);
    expect(() => heap.u8(address - 1, 1)).toThrow(/address is/);
    expect(() => heap.u8(address - 20, 1)).toThrow(/address is/);
    expect(() => heap.u8(address + 101, 0)).toThrow(/address is/);
    expect(() => heap.f64(address + 4, 1)).toThrow(/multiple of 8/);
  });

  test('a block made past the guard is taken for damaged', () => {
    const heap = make();
    const raw = heap.heap.malloc(100);
    const error = thrown(() => heap.free(raw + 32));
    expect(error).toMatchObject({ code: 'HAKMEM_GUARD_HEAD', bytes: null });
    expect(error.message).toContain('made past the guard');
    expect(heap.check()).toHaveLength(1);
  });

  test('a request that no heap with redzones could serve is answered 0', () => {
    const heap = make();
    expect(heap.malloc(2 ** 32)).toBe(0);
    expect(heap.alignedAlloc(2 ** 31, 2 ** 32)).toBe(0);
    expect(() => heap.malloc(2 ** 32 + 1)).toThrow(/bytes is/);
    expect(() => heap.malloc(-1)).toThrow(/bytes is/);
    expect(() => heap.alignedAlloc(48, 1)).toThrow(/power of two/);
  });
});

test('with both heads lost a block is still told from an address inside of it, and a freed one from a live one', () => {
  const heap = guarded(newHeap(), [redzones()], { log: () => {} });
  const block = heap.alignedAlloc(64, 100);
  flip(heap, block - 64);
  flip(heap, block - 32);
  expect(thrown(() => heap.free(block))).toMatchObject({ name: 'HeadError', address: block, bytes: null });
  expect(thrown(() => heap.free(block + 16)).name).toBe('InteriorAddressError');
  const freed = heap.malloc(100);
  heap.free(freed);
  flip(heap, freed - 32);
  expect(thrown(() => heap.free(freed))).toMatchObject({ name: 'DoubleFreeError', address: freed });
});

test('a width is a multiple of 16', () => {
  for (const bytes of [0, 8, 24, 4_112, Number.NaN, '16' as unknown as number]) {
    expect(thrown(() => redzones({ bytes })).name).toBe('OptionError');
  }
});

test('no canary byte is below 0x80, and neighbors differ', () => {
  const all = Array.from({ length: 50_000 }, (_, i) => canaryAt(4_294_900_000 + i));
  expect(all.filter((byte) => byte < 0x80 || byte > 0xff)).toEqual([]);
  expect(all.filter((byte, i) => byte === all[i + 1])).toEqual([]);
});
