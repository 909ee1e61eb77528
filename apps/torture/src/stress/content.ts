/** Content of blocks: stamped when they are handed out, checked when they are given back. */

import type { Heap } from 'hakmem';

const WHOLE_UP_TO = 64;

/** Stamps words of a block: all of a small one, else the first, the middle and the last. */
export class Content {
  #words: Uint32Array;
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#words = new Uint32Array(heap.buffer);
  }

  /** Writes into the block what is to be found in it. */
  stamp(address: number, bytes: number): void {
    this.#visit(address, bytes, (at) => {
      this.#words[at] = mix(address, at, bytes);
    });
    this.#words[address / 4] = bytes;
  }

  /** Throws when the block does not hold what was written into it. */
  check(address: number): void {
    const bytes = this.#words[address / 4] as number;
    const usable = this.#heap.usableSize(address);
    if (bytes > usable) throw new Error(`block ${address} of ${usable} bytes says that it has ${bytes}`);
    this.#visit(address, bytes, (at) => {
      if (at === address / 4) return;
      const found = this.#words[at];
      if (found !== mix(address, at, bytes))
        throw new Error(`block ${address} of ${bytes} bytes holds ${found} at word ${at}`);
    });
  }

  #visit(address: number, bytes: number, visit: (at: number) => void): void {
    if ((address + bytes) / 4 > this.#words.length) this.#words = new Uint32Array(this.#heap.buffer);
    const first = address / 4;
    const end = first + (bytes >>> 2);
    if (end - first <= WHOLE_UP_TO) for (let at = first; at < end; at++) visit(at);
    else for (const at of [first, first + 1, (first + end) >>> 1, end - 1]) visit(at);
  }
}

function mix(address: number, at: number, bytes: number): number {
  return Math.imul(address ^ at, 0x9e3779b1) ^ Math.imul(bytes, 0x85ebca6b)
    ? (Math.imul(address ^ at, 0x9e3779b1) ^ bytes) >>> 0
    : 1;
}
