/**
 * The heap: the surface that users call. The gate (gate.ts) has the hot verbs; what is here is made of them, of the walk over
 * the pages (survey.ts) and of the boxes. Each thread has a Heap of its own over the same records; a block may be freed by
 * any of them. Exhausted memory is the answer 0; arguments that no heap could serve throw.
 */

import {
  type Address,
  type Allocator,
  ArgumentError,
  alignedBytes,
  BLOCK_BYTES,
  type Capabilities,
  CLASS_COUNT,
  GRANULE_SHIFT,
  integer,
  kindOf,
  MAX_BYTES,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  POLICY_RETAIN,
  type ThreadId,
  TINY_MAX_BYTES,
  type TypedArray,
  type TypedArrayConstructor,
} from '@hakmem/contracts';
import type { Boxes } from './boxes.js';
import { Contents } from './contents.js';
import { diagnose } from './diagnose.js';
import { Gate } from './gate.js';
import { type HeapStats, readStats } from './stats.js';
import { blockAround, extents, liveBlocks } from './survey.js';
import { type Verdict, verifyHeap } from './verify.js';

/** Visits a live block; return false to stop the walk. */
export type Visit = (address: Address, bytes: number) => unknown;

/** What {@link Heap.collect} may do. */
export interface CollectOptions {
  /** Let go of all caches and return all memory that can be returned (default false: keep what is warm). */
  readonly force?: boolean | undefined;
}

/** What makes a heap one thread's: how others attach, and how it ends. */
export interface HeapTerms {
  /** What leaving a `using` block does: destroy the heap, detach this thread, or only forget the heap. */
  readonly end: 'destroy' | 'detach' | 'close';
  /** Called once, before this thread destroys the heap. */
  readonly onDestroy?: ((heap: Heap) => void) | undefined;
}

/** A heap, as one thread has it. Made by `createHeap` or `compose`; one for several threads is a {@link SharedHeap}. */
export class Heap implements Allocator {
  /** @internal */
  protected readonly boxes: Boxes;
  /** @internal */
  protected readonly gate: Gate;
  /** @internal */
  protected readonly terms: HeapTerms;
  private readonly contents: Contents;

  /** @internal */
  constructor(boxes: Boxes, terms: HeapTerms) {
    this.boxes = boxes;
    this.gate = new Gate(boxes);
    this.contents = new Contents(boxes.space);
    this.terms = terms;
  }

  /**
   * A block of at least `bytes` bytes (0 … 4 GiB; 0 gives a block of 16), at a multiple of 16; its contents are whatever
   * was there. Returns 0 when memory is exhausted. Throws an ArgumentError (a RangeError) for any other `bytes`, and the
   * engine's TypeError for a BigInt: asking for its type would cost a hot pair 8 %.
   */
  malloc(bytes: number): Address | 0 {
    return this.gate.malloc(bytes);
  }

  /**
   * Gives the block at `address`, or under a typed array that `allocArray` or `view` made of a whole block, back. 0 is
   * ignored, as in C. Throws a ForeignAddressError, MisalignedAddressError, InteriorAddressError or DoubleFreeError when
   * no live block starts there, and an ArgumentError for what is no 32-bit address; the heap is then as it was.
   */
  free(address: number | TypedArray): void {
    if (typeof address !== 'number') {
      this.freeArray(address);
      return;
    }
    this.gate.free(address);
  }

  /**
   * `count` × `bytes` zero bytes. Returns 0 when memory is exhausted. Throws an ArgumentError when an argument or the
   * product is no integer of 0 … 4 GiB. O(bytes).
   */
  calloc(count: number, bytes: number): Address | 0 {
    integer('count', count, 0, MAX_BYTES);
    integer('bytes', bytes, 0, MAX_BYTES);
    const total = integer('count × bytes', count * bytes, 0, MAX_BYTES);
    const address = this.malloc(total);
    if (address !== 0) this.contents.zero(address, total);
    return address;
  }

