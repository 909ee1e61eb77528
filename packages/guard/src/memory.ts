/**
 * The heap's bytes and words as they are now: views are made anew when the heap has another buffer (a wasm memory that grew)
 * or a longer one is needed. A view of a resizable buffer follows its length by itself.
 */

import type { GuardableHeap } from './heap.js';

/** Views of the whole data buffer of a heap. */
export class Memory {
  readonly #heap: Pick<GuardableHeap, 'buffer' | 'view'>;
  #buffer: ArrayBufferLike;
  #bytes: Uint8Array;
  #words: Int32Array;

  constructor(heap: Pick<GuardableHeap, 'buffer' | 'view'>) {
    this.#heap = heap;
    this.#buffer = heap.buffer;
    this.#bytes = new Uint8Array(this.#buffer);
    this.#words = new Int32Array(this.#buffer);
  }

  /** All bytes; the index is the address. */
  get bytes(): Uint8Array {
    if (this.#heap.buffer !== this.#buffer) this.#look();
    return this.#bytes;
  }

  /** All words; the index is the address divided by 4. */
  get words(): Int32Array {
    if (this.#heap.buffer !== this.#buffer) this.#look();
    return this.#words;
  }

  /**
   * Sees to it that the bytes from `start` to `end` of a live block are in reach: growth of a shared WebAssembly.Memory by another
   * thread may be seen late, and the heap looks when it makes a view.
   */
  reach(start: number, end: number): void {
    if (end <= this.bytes.length) return;
    try {
      this.#heap.view(Uint8Array, start, end - start);
    } catch {
      return; // No live block: whoever asks says so.
    }
    this.#look();
  }

  /** Whether `array` lies in this memory. A shared WebAssembly.Memory has a buffer object, frozen, for each length it had. */
  holds(array: ArrayBufferView): boolean {
    const now = this.#heap.buffer;
    if (array.buffer === now) return true;
    const grown = typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;
    return grown && Object.isFrozen(now) && Object.isFrozen(array.buffer);
  }

  #look(): void {
    this.#buffer = this.#heap.buffer;
    this.#bytes = new Uint8Array(this.#buffer);
    this.#words = new Int32Array(this.#buffer);
  }
}
