/**
 * An address space in plain JavaScript, over a buffer that grows: refuses memory where a test says so, lets another thread act in
 * the middle of a commit, and notes what was released. Private, it gives memory back; shared, other threads can open it.
 */

import {
  type AddressSpace,
  type Capabilities,
  type ControlArrays,
  PAGE_BYTES,
  type PageIndex,
  type SpaceHandle,
} from '@hakmem/contracts';

/** How a space is made. */
export interface PlainSpaceOptions {
  /** Page after the last that it may ever have; default 64. */
  readonly pageLimit?: number | undefined;
  /** First page of the heap; default 1. */
  readonly firstPage?: PageIndex | undefined;
  /** Whether threads can share it; default false. */
  readonly shared?: boolean | undefined;
  /** Whether it can give memory back; default: unless it is shared. */
  readonly shrinks?: boolean | undefined;
  /** Page after the last that commit can back; default: the limit. */
  readonly available?: number | undefined;
}

/** What opens a space that is shared, in any thread. */
export interface PlainSpaceHandle extends SpaceHandle {
  readonly kind: 'plain';
  readonly buffer: SharedArrayBuffer;
}

export class PlainSpace implements AddressSpace {
  readonly contract = 'space';
  readonly capabilities: Capabilities;
  readonly kind: 'shared' | 'local';
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** There when the space shrinks. */
  readonly release?: (pages: number) => void;
  /** There when the space is shared. */
  readonly handle?: () => PlainSpaceHandle;
  /** Page after the last that commit can back: lower it, and memory is refused. */
  available: number;
  /** What release was called with. */
  readonly releases: number[] = [];
  /** What another thread does while the next commit is under way; called once. */
  onCommit: (() => void) | null = null;
  readonly #bytes: Uint8Array;

  constructor(options: PlainSpaceOptions = {}, buffer?: SharedArrayBuffer) {
    const { pageLimit = 64, firstPage = 1, shared = false, shrinks = !shared, available = pageLimit } = options;
    this.kind = shared ? 'shared' : 'local';
    this.firstPage = firstPage;
    this.pageLimit = pageLimit;
    this.available = available;
    this.capabilities = {
      alignment: PAGE_BYTES,
      concurrency: shared ? 'any' : 'owner',
      grows: true,
      shrinks,
      zeroed: true,
      retries: false,
      stateInBuffer: true,
    };
    const maxByteLength = pageLimit * PAGE_BYTES;
    if (shared) {
      const memory = buffer ?? new SharedArrayBuffer(0, { maxByteLength });
      this.buffer = memory;
      this.handle = () => ({ kind: 'plain', firstPage, pageLimit, buffer: memory });
    } else {
      this.buffer = new ArrayBuffer(0, { maxByteLength });
    }
    if (shrinks) this.release = (pages) => this.#release(pages);
    this.#bytes = new Uint8Array(this.buffer);
  }

  /** The space of a handle, as another thread has it. */
  static open({ firstPage, pageLimit, buffer }: PlainSpaceHandle): PlainSpace {
    return new PlainSpace({ firstPage, pageLimit, shared: true }, buffer);
  }

  get committedPages(): number {
    return this.buffer.byteLength / PAGE_BYTES;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  commit(pages: number): boolean {
    const meanwhile = this.onCommit;
    this.onCommit = null;
    meanwhile?.();
    if (pages <= this.committedPages) return true;
    if (pages > this.available || pages > this.pageLimit) return false;
    try {
      if (this.buffer instanceof ArrayBuffer) this.buffer.resize(pages * PAGE_BYTES);
      else this.buffer.grow(pages * PAGE_BYTES);
      return true;
    } catch {
      return pages <= this.committedPages; // another thread was first
    }
  }

  control(words: number, liveBytes: number): ControlArrays {
    const Buffer = this.kind === 'shared' ? SharedArrayBuffer : ArrayBuffer;
    return { words: new Int32Array(new Buffer(4 * words)), live: new Uint8Array(new Buffer(liveBytes)) };
  }

  #release(pages: number): void {
    this.releases.push(pages);
    if (this.buffer instanceof ArrayBuffer && pages < this.committedPages) this.buffer.resize(pages * PAGE_BYTES);
  }
}