  /**
   * Makes the block at `address` hold `bytes` bytes: in place where it can (the same class; shrinking to no less than half;
   * large blocks into pages that follow), else in a new block with the contents copied and the old one freed. Address 0
   * is malloc. Returns 0 when memory is exhausted, the old block untouched. Errors as `free` and `malloc`. A block that moves has
   * an alignment of 16 (a page for large ones), whatever it had before.
   */
  realloc(address: number, bytes: number): Address | 0 {
    integer('bytes', bytes, 0, MAX_BYTES);
    if (address === 0) return this.malloc(bytes);
    const had = this.gate.blockBytes('realloc', address);
    if (kindOf(this.boxes.records.words[address >>> PAGE_SHIFT]) === PageKind.LARGE) {
      if (bytes > Math.max(this.gate.tinyMax, this.gate.midMax) && this.boxes.large.resize?.(address, bytes))
        return address;
    } else if (bytes <= had && (bytes > had / 2 || had === BLOCK_BYTES[0])) return address;
    const next = this.malloc(bytes);
    if (next === 0) return bytes <= had ? address : 0;
    this.contents.copy(next, address, Math.min(had, bytes));
    this.free(address);
    return next;
  }

  /**
   * A block of at least `bytes` bytes at a multiple of `alignment`, a power of two (1 … 2 GiB). Beyond a page the block has
   * whole pages of its own. Returns 0 when memory is exhausted; throws an ArgumentError for other arguments.
   */
  alignedAlloc(alignment: number, bytes: number): Address | 0 {
    integer('alignment', alignment, 1, MAX_BYTES / 2);
    integer('bytes', bytes, 0, MAX_BYTES);
    if ((alignment & (alignment - 1)) !== 0) throw new ArgumentError('alignment', alignment, 'a power of two');
    if (alignment <= 16) return this.malloc(bytes);
    const most = Math.max(this.gate.tinyMax, this.gate.midMax);
    if (alignment <= this.boxes.alignment && bytes <= most) {
      // Without a tiny front the smallest block is that of the smallest mid class.
      const aligned = alignedBytes(this.gate.tinyMax < 0 ? Math.max(bytes, TINY_MAX_BYTES + 1) : bytes, alignment);
      if (aligned <= most) return this.malloc(aligned);
    }
    return this.boxes.large.malloc(bytes, alignment);
  }

  /** Bytes that the block at `address` holds, at least as many as were asked for. Errors as `free` (NotLiveError for a freed block). */
  usableSize(address: number): number {
    return this.gate.blockBytes('usableSize', address);
  }

  /** What the heap can do: the least of what its boxes can. */
  get capabilities(): Capabilities {
    return this.boxes.capabilities;
  }

  /** The data buffer as it is now. A wasm memory that is not shared has a new one after it grew. */
  get buffer(): ArrayBufferLike {
    return this.boxes.space.buffer;
  }

  /**
   * A typed array of `length` elements over the live block at `address` (or from inside of it on, where the element's
   * alignment allows). Throws as `usableSize` when no live block is there, and an ArgumentError when it is too short.
   */
  view<T extends TypedArray>(type: TypedArrayConstructor<T>, address: number, length: number): T {
    this.gate.check('view');
    integer('address', address, 0, MAX_BYTES - 1);
    integer('length', length, 0, MAX_BYTES);
    const block = blockAround(this.boxes.records, address);
    if (block === null || this.boxes.records.live[block.start >>> GRANULE_SHIFT] !== 1) {
      throw diagnose(this.boxes.records, 'view', block?.start ?? address);
    }
    const room = block.start + block.bytes - address;
    if (length * type.BYTES_PER_ELEMENT > room) {
      throw new ArgumentError(
        'length',
        length,
        `at most ${Math.floor(room / type.BYTES_PER_ELEMENT)} elements, up to the end of the block`,
      );
    }
    if (address % type.BYTES_PER_ELEMENT !== 0)
      throw new ArgumentError('address', address, `a multiple of ${type.BYTES_PER_ELEMENT}`);
    return new type(this.bufferTo(block.start + block.bytes), address, length);
  }

  /** Short forms of {@link Heap.view}. */
  u8(address: number, length: number): Uint8Array {
    return this.view(Uint8Array, address, length);
  }

  i32(address: number, length: number): Int32Array {
    return this.view(Int32Array, address, length);
  }

  u32(address: number, length: number): Uint32Array {
    return this.view(Uint32Array, address, length);
  }

