/**
 * `malloc` by codemix: free blocks in a skip list ordered by size, inside a preallocated ArrayBuffer (it refuses a
 * SharedArrayBuffer). Blocks are aligned to 8 bytes.
 *
 * It has no realloc; the adapter composes one of alloc, sizeOf, copyWithin and free, as a program that uses it must.
 */

import Allocator from 'malloc';
import { addressSlots, type Blocks, type Subject } from './subject.js';

const HEAP_BYTES = 512 * 1024 * 1024;

class SkipListHeap implements Blocks<number> {
  private readonly allocator: Allocator;
  private readonly bytes: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.allocator = new Allocator(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  malloc(bytes: number): number {
    return this.allocator.alloc(bytes);
  }

  calloc(count: number, bytes: number): number {
    return this.allocator.calloc(count * bytes);
  }

  realloc(address: number, bytes: number): number {
    const had = this.allocator.sizeOf(address);
    if (bytes <= had) return address;
    const moved = this.allocator.alloc(bytes);
    if (moved === 0) return 0;
    this.bytes.copyWithin(moved, address, address + had);
    this.allocator.free(address);
    return moved;
  }

  free(address: number): void {
    this.allocator.free(address);
  }
}

export function codemixSubject(): Subject<number> {
  return { blocks: new SkipListHeap(new ArrayBuffer(HEAP_BYTES)), none: 0, slots: addressSlots };
}
