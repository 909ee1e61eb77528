/**
 * The guard: a heap's verbs, made of the chain's. What the heap answers it answers, 0 for exhausted memory and the same errors for
 * wrong addresses; beyond that it throws the GuardErrors that the layers find. Any call may find a fault of another block when a
 * quarantine lets go of it; the call is then not made, and may be made again.
 *
 * Each thread guards the heap object that it has. Cost: that of its layers.
 */

import { ArgumentError, integer, MAX_BYTES, type TypedArray, type TypedArrayConstructor } from '@hakmem/contracts';
import { checkAll, type EndReport, flushAll, lastLook } from './ending.js';
import type { GuardError } from './errors.js';
import { groupLeaks, type LeakReport } from './leaks.js';
import type { Ground, Link, RetireCall, TakeCall } from './link.js';

/** A guarded heap, as one thread has it. Made by `guarded` and `guard`. */
export class Guard {
  readonly #ground: Ground;
  readonly #top: Link;
  readonly #report: (report: EndReport) => void;
  #ended = false;

  /** @internal */
  constructor(ground: Ground, report: (report: EndReport) => void) {
    this.#ground = ground;
    this.#top = ground.top;
    this.#report = report;
  }

  /** A block of `bytes` bytes; 0 when memory is exhausted, after what quarantines keep has been given back. */
  malloc(bytes: number): number {
    integer('bytes', bytes, 0, MAX_BYTES);
    return this.#top.take(bytes, 16, 'malloc');
  }

  /** `count` × `bytes` zero bytes. */
  calloc(count: number, bytes: number): number {
    integer('count', count, 0, MAX_BYTES);
    integer('bytes', bytes, 0, MAX_BYTES);
    return this.#zeroed(integer('count × bytes', count * bytes, 0, MAX_BYTES), 'calloc');
  }

  /** A block of `bytes` bytes at a multiple of `alignment`, a power of two. With redzones it takes as much more before it. */
  alignedAlloc(alignment: number, bytes: number): number {
    integer('alignment', alignment, 1, MAX_BYTES / 2);
    integer('bytes', bytes, 0, MAX_BYTES);
    if ((alignment & (alignment - 1)) !== 0) throw new ArgumentError('alignment', alignment, 'a power of two');
    return this.#top.take(bytes, Math.max(alignment, 16), 'alignedAlloc');
  }

  /**
   * Moves the block, always, so that an old address that is still in use is found. Only when there is no memory for another block
   * and it is to shrink, it stays where it is; when it is to grow, the answer is 0 and the block untouched.
   */
  realloc(address: number, bytes: number): number {
    integer('bytes', bytes, 0, MAX_BYTES);
    const top = this.#top;
    if (address === 0) return top.take(bytes, 16, 'realloc');
    const had = top.size('realloc', address);
    top.check('realloc', address);
    const next = top.take(bytes, 16, 'realloc');
    if (next === 0) {
      if (bytes > had) return 0;
      top.shrink(address, bytes);
      return address;
    }
    this.#ground.memory.bytes.copyWithin(next, address, address + Math.min(had, bytes));
    try {
      this.#retire(address, had, 'realloc');
    } catch (error) {
      this.#retire(next, top.size('realloc', next), 'realloc');
      throw error;
    }
    return next;
  }

  /** Gives back the block at `address`, or under a typed array that `allocArray` or `view` made of a whole block. 0 is ignored. */
  free(address: number | TypedArray): void {
    const start = typeof address === 'number' ? address : this.#under(address);
    if (start !== 0) this.#retire(start, this.#top.size('free', start), 'free');
  }

  /** Bytes of the block: with redzones exactly as many as were asked for. */
  usableSize(address: number): number {
    return this.#top.size('usableSize', address);
  }

  /** The heap's data buffer as it is now. */
  get buffer(): ArrayBufferLike {
    return this.#ground.heap.buffer;
  }

  /** A typed array over the live block at `address`, or from inside of it on; never beyond what was asked for. */
  view<T extends TypedArray>(type: TypedArrayConstructor<T>, address: number, length: number): T {
    integer('address', address, 0, MAX_BYTES - 1);
    integer('length', length, 0, MAX_BYTES);
    const start = this.#top.around('view', address - (address % 16));
    const room = start + this.#top.size('view', start) - address;
    const most = Math.floor(room / type.BYTES_PER_ELEMENT);
    if (address < start || room < 0)
      throw new ArgumentError(
        'address',
        address,
        `one inside of the block at ${start}, which ends at ${address + room}`,
      );
    if (length > most)
      throw new ArgumentError('length', length, `at most ${most} elements, up to the end of the block`);
    return this.#ground.heap.view(type, address, length);
  }

  /** Short forms of {@link Guard.view}. */
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

  /** A zeroed typed array of `length` elements in a block of its own; null when memory is exhausted. */
  allocArray<T extends TypedArray>(type: TypedArrayConstructor<T>, length: number): T | null {
    integer('length', length, 0, MAX_BYTES / type.BYTES_PER_ELEMENT);
    const address = this.#zeroed(length * type.BYTES_PER_ELEMENT, 'allocArray');
    return address === 0 ? null : this.#ground.heap.view(type, address, length);
  }

  /** Visits every live block once, of all threads, in order of address, with the bytes that were asked for. */
  walk(visit: (address: number, bytes: number) => unknown): void {
    this.#top.walk(visit);
  }

  /** Looks at every live block, of all threads, and lists the damaged ones. No thread may change the heap meanwhile. O(blocks). */
  check(): GuardError[] {
    return checkAll(this.#top);
  }

  /** Live blocks of all threads, grouped by the place that made them. No thread may change the heap meanwhile. O(blocks). */
  leaks(): LeakReport {
    return groupLeaks(this.#top);
  }

  /** Gives back what this thread's quarantine keeps, and lists the blocks that were written to after they were freed. */
  flush(): GuardError[] {
    return flushAll(this.#top, 'flush');
  }

  /** Checks all blocks, reports faults and leaks, and destroys the heap. Idempotent. Throws no fault: they are in the report. */
  destroy(): void {
    this.#conclude('destroy', true);
    this.#ground.heap.destroy();
  }

  /**
   * At the end of a `using` block: what the heap does there. The thread that made the heap, 1 where threads have numbers, reports
   * as `destroy` does, others as `detach`.
   */
  [Symbol.dispose](): void {
    this.#conclude('dispose', this.#ground.thread <= 1);
    this.#ground.heap[Symbol.dispose]();
  }

  /** Ends this thread's guard, for `detach`. @internal */
  leave(): void {
    this.#conclude('detach', false);
  }

  /** The report of the end, once. Only with `last` other threads' blocks are looked at: without, they may be at work. */
  #conclude(operation: string, last: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    const report = lastLook(this.#top, operation, last);
    if (report !== null) this.#report(report);
  }

  #zeroed(bytes: number, call: TakeCall): number {
    const address = this.#top.take(bytes, 16, call);
    if (address !== 0) this.#ground.memory.bytes.fill(0, address, address + bytes);
    return address;
  }

  #retire(address: number, bytes: number, call: RetireCall): void {
    if (!this.#top.retire(address, bytes, call)) this.#top.give(address, bytes, call);
  }

  /** The address of a typed array in the heap's buffer. */
  #under(array: TypedArray): number {
    if (!ArrayBuffer.isView(array))
      throw new ArgumentError('address', array, 'an address or a typed array of this heap');
    if (!this.#ground.memory.holds(array))
      throw new ArgumentError('typed array', array, 'one over the buffer of this heap');
    return array.byteOffset;
  }
}
