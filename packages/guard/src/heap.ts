/** What can be guarded: a heap, known by its verbs alone. Any allocator with numbers for addresses will do. */

import type { TypedArray, TypedArrayConstructor } from '@hakmem/contracts';

/**
 * The verbs of a heap that guards need. Addresses are multiples of 16 below 2³²; 0 says that there was no memory. A wrong address
 * throws an error of `@hakmem/contracts`, and `usableSize` throws an InteriorAddressError for one inside of a block: from it
 * guards learn where the block starts.
 */
export interface GuardableHeap {
  /** The data buffer as it is now. */
  readonly buffer: ArrayBufferLike;
  /** The number of the calling thread, where the heap has one. */
  readonly threadId?: number;
  malloc(bytes: number): number;
  alignedAlloc(alignment: number, bytes: number): number;
  free(address: number): void;
  usableSize(address: number): number;
  view<T extends TypedArray>(type: TypedArrayConstructor<T>, address: number, length: number): T;
  walk(visit: (address: number, bytes: number) => unknown): void;
  destroy(): void;
  detach?(): void;
  [Symbol.dispose](): void;
}
