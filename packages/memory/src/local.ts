/**
 * A resizable ArrayBuffer: one thread's own. It runs at full speed, views stay valid when it grows, and shrinking it
 * returns the pages at its end to the system, so a program that frees its memory really gets it back. A view into memory
 * that was given back has length 0.
 */

import {
  type AddressSpace,
  type Capabilities,
  type ControlArrays,
  PAGE_BYTES,
  SLOTS_PER_SUPERSLAB,
} from '@hakmem/contracts';
import { makeControl, maxPages } from './options.js';

/** Options of {@link localMemory}. */
export interface LocalMemoryOptions {
  /** Most bytes that the data buffer may have, rounded down to 64 KiB: 128 KiB … 4 GiB; default 1 GiB. */
  readonly maxBytes?: number | undefined;
}

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: true,
  shrinks: true,
  zeroed: true,
  retries: false,
  stateInBuffer: true,
};

/** The space of {@link localMemory}: for one thread, and it gives memory back. */
export interface LocalMemory extends AddressSpace {
  readonly capabilities: Capabilities<'owner', true>;
  release(pages: number): void;
}

/** An address space over an ArrayBuffer of its own. Throws an OptionError when `maxBytes` is out of range. */
export function localMemory(options: LocalMemoryOptions = {}): LocalMemory {
  return new LocalSpace(maxPages(options.maxBytes));
}

class LocalSpace implements LocalMemory {
  readonly contract = 'space';
  readonly capabilities = CAPABILITIES;
  readonly kind = 'local';
  readonly firstPage = 1;
  readonly pageLimit: number;
  readonly buffer: ArrayBuffer;
  /** Follows the length of the buffer. */
  readonly #bytes: Uint8Array;

  constructor(pages: number) {
    this.pageLimit = pages;
    this.buffer = new ArrayBuffer(0, { maxByteLength: pages * PAGE_BYTES });
    this.#bytes = new Uint8Array(this.buffer);
  }

  get committedPages(): number {
    return this.buffer.byteLength / PAGE_BYTES;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  commit(pages: number): boolean {
    if (pages <= this.committedPages) return true;
    if (pages > this.pageLimit) return false;
    try {
      this.buffer.resize(pages * PAGE_BYTES);
      return true;
    } catch {
      return false;
    }
  }

  release(pages: number): void {
    // In steps of a SuperSlab: V8 writes zeros to what it takes away, and would make all of it resident first.
    while (this.committedPages > pages) {
      this.buffer.resize(Math.max(pages, this.committedPages - SLOTS_PER_SUPERSLAB) * PAGE_BYTES);
    }
  }

  control(words: number, liveBytes: number): ControlArrays {
    return makeControl(false, words, liveBytes);
  }
}
