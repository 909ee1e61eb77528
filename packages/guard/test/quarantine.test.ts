/** Poison and quarantine: each alone, and together, where they find writes after a free. */

import { describe, expect, test } from 'vitest';
import { guarded, type Layer, poison, quarantine, redzones, UseAfterFreeError } from '../src/index.js';
import { flip, MEMORIES, MIB, newHeap, peek, poke, thrown } from './heaps.js';

const silent = { log: () => {} };

describe.each(MEMORIES)('over %s memory', (memory) => {
  const make = (layers: Layer[], maxBytes = 64 * MIB) => guarded(newHeap(memory, maxBytes), layers, silent);

  test('poison fills freed and, on wish, fresh blocks', () => {
    const heap = make([poison({ byte: 0xa1, fresh: 0xb2 })]);
    const grown = heap.realloc(heap.calloc(1, 64), 200);
    expect([...heap.u8(grown, 200)]).toEqual([...new Array(64).fill(0), ...new Array(136).fill(0xb2)]);
    heap.free(grown);
    const address = heap.malloc(64);
    expect(new Set(heap.u8(address, 64))).toEqual(new Set([0xb2]));
    expect(new Set(heap.u8(heap.calloc(8, 8), 64))).toEqual(new Set([0]));
    heap.free(address);
    expect([0, 31, 63].map((i) => peek(heap, address + i))).toEqual([0xa1, 0xa1, 0xa1]);
    expect(heap.heap.stats().blocks.live).toBe(1);
  });

  test('poison leaves fresh blocks alone unless asked', () => {
    const heap = make([poison()]);
    const address = heap.malloc(64);
    heap.u8(address, 64).fill(5);
    heap.free(address);
    expect(peek(heap, address + 3)).toBe(0xdf);
    expect(heap.malloc(64)).toBe(address);
    expect(peek(heap, address + 3)).toBe(0xdf);
  });

  test('poison fills no more than the block', () => {
    const heap = make([redzones(), poison({ fresh: 1 }), quarantine()]);
    const [a, b] = [heap.malloc(17), heap.malloc(17)];
    heap.u8(b, 17).fill(9);
    heap.free(a);
    expect([...heap.u8(b, 17)]).toEqual(new Array(17).fill(9));
    expect(heap.check()).toEqual([]);
  });

  test('a quarantine keeps blocks, first in, first out, up to a number', () => {
    const heap = make([quarantine({ blocks: 3 })]);
    const blocks = [1, 2, 3, 4, 5].map(() => heap.malloc(64));
    for (const block of blocks) heap.free(block);
    expect(heap.heap.stats().blocks.live).toBe(3);
    for (const block of blocks.slice(0, 2)) expect(() => heap.heap.usableSize(block)).toThrow('not live');
    for (const block of blocks.slice(2)) expect(heap.heap.usableSize(block)).toBe(64);
    for (const block of blocks.slice(2)) expect(thrown(() => heap.free(block)).name).toBe('DoubleFreeError');
    expect(thrown(() => heap.realloc(blocks[4], 5)).name).toBe('DoubleFreeError');
    expect(thrown(() => heap.usableSize(blocks[4])).name).toBe('NotLiveError');
    expect(thrown(() => heap.view(Uint8Array, blocks[4], 1)).name).toBe('NotLiveError');
    const seen: number[] = [];
    heap.walk((address) => seen.push(address));
    expect(seen).toEqual([]);
    expect(heap.flush()).toEqual([]);
    expect(heap.heap.stats().blocks.live).toBe(0);
  });

  test('… and up to a sum of bytes; a larger block is not kept', () => {
    const heap = make([redzones(), quarantine({ bytes: 1_000 })]);
    const [a, b, c] = [heap.malloc(500), heap.malloc(500), heap.malloc(1)];
    heap.free(a);
    heap.free(b);
    expect(heap.heap.stats().blocks.live).toBe(3);
    heap.free(c);
    expect(heap.heap.stats().blocks.live).toBe(2);
    heap.free(heap.malloc(1_001));
    expect(heap.heap.stats().blocks.live).toBe(2);
    heap.free(heap.malloc(1_000));
    expect(heap.heap.stats().blocks.live).toBe(1);
    expect(thrown(() => heap.free(a)).name).toBe('DoubleFreeError');
  });

  test.each([{ bytes: 0 }, { blocks: 0 }])('a quarantine of nothing keeps nothing (%o)', (options) => {
    const heap = make([quarantine(options)]);
    heap.free(heap.malloc(64));
    expect(heap.heap.stats().blocks.live).toBe(0);
  });

  test.each([
    ['poison below', [redzones(), poison(), quarantine({ blocks: 2 })]],
    ['poison above', [redzones(), quarantine({ blocks: 2 }), poison()]],
    ['no redzones', [poison(), quarantine({ blocks: 2 })]],
  ])('a write after free is found when the block leaves: %s', (_name, layers) => {
    const heap = make(layers);
    const bad = heap.malloc(112);
    const good = heap.malloc(112);
    heap.free(bad);
    heap.free(good);
    const now = flip(heap, bad + 111);
    flip(heap, bad + 100);
    const third = heap.malloc(112);
    const error = thrown(() => heap.free(third));
    expect(error).toBeInstanceOf(UseAfterFreeError);
    expect(error).toMatchObject({ code: 'HAKMEM_GUARD_USE_AFTER_FREE', operation: 'free', address: bad, offset: 100 });
    expect(error.message).toContain(`2 bytes were written after the block of 112 bytes at ${bad} was freed`);
    expect((error.found as number[]).at(-1)).toBe(now);
    // The bad block is gone, the call that found it was not made, and is made now.
    expect(() => heap.heap.usableSize(bad - (layers.length === 3 ? 32 : 0))).toThrow('not live');
    expect(heap.usableSize(third)).toBe(112);
    heap.free(third);
    expect(heap.heap.stats().blocks.live).toBe(2);
    expect(heap.flush()).toEqual([]);
  });

  test('a write into a redzone after the free is found, too; a lost head does not keep the block', () => {
    const heap = make([redzones(), quarantine()]);
    const [a, b, c] = [heap.malloc(40), heap.malloc(40), heap.alignedAlloc(256, 40)];
    for (const block of [a, b, c]) heap.free(block);
    flip(heap, a + 40);
    flip(heap, b - 20);
    flip(heap, c - 32);
    expect(heap.flush().map(({ name, address }) => [name, address])).toEqual([
      ['RedzoneError', a],
      ['HeadError', b],
      ['HeadError', c],
    ]);
    expect(heap.heap.stats().blocks.live).toBe(0);
    expect(heap.heap.verify().ok).toBe(true);
  });

  test('when memory is exhausted the quarantine is emptied first', () => {
    const heap = make([redzones(), poison(), quarantine({ bytes: 2 ** 32 })], 8 * MIB);
    const blocks: number[] = [];
    for (let block = heap.malloc(65_000); block !== 0; block = heap.malloc(65_000)) blocks.push(block);
    expect(blocks.length).toBeGreaterThan(20);
    for (const block of blocks) heap.free(block);
    expect(heap.heap.stats().blocks.live).toBe(blocks.length);
    expect(heap.malloc(3 * MIB)).not.toBe(0);
    expect(heap.heap.stats().blocks.live).toBe(1);
    expect(heap.malloc(7 * MIB)).toBe(0);
  });

  test('a fault found on the way to memory stops the call; the next one gets it', () => {
    const heap = make([redzones(), poison(), quarantine({ bytes: 2 ** 32 })], 8 * MIB);
    const block = heap.malloc(3 * MIB);
    heap.free(block);
    poke(heap, block, 0);
    const big = 4 * MIB;
    expect(thrown(() => heap.malloc(big))).toMatchObject({ name: 'UseAfterFreeError', operation: 'malloc', offset: 0 });
    expect(heap.malloc(big)).not.toBe(0);
  });
});

