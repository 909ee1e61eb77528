/**
 * The allocator that does nothing: the row of the empty loop. `malloc` answers with the size, which is never 0, so that
 * slots fill and empty exactly as with a real allocator, and what remains is the time of the workload's own loop.
 */

import { addressSlots, type Blocks, type Subject } from './subject.js';

class NoBlocks implements Blocks<number> {
  malloc(bytes: number): number {
    return bytes;
  }

  calloc(count: number, bytes: number): number {
    return count * bytes;
  }

  realloc(_block: number, bytes: number): number {
    return bytes;
  }

  alignedAlloc(_alignment: number, bytes: number): number {
    return bytes;
  }

  free(_block: number): void {}
}

export function emptySubject(): Subject<number> {
  return { blocks: new NoBlocks(), none: 0, slots: addressSlots };
}
