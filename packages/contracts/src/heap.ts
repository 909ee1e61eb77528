/**
 * The contract of a whole heap: what users call, whoever composed it out of whatever. Each thread has a heap of its own over
 * the same records; a block may be freed by any of them.
 *
 * Capabilities: `concurrency` 'any': it is a {@link SharedAllocator} · `shrinks`: collect gives memory back to the system ·
 * `alignment`: the largest that alignedAlloc can serve.
 */

import type { Capabilities } from './capabilities.js';
import type { Problem } from './general.js';
import type { Address, ThreadId } from './units.js';

export const HEAP = {
  // failure
  'HEAP-1': 'malloc MUST answer 0 when memory is exhausted, and leave the heap as it was.',
  'HEAP-2': 'A foreign, misaligned, interior or repeated free MUST throw its own error, and leave the heap as it was.',
  // after
  'HEAP-3': 'calloc MUST return zero bytes, whatever the memory held before.',
  'HEAP-4': 'realloc MUST keep the first min(old, new) bytes; when it answers 0 the old block MUST be untouched.',
  // always
  'HEAP-5': 'Every byte of the heap MUST be in exactly one line of stats().bytes.',
  'HEAP-6': 'walk MUST visit every live block once, in order of address.',
  // threads
  'HEAP-7':
    'Up to maxThreads threads MUST be able to attach, each with caches of its own, to a heap of the same layout and composition.',
  'HEAP-8': 'Any thread MAY free any live block; a wrong free MUST throw in the thread that makes it.',
  'HEAP-9': 'What a thread that detaches held others MUST be able to use; blocks that it was given MUST stay live.',
  'HEAP-10':
    'After reap the heap MUST be as if the dead thread had detached; at most the block that it was being given is live besides.',
  // after, once more
  'HEAP-11':
    'malloc MUST return a multiple of 16, alignedAlloc one of its alignment; usableSize MUST be at least what was asked for.',
  'HEAP-12': 'Live blocks MUST NOT overlap, and MUST NOT change unless a user writes to them.',
  'HEAP-13':
    'Arguments that no heap could serve MUST throw an ArgumentError that names them, and leave the heap as it was.',
  'HEAP-14': 'When all blocks are freed and collected, as much MUST be there as at first.',
} as const;

/** What a heap offers; `Heap` of the package hakmem is one. */
export interface Allocator {
  readonly capabilities: Capabilities;
  /** The data buffer as it is now. */
  readonly buffer: ArrayBufferLike;
  /** A block of at least `bytes` bytes; 0 when memory is exhausted. */
  malloc(bytes: number): Address | 0;
  /** `count` × `bytes` zero bytes; 0 when memory is exhausted. */
  calloc(count: number, bytes: number): Address | 0;
  /** The block with `bytes` bytes, moved or not; 0 when memory is exhausted, the old block untouched. */
  realloc(address: number, bytes: number): Address | 0;
  /** A block at a multiple of `alignment`, a power of two; 0 when memory is exhausted. */
  alignedAlloc(alignment: number, bytes: number): Address | 0;
  /** Gives a block back; throws a typed error when none starts there. 0 is ignored. */
  free(address: number): void;
  /** Bytes that the live block holds. */
  usableSize(address: number): number;
  /** Visits every live block, in order of address; false stops the walk. */
  walk(visit: (address: Address, bytes: number) => unknown): void;
  /** Every equation that does not hold. */
  verify(): { readonly ok: boolean; readonly problems: readonly Problem[] };
  /** Gives back what is not needed; with `force`, all that is not live. Returns the bytes that the system got. */
  collect(options?: { readonly force?: boolean | undefined }): number;
  /** Where each byte is, by name; the lines add up to the whole. */
  stats(): { readonly bytes: object };
  /** Ends the heap for all threads. */
  destroy(): void;
}

/** A heap for several threads. A heap whose concurrency is 'owner' has none of these. */
export interface SharedAllocator extends Allocator {
  readonly threadId: ThreadId;
  /** What another thread needs to attach, structured-cloneable. */
  readonly handle: object;
  /** Ends the heap for this thread. */
  detach(): void;
  /** Gives back what a thread had that has ended without detaching; false when there is no such thread. */
  reap(threadId: ThreadId): boolean;
}
