/**
 * A WebAssembly.Memory, whole or a region of it: addresses are the wasm program's own pointers, and the records lie in a
 * buffer that it cannot address. The memory may be shared or not. One that is not shared gets a new ArrayBuffer when it
 * grows: views made before are then detached, `buffer` and `bytes()` give the new one. (Give the memory its whole size at
 * the start, or a region of it, and nothing ever detaches.)
 *
 * Whole, the heap grows the memory by itself and believes it has all of it from the second page on. A wasm program with
 * data, a stack or a heap of its own in the memory gives a region that is clear of them; the heap then never grows it.
 */

import {
  type AddressSpace,
  ArgumentError,
  type ControlArrays,
  MAX_PAGES,
  OptionError,
  PAGE_BYTES,
} from '@hakmem/contracts';
import { makeControl } from './options.js';

/** Options of {@link wasmMemory}. */
export interface WasmMemoryOptions {
  /** First byte of the region, rounded up to 64 KiB; default: the second page of the memory. */
  readonly start?: number | undefined;
  /** Byte after the region, rounded down to 64 KiB; default: no region, the whole memory and its growth. */
  readonly end?: number | undefined;
  /** Most bytes to grow the memory to when no `end` is given; default 4 GiB. Growth stops earlier at the memory's own maximum. */
  readonly maxBytes?: number | undefined;
}

/**
 * An address space in a WebAssembly.Memory. Throws an ArgumentError when `memory` is none, and an OptionError when the
 * region does not lie in it or holds no page.
 */
export function wasmMemory(memory: WebAssembly.Memory, options: WasmMemoryOptions = {}): AddressSpace {
  if (!(memory instanceof WebAssembly.Memory)) throw new ArgumentError('memory', memory, 'a WebAssembly.Memory');
  const size = memory.buffer.byteLength;
  const { start, end, maxBytes } = options;
  const ceiling = end === undefined ? MAX_PAGES * PAGE_BYTES : size;
  const inside = (name: string, value: number, low: number): number => {
    if (Number.isInteger(value) && value >= low && value <= ceiling) return value;
    throw new OptionError(name, value, `an integer of bytes from ${low} to ${ceiling}, inside the memory`);
  };
  const firstPage = Math.max(1, Math.ceil(inside('start', start ?? PAGE_BYTES, 0) / PAGE_BYTES));
  const low = (firstPage + 1) * PAGE_BYTES;
  const pageLimit = Math.floor(
    end === undefined
      ? inside('maxBytes', maxBytes ?? ceiling, low) / PAGE_BYTES
      : inside('end', end, low) / PAGE_BYTES,
  );
  return new WasmSpace(memory, firstPage, pageLimit, end === undefined);
}

class WasmSpace implements AddressSpace {
  readonly kind = 'wasm';
  readonly shared: boolean;
  readonly returnsMemory = false;
  readonly firstPage: number;
  readonly pageLimit: number;
  readonly #memory: WebAssembly.Memory;
  readonly #grows: boolean;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory, firstPage: number, pageLimit: number, grows: boolean) {
    this.#memory = memory;
    this.#grows = grows;
    this.firstPage = firstPage;
    this.pageLimit = pageLimit;
    this.shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  get committedPages(): number {
    return Math.min(this.#memory.buffer.byteLength / PAGE_BYTES, this.pageLimit);
  }

  bytes(): Uint8Array {
    const buffer = this.#memory.buffer;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }

  commit(pages: number): boolean {
    const committed = this.committedPages;
    if (pages <= committed) return true;
    if (!this.#grows || pages > this.pageLimit) return false;
    try {
      this.#memory.grow(pages - committed);
      return true;
    } catch {
      return false;
    }
  }

  release(_pages: number): void {}

  control(words: number, liveBytes: number): ControlArrays {
    return makeControl(this.shared, words, liveBytes);
  }
}