test.each([1, 2, 7, 8, 9])('each single byte that is written after a free is found, of %d', (bytes) => {
  const heap = guarded(newHeap(), [redzones(), poison({ byte: 0x80 }), quarantine()], silent);
  for (let offset = 0; offset < bytes; offset++) {
    const block = heap.malloc(bytes);
    heap.free(block);
    const now = flip(heap, block + offset);
    expect(heap.flush()).toMatchObject([{ name: 'UseAfterFreeError', offset, bytes, address: block }]);
    expect(now).not.toBe(0x80);
  }
});

test('a realloc whose quarantine finds a fault gives its new block back and leaves the old', () => {
  const heap = guarded(newHeap(), [redzones(), poison(), quarantine({ blocks: 1 })], silent);
  const bad = heap.malloc(50);
  const block = heap.malloc(50);
  heap.u8(block, 50).fill(3);
  heap.free(bad);
  poke(heap, bad, 0);
  expect(thrown(() => heap.realloc(block, 90))).toMatchObject({ name: 'UseAfterFreeError', operation: 'realloc' });
  expect([...heap.u8(block, 50)]).toEqual(new Array(50).fill(3));
  const seen: number[] = [];
  heap.walk((address) => seen.push(address));
  expect(seen).toEqual([block]);
  const moved = heap.realloc(block, 90);
  expect([...heap.u8(moved, 50)]).toEqual(new Array(50).fill(3));
});

test('options out of their range', () => {
  for (const byte of [-1, 256, 1.5]) {
    expect(thrown(() => poison({ byte })).name).toBe('OptionError');
    expect(thrown(() => poison({ fresh: byte })).name).toBe('OptionError');
  }
  expect(thrown(() => quarantine({ bytes: -1 })).name).toBe('OptionError');
  expect(thrown(() => quarantine({ blocks: 2 ** 21 })).name).toBe('OptionError');
});
