/**
 * The content of blocks: stamped by the program that gets one from the heap, checked by the one that gives it back.
 *
 *   ┌ bytes ┬ place of the maker ┬ … ┬ a mix of address, bytes and maker ┐   first and last words; blocks have four or more
 */

import type { Heap } from 'hakmem';

export class Content {
  readonly #heap: Heap;
  #words: Int32Array;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#words = new Int32Array(heap.buffer);
  }

  /** Writes into a block what is to be found in it. */
  stamp(address: number, bytes: number, maker: number): void {
    const words = this.#reach(address, bytes);
    const first = address >>> 2;
    words[first] = bytes;
    words[first + 1] = maker;
    words[first + (bytes >>> 2) - 1] = mix(address, bytes, maker);
  }

  /** Throws when a live block does not hold what was written into it; else returns the place of its maker. */
  check(address: number): number {
    const usable = this.#heap.usableSize(address);
    const words = this.#reach(address, usable);
    const first = address >>> 2;
    const [bytes, maker] = [words[first] as number, words[first + 1] as number];
    const fits = bytes >= 16 && bytes <= usable;
    if (!fits) throw new Error(`block ${address} of ${usable} bytes says that it has ${bytes}`);
    const found = words[first + (bytes >>> 2) - 1];
    if (found === mix(address, bytes, maker)) return maker;
    throw new Error(`block ${address} of ${bytes} bytes, made at place ${maker}, ends with ${found}`);
  }

  /** The words of the heap, with those of a live block: memory that has grown has a longer buffer, which a view has. */
  #reach(address: number, bytes: number): Int32Array {
    const end = address + bytes;
    if (end > 4 * this.#words.length) this.#words = new Int32Array(this.#heap.u8(address, bytes).buffer);
    if (end <= 4 * this.#words.length) return this.#words;
    throw new Error(`a block ends at ${end}, the buffer at ${4 * this.#words.length}`);
  }
}

function mix(address: number, bytes: number, maker: number): number {
  return Math.imul(address ^ Math.imul(bytes, 0x85ebca6b), 0x9e3779b1) ^ maker;
}
