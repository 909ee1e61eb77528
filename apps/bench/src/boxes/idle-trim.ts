/**
 * A heap whose program pauses every so many frees and lets it tidy up: `collect` then gives back the slabs in which
 * nothing is live and the memory above what the policy retains; with `force` it lets go of all caches, too, and returns
 * all that can be returned. The caches are cold after that, and the next calls refill them: that is the price, the
 * memory what it buys.
 *
 * It counts frees, one subtraction each, and passes every call on.
 */

import type { Heap } from 'hakmem';
import type { Blocks } from '../allocators/subject.js';

/** Frees between two pauses: one or two tenths of a millisecond of work. */
export const PAUSE_EVERY = 16_384;

export class IdleTrim implements Blocks<number> {
  /** Bytes that the pauses gave back to the system. */
  returned = 0;
  private readonly heap: Heap;
  private readonly force: boolean;
  /** Frees until the next pause. */
  private left: number;

  constructor(heap: Heap, force: boolean) {
    this.heap = heap;
    this.force = force;
    this.left = PAUSE_EVERY;
  }

  malloc(bytes: number): number {
    return this.heap.malloc(bytes);
  }

  free(address: number): void {
    this.heap.free(address);
    if (--this.left === 0) this.pause();
  }

  calloc(count: number, bytes: number): number {
    return this.heap.calloc(count, bytes);
  }

  realloc(address: number, bytes: number): number {
    return this.heap.realloc(address, bytes);
  }

  alignedAlloc(alignment: number, bytes: number): number {
    return this.heap.alignedAlloc(alignment, bytes);
  }

  private pause(): void {
    this.left = PAUSE_EVERY;
    this.returned += this.heap.collect({ force: this.force });
  }
}
