/**
 * A fixed SharedArrayBuffer: every thread may have it. The system backs its pages when they are first touched, so that
 * reserving the whole costs address space and no memory; growth moves nothing and never invalidates a view. A growable
 * SharedArrayBuffer would say more about its size but is read and written at half to two thirds of the speed.
 * JavaScript has no call that returns parts of a SharedArrayBuffer to the system: what was touched stays resident.
 */

import {
  type AddressSpace,
  type Capabilities,
  type ControlArrays,
  PAGE_BYTES,
  type SpaceHandle,
} from '@hakmem/contracts';
import { makeControl, maxPages } from './options.js';

/** Options of {@link sharedMemory}. */
export interface SharedMemoryOptions {
  /** Bytes of the data buffer, rounded down to 64 KiB: 128 KiB … 4 GiB; default 1 GiB. Costs nothing until touched. */
  readonly maxBytes?: number | undefined;
}

const CAPABILITIES: Capabilities<'any', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'any',
  grows: false,
  shrinks: false,
  zeroed: true,
  retries: false,
  stateInBuffer: true,
};

/** The space of {@link sharedMemory}: for all threads. */
export interface SharedMemory extends AddressSpace {
  readonly capabilities: Capabilities<'any', true>;
  handle(): SharedHandle;
}

/** An address space over a SharedArrayBuffer of its own. Throws an OptionError when `maxBytes` is out of range. */
export function sharedMemory(options: SharedMemoryOptions = {}): SharedMemory {
  return new SharedSpace(new SharedArrayBuffer(maxPages(options.maxBytes) * PAGE_BYTES));
}

/** What another thread needs to open a SharedArrayBuffer as the same space. */
export interface SharedHandle extends SpaceHandle {
  readonly kind: 'shared';
  readonly buffer: SharedArrayBuffer;
}

export class SharedSpace implements SharedMemory {
  readonly contract = 'space';
  readonly capabilities: Capabilities<'any', true> = CAPABILITIES;
  readonly kind = 'shared';
  readonly firstPage = 1;
  readonly pageLimit: number;
  readonly committedPages: number;
  readonly buffer: SharedArrayBuffer;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.pageLimit = buffer.byteLength / PAGE_BYTES;
    this.committedPages = this.pageLimit;
    this.buffer = buffer;
    this.#bytes = new Uint8Array(this.buffer);
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  commit(pages: number): boolean {
    return pages <= this.pageLimit;
  }

  control(words: number, liveBytes: number): ControlArrays {
    return makeControl(true, words, liveBytes);
  }

  handle(): SharedHandle {
    return { kind: 'shared', firstPage: this.firstPage, pageLimit: this.pageLimit, buffer: this.buffer };
  }
}
