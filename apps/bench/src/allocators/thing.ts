/**
 * @thi.ng/malloc: a first-fit free list in a preallocated ArrayBuffer, with a list of used blocks that `free` searches, so
 * a free costs in proportion to the live blocks.
 *
 * Two configurations, because its options trade speed for memory: as it comes (free neighbours merged, blocks split), and
 * with both switched off, which the package documents and which is its fastest setting on the mixed workload.
 * The pool's methods have the names of `Blocks` except that `calloc` takes one number.
 */

import { MemPool } from '@thi.ng/malloc';
import { addressSlots, type Blocks, type Subject } from './subject.js';

const POOL_BYTES = 512 * 1024 * 1024;

/** The pool with the verbs of the bench. */
export class Pool implements Blocks<number> {
  private readonly pool: MemPool;

  constructor(pool: MemPool) {
    this.pool = pool;
  }

  malloc(bytes: number): number {
    return this.pool.malloc(bytes);
  }

  calloc(count: number, bytes: number): number {
    return this.pool.calloc(count * bytes);
  }

  realloc(address: number, bytes: number): number {
    return this.pool.realloc(address, bytes);
  }

  free(address: number): void {
    this.pool.free(address);
  }
}

/** `tidy`: with merging and splitting, the package's defaults. */
export function thingSubject(tidy: boolean): Subject<number> {
  const pool = new MemPool({ size: POOL_BYTES, align: 16, compact: tidy, split: tidy });
  return { blocks: new Pool(pool), none: 0, slots: addressSlots };
}