  f32(address: number, length: number): Float32Array {
    return this.view(Float32Array, address, length);
  }

  f64(address: number, length: number): Float64Array {
    return this.view(Float64Array, address, length);
  }

  /**
   * A zeroed typed array of `length` elements in a block of its own, which `free` takes back; null when memory is
   * exhausted. Throws an ArgumentError when the length is no integer or the array would be above 4 GiB.
   */
  allocArray<T extends TypedArray>(type: TypedArrayConstructor<T>, length: number): T | null {
    integer('length', length, 0, MAX_BYTES / type.BYTES_PER_ELEMENT);
    const address = this.calloc(length, type.BYTES_PER_ELEMENT);
    if (address === 0) return null;
    return new type(this.bufferTo(address + length * type.BYTES_PER_ELEMENT), address, length);
  }

  /**
   * Counts of everything, of all threads; every byte of the heap is in exactly one line of `bytes`. While other threads
   * change the heap the lines are of slightly different moments. O(pages + blocks).
   */
  stats(): HeapStats {
    this.gate.check('stats');
    return readStats(this.boxes);
  }

  /** Walks every equation that must hold and lists those that do not. No thread may change the heap meanwhile. O(pages + blocks). */
  verify(): Verdict {
    this.gate.check('verify');
    return verifyHeap(this.boxes);
  }

  /** Visits every live block once, in order of address. The heap must not be changed meanwhile. O(pages + blocks). */
  walk(visit: Visit): void {
    this.gate.check('walk');
    const { records, registry } = this.boxes;
    for (const extent of extents(records, registry)) {
      for (const address of liveBlocks(records, extent)) if (visit(address, extent.blockBytes) === false) return;
    }
  }

  /**
   * Takes the news of frees by other threads and returns slabs of this thread in which nothing is live, slabs that threads
   * which left had abandoned and in which nothing is live any more, the runs of freed large blocks that any thread keeps, and
   * memory above what the policy retains; with `force`, all of this thread that is not live. Returns the number of bytes given
   * back to the system, always 0 for shared memory and wasm, which cannot. O(pages + blocks in caches).
   */
  collect(options: CollectOptions = {}): number {
    this.gate.check('collect');
    const { cache, policy, pool, registry, space } = this.boxes;
    const before = space.committedPages;
    for (let c = 0; c < CLASS_COUNT; c++) cache.drain(c);
    if (options.force) cache.flushAll();
    cache.retireIdle();
    pool.reclaim();
    if (options.force) pool.sweep();
    registry.trim?.(options.force ? 0 : policy.words[policy.start + POLICY_RETAIN]);
    return (before - space.committedPages) * PAGE_BYTES;
  }

  /** The calling thread's number in this heap, 1 … 255; it belongs to another thread after this one has detached. */
  get threadId(): ThreadId {
    return this.boxes.owner;
  }

  /**
   * Ends the heap for all threads: every later call of this one throws a DestroyedError, and so does a call of another that
   * needs more than what its caches hold. The buffers go when nobody holds them. No other thread may be in a call. Idempotent.
   */
  destroy(): void {
    if (this.gate.ended !== null) return;
    this.terms.onDestroy?.(this);
    const { records, space, threads } = this.boxes;
    this.gate.end('destroyed');
    threads.close();
    records.words.fill(0, 0, records.pageLimit);
    space.release?.(0);
  }

  /** At the end of a `using` block: `destroy`. (A heap that attached: `detach`.) */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /** The data buffer, which another thread may just have made longer. */
  private bufferTo(end: Address): ArrayBufferLike {
    return this.boxes.space.bytes(end).buffer;
  }

  private freeArray(array: TypedArray): void {
    if (!ArrayBuffer.isView(array))
      throw new ArgumentError('address', array, 'an address or a typed array of this heap');
    const { space } = this.boxes;
    // A shared WebAssembly.Memory has another buffer object after each growth, over the same memory.
    const grown =
      space.kind === 'wasm' && space.buffer instanceof SharedArrayBuffer && array.buffer instanceof SharedArrayBuffer;
    if (array.buffer !== this.buffer && !grown) {
      throw new ArgumentError('typed array', array, 'one over the buffer of this heap');
    }
    this.free(array.byteOffset);
  }
}
