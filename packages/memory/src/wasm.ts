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
  type Capabilities,
  type Concurrency,
  type ControlArrays,
  integerOption,
  MAX_BYTES,
  OptionError,
  PAGE_BYTES,
  type SpaceHandle,
} from '@hakmem/contracts';
import { MIN_BYTES, makeControl, pagesIn } from './options.js';

/** Options of {@link wasmMemory}. */
export interface WasmMemoryOptions {
  /** First byte of the region, rounded up to 64 KiB; default: the second page of the memory. */
  readonly start?: number | undefined;
  /** Byte after the region, rounded down to 64 KiB; default: no region, the whole memory and its growth. */
  readonly end?: number | undefined;
  /** Most bytes to grow the memory to when no `end` is given; default 4 GiB. Growth stops earlier at the memory's own maximum. */
  readonly maxBytes?: number | undefined;
  /** Whether the memory is shared. Not needed at run time; it lets types know that threads can attach. Default: what it is. */
  readonly shared?: boolean | undefined;
}

/** What is used of a WebAssembly.Memory, named by shape so that no compiler needs the DOM's types. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** The space of {@link wasmMemory}: for all threads when the memory is shared, else for one. */
export interface WasmSpace<Who extends Concurrency = Concurrency> extends AddressSpace {
  readonly capabilities: Capabilities<Who, true>;
}

/**
 * An address space in a WebAssembly.Memory. Throws an ArgumentError when `memory` is none or is too small, and an
 * OptionError when the region does not lie in it or holds no page, or when `shared` is not what the memory is.
 */
export function wasmMemory(
  memory: WasmMemory,
  options: WasmMemoryOptions & { readonly shared: true },
): WasmSpace<'any'>;
export function wasmMemory(
  memory: WasmMemory,
  options: WasmMemoryOptions & { readonly shared: false },
): WasmSpace<'owner'>;
export function wasmMemory(memory: WasmMemory, options?: WasmMemoryOptions): WasmSpace;
export function wasmMemory(memory: WasmMemory, options: WasmMemoryOptions = {}): WasmSpace {
  if (!(memory instanceof WebAssembly.Memory)) throw new ArgumentError('memory', memory, 'a WebAssembly.Memory');
  const { start, end, maxBytes, shared = isShared(memory) } = options;
  if (shared !== isShared(memory)) throw new OptionError('shared', shared, `${!shared}: that is what the memory is`);
  const region = end !== undefined;
  const ceiling = region ? memory.buffer.byteLength : MAX_BYTES;
  if (ceiling < MIN_BYTES)
    throw new ArgumentError('memory', `${ceiling} bytes`, `at least ${MIN_BYTES} bytes for a region`);
  if (region && maxBytes !== undefined) throw new OptionError('maxBytes', maxBytes, 'no maxBytes where end is given');
  const firstByte = integerOption('start', start, 0, ceiling - PAGE_BYTES, PAGE_BYTES);
  const firstPage = Math.max(1, Math.ceil(firstByte / PAGE_BYTES));
  const low = (firstPage + 1) * PAGE_BYTES;
  const last = region
    ? integerOption('end', end, low, ceiling)
    : integerOption('maxBytes', maxBytes, low, ceiling, ceiling);
  return new Wasm(memory, firstPage, pagesIn(last), !region);
}

function isShared({ buffer }: WasmMemory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

/** What another thread needs to open a shared WebAssembly.Memory as the same space. */
export interface WasmHandle extends SpaceHandle {
  readonly kind: 'wasm';
  readonly memory: WasmMemory;
  readonly grows: boolean;
}

export class Wasm implements WasmSpace {
  readonly contract = 'space';
  readonly capabilities: Capabilities<Concurrency, true>;
  readonly kind = 'wasm';
  readonly firstPage: number;
  readonly pageLimit: number;
  readonly handle?: () => WasmHandle;
  readonly #memory: WasmMemory;
  readonly #grows: boolean;
  readonly #shared: boolean;
  #bytes: Uint8Array;

  constructor(memory: WasmMemory, firstPage: number, pageLimit: number, grows: boolean) {
    this.#memory = memory;
    this.#grows = grows;
    this.firstPage = firstPage;
    this.pageLimit = pageLimit;
    this.#shared = isShared(memory);
    this.capabilities = capabilitiesOf(this.#shared, grows);
    if (this.#shared) this.handle = () => ({ kind: 'wasm', firstPage, pageLimit, memory, grows });
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** As this thread sees it: growth by another thread may be seen late. `bytes(end)` and `commit` see to it. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  get committedPages(): number {
    return Math.min(this.#memory.buffer.byteLength / PAGE_BYTES, this.pageLimit);
  }

  bytes(end = 0): Uint8Array {
    if (end > this.#bytes.length) this.#look();
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  commit(pages: number): boolean {
    if (pages > this.pageLimit) return false;
    for (;;) {
      if (pages <= this.committedPages) return true;
      if (!this.#grows) return false;
      this.#look();
      const committed = this.committedPages;
      if (pages <= committed) return true;
      // A memory that is not shared gets a new buffer at each growth, which costs the engine a collection: an eighth at least.
      const ahead = this.#shared ? pages : Math.min(this.pageLimit, committed + (committed >>> 3));
      if ((ahead > pages && this.#grow(ahead - committed)) || this.#grow(pages - committed)) return true;
      // Another thread may have grown it meanwhile, so that less is missing than was asked for.
      this.#look();
      if (this.committedPages === committed) return false;
    }
  }

  /** Lets this thread see growth by others: growing by nothing does. */
  #look(): void {
    if (this.#shared && this.#grows) this.#memory.grow(0);
  }

  #grow(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  control(words: number, liveBytes: number): ControlArrays {
    return makeControl(this.#shared, words, liveBytes);
  }
}

/** Fresh pages of a memory are zero; a region may hold what a program left in it. */
function capabilitiesOf(shared: boolean, grows: boolean): Capabilities<Concurrency, true> {
  return {
    alignment: PAGE_BYTES,
    concurrency: shared ? 'any' : 'owner',
    grows,
    shrinks: false,
    zeroed: grows,
    retries: shared && grows,
    stateInBuffer: true,
  };
}
