/** The record of a block: every bit of it counts, and so does its place. */

import { expect, test } from 'vitest';
import { FREED, frontOf, HEAD_BYTES, Heads } from '../src/head.js';
import { guarded, redzones } from '../src/index.js';
import { Memory } from '../src/memory.js';
import { newHeap, thrown } from './heaps.js';

function newHeads(): { bytes: Uint8Array; heads: Heads } {
  const buffer = new ArrayBuffer(4_096);
  const view = (): never => {
    throw new Error('no block');
  };
  return { bytes: new Uint8Array(buffer), heads: new Heads(new Memory({ buffer, view })) };
}

test('says what was written', () => {
  const { heads } = newHeads();
  heads.write(64, 0x7f00_0001, 4_294_967_295, 4_096, 2 ** 31);
  expect(heads.valid(64)).toBe(true);
  expect([heads.stamp(64), heads.bytes(64), heads.width(64), heads.alignment(64)]).toEqual([
    0x7f00_0001, 4_294_967_295, 4_096, 2_147_483_648,
  ]);
  expect(heads.front(64)).toBe(2_147_483_648);
});

test('any other bit makes it none, but for the one that says freed', () => {
  const { heads, bytes } = newHeads();
  heads.write(64, 5, 100, 16, 16);
  for (let bit = 0; bit < 8 * HEAD_BYTES; bit++) {
    bytes[64 + (bit >> 3)] ^= 1 << (bit & 7);
    expect(heads.valid(64), `bit ${bit}`).toBe(bit === 31);
    bytes[64 + (bit >> 3)] ^= 1 << (bit & 7);
  }
  expect(heads.valid(64)).toBe(true);
});

test('is none in another place, outside of memory, or of zeros', () => {
  const { heads, bytes } = newHeads();
  heads.write(64, 5, 100, 16, 16);
  bytes.copyWithin(128, 64, 80);
  expect(heads.valid(128)).toBe(false);
  for (const at of [-16, 0, 4_080, 4_096, 2 ** 31, 2 ** 32 - 16]) expect(heads.valid(at)).toBe(false);
});

test('is freed once', () => {
  const { heads } = newHeads();
  heads.write(64, 5, 100, 16, 16);
  expect([heads.retire(64), heads.retire(64)]).toEqual([true, false]);
  expect(heads.stamp(64)).toBe(FREED + 5);
  expect(heads.valid(64)).toBe(true);
});

test('leaves room for itself and 16 bytes, and keeps the alignment', () => {
  expect([frontOf(16, 16), frontOf(32, 16), frontOf(16, 64), frontOf(64, 64), frontOf(4_096, 4_096)]).toEqual([
    32, 48, 64, 128, 8_192,
  ]);
});

test('a block that was copied byte by byte, redzones and all, is not another block', () => {
  const heap = guarded(newHeap(), [redzones()], { log: () => {} });
  const block = heap.malloc(16);
  const other = heap.malloc(400);
  new Uint8Array(heap.buffer).copyWithin(other + 64, block - 32, block + 32);
  expect(thrown(() => heap.free(other + 96))).toMatchObject({ name: 'InteriorAddressError', blockStart: other });
});
