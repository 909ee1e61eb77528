/**
 * The record that a redzone keeps of its block, in the heap's own bytes, so that the guard of any thread can read it.
 *
 *   word 0   stamp: thread (8 bits) and a number of its own (23 bits); bit 31: freed
 *   word 1   bytes that were asked for
 *   word 2   width of a redzone / 16 << 8 | log2 of the alignment
 *   word 3   checksum of its address and words 0 … 2, without bit 31
 *
 * A head is valid when its checksum fits. As the address is part of it, a head that was copied or moved is none. Bit 31 is set
 * by a compare and exchange: of two threads that free a block, one has done it.
 */

import type { Memory } from './memory.js';

/** Bytes of a head. */
export const HEAD_BYTES = 16;
/** Bytes from the head that is read first to the block: the head, and 16 of canary. */
export const REACH = 32;
/** In a stamp: the block was freed. */
export const FREED: number = 0x8000_0000;

/** Bytes before a block at a multiple of `alignment` whose redzones are `width` wide: a multiple of both, with room for a head. */
export function frontOf(width: number, alignment: number): number {
  return Math.ceil((width + HEAD_BYTES) / alignment) * alignment;
}

/** The heads in a memory. `at` is a byte address, a multiple of 16. */
export class Heads {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Writes a head that is not freed. */
  write(at: number, stamp: number, bytes: number, width: number, alignment: number): void {
    const { words } = this.#memory;
    const shape = (width << 4) | (31 - Math.clz32(alignment));
    const i = at / 4;
    words[i] = stamp;
    words[i + 1] = bytes;
    words[i + 2] = shape;
    words[i + 3] = sum(at, stamp, bytes, shape);
  }

  /** Whether a head is there, freed or not. */
  valid(at: number): boolean {
    this.#memory.reach(at, at + HEAD_BYTES);
    const { words } = this.#memory;
    const i = at / 4;
    if (at < 0 || i + 3 >= words.length) return false;
    return words[i + 3] === sum(at, words[i], words[i + 1], words[i + 2]);
  }

  /** The stamp, with bit 31 when the block was freed. */
  stamp(at: number): number {
    return this.#memory.words[at / 4] >>> 0;
  }

  bytes(at: number): number {
    return this.#memory.words[at / 4 + 1] >>> 0;
  }

  width(at: number): number {
    return (this.#memory.words[at / 4 + 2] >>> 8) << 4;
  }

  alignment(at: number): number {
    return (1 << (this.#memory.words[at / 4 + 2] & 31)) >>> 0;
  }

  front(at: number): number {
    return frontOf(this.width(at), this.alignment(at));
  }

  /** Says that the block is freed; false when it was before. */
  retire(at: number): boolean {
    const { words } = this.#memory;
    const stamp = words[at / 4];
    return stamp >= 0 && Atomics.compareExchange(words, at / 4, stamp, stamp | FREED) === stamp;
  }
}

function sum(at: number, stamp: number, bytes: number, shape: number): number {
  let hash = Math.imul(at ^ 0x9e37_79b9, 0x85eb_ca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + (stamp & ~FREED), 0xc2b2_ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + bytes, 0x27d4_eb2f);
  hash = Math.imul((hash ^ (hash >>> 16)) + shape, 0x1656_67b1);
  return hash ^ (hash >>> 15);
}
