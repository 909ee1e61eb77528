/**
 * The recorder: a heap's verbs, passed on to it and written into a log (log.ts). It knows the heap by its verbs alone,
 * so any allocator with numbers for addresses can be recorded. Each thread has a recorder of its own, over one log.
 *
 * Only what has happened is recorded: a call that threw, got no memory, or freed address 0 is no event. Blocks that
 * were live before the recording began are unknown to it: freeing one is no event, reallocating one makes it.
 *
 * Cost of an event: one atomic addition and three atomic reads and writes (a realloc twice that), no object, no growth.
 * After stop(): two atomic reads.
 */

import { TraceError } from './errors.js';
import { Log, MAX_ENTRIES, MOVE, NONE } from './log.js';
import { resolveLog } from './resolve.js';
import { CALLOC, FREE, MALLOC, MEMALIGN, REALLOC, type Trace } from './trace.js';

/** A typed array in a block of a heap. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A constructor of typed arrays, such as Float64Array. */
export interface TypedArrayConstructor<T extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * What can be recorded, and what a recorder is: the verbs of a heap. Addresses are integers of 1 … 2³²-1; 0 and null
 * say that there was no memory, and then a realloc has left the old block as it was. A typed array lies in the heap's
 * buffer, so that its `byteOffset` is its block's address.
 */
export interface RecordableHeap {
  /** The number of the calling thread, where the heap has one. */
  readonly threadId?: number;
  malloc(bytes: number): number;
  calloc(count: number, bytes: number): number;
  realloc(address: number, bytes: number): number;
  alignedAlloc(alignment: number, bytes: number): number;
  allocArray<T extends TypedArray>(type: TypedArrayConstructor<T>, length: number): T | null;
  free(address: number | TypedArray): void;
}

/** How to record. */
export interface RecordOptions {
  /**
   * Which thread this is, 0 … 255; the heap's `threadId` unless given, 0 where it has none. Each thread has its own.
   */
  readonly thread?: number | undefined;
  /** Most entries of the log, 1 … 2²⁴ (default 1,000,000), of 12 bytes each. An event takes one, a realloc two. */
  readonly maxEvents?: number | undefined;
  /** The log of the recorder of another thread, to record into the same trace; in place of `maxEvents`. */
  readonly log?: ArrayBufferLike | undefined;
}

/**
 * The heap of one thread, being recorded. Made by {@link recordTrace}; only the thread that made it calls its verbs.
 */
export class Recorder implements RecordableHeap {
  private readonly heap: RecordableHeap;
  private readonly entries: Log;
  /** The thread, as it stands in heads. */
  private readonly tag: number;

  /** @internal */
  constructor(heap: RecordableHeap, log: Log, thread: number) {
    this.heap = heap;
    this.entries = log;
    this.tag = thread << 8;
  }

  /** The heap's malloc. */
  malloc(bytes: number): number {
    const address = this.heap.malloc(bytes);
    if (address !== 0) this.made(MALLOC, address, bytes);
    return address;
  }

  /** The heap's calloc, an event of `count` × `bytes` bytes. */
  calloc(count: number, bytes: number): number {
    const address = this.heap.calloc(count, bytes);
    if (address !== 0) this.made(CALLOC, address, count * bytes);
    return address;
  }

  /** The heap's alignedAlloc. */
  alignedAlloc(alignment: number, bytes: number): number {
    const address = this.heap.alignedAlloc(alignment, bytes);
    if (address !== 0) this.made(MEMALIGN | ((31 - Math.clz32(alignment | 1)) << 3), address, bytes);
    return address;
  }

  /** The heap's allocArray, an event like a calloc. */
  allocArray<T extends TypedArray>(type: TypedArrayConstructor<T>, length: number): T | null {
    const array = this.heap.allocArray(type, length);
    if (array !== null) this.made(CALLOC, array.byteOffset, array.byteLength);
    return array;
  }

  /** The heap's realloc; of address 0 an event like a malloc. */
  realloc(address: number, bytes: number): number {
    const log = this.entries;
    const from = address === 0 ? NONE : log.claim();
    const next = this.heap.realloc(address, bytes);
    if (next === 0) return next;
    if (address === 0) {
      this.made(MALLOC, next, bytes);
      return next;
    }
    const to = log.claim();
    // Without room for the second entry the first stands alone: the block has left its address, to none that is known.
    if (from !== NONE) log.put(from, MOVE | this.tag, address, to);
    log.put(to, REALLOC | this.tag, next, bytes);
    return next;
  }

  /** The heap's free, of an address or a typed array. */
  free(address: number | TypedArray): void {
    const freed = typeof address === 'number' ? address : address?.byteOffset;
    const at = freed === 0 ? NONE : this.entries.claim();
    this.heap.free(address);
    if (freed !== 0) this.entries.put(at, FREE | this.tag, freed, 0);
  }

  /** The log, for the `log` option of the recorders of other threads; give it to `postMessage` or as `workerData`. */
  get log(): ArrayBufferLike {
    return this.entries.words.buffer;
  }

  /**
   * Events of all threads that happened and are not in the log, because it is full or a number has more than 32 bits.
   */
  get dropped(): number {
    return this.entries.dropped;
  }

  /** Ends the recording, for all threads. The recorders go on to pass calls on. */
  stop(): void {
    this.entries.stop();
  }

  /**
   * What all threads have recorded so far, as one trace. Threads are numbered from 0 in the order of their numbers
   * here. A block whose address is given out again was freed past the recorders: a free by the thread that got it
   * stands in front. No other thread should be in a call, or what it does may be missing. O(entries), some 40 bytes per
   * entry.
   */
  trace(): Trace {
    return resolveLog(this.entries);
  }

  /** Claims after the call: the block has just been made. */
  private made(head: number, address: number, size: number): void {
    this.entries.put(this.entries.claim(), head | this.tag, address, size);
  }
}

/**
 * Begins to record: returns an object with the heap's verbs, to be called in place of the heap's. Throws a TraceError
 * with the code `option` for an option out of its range.
 */
export function recordTrace(heap: RecordableHeap, options: RecordOptions = {}): Recorder {
  const { thread = heap.threadId ?? 0, maxEvents, log } = options;
  whole('thread', thread, 0, 255);
  if (log === undefined) {
    const entries = maxEvents ?? 1_000_000;
    whole('maxEvents', entries, 1, MAX_ENTRIES);
    return new Recorder(heap, Log.create(entries), thread);
  }
  if (maxEvents !== undefined) throw new TraceError('option', 'maxEvents and log are both given; a log has its size');
  return new Recorder(heap, Log.open(log), thread);
}

function whole(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TraceError('option', `${option} is ${String(value)}; expected an integer of ${least} … ${most}`);
}
