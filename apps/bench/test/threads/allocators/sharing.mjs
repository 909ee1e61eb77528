/** What the faulty allocators here have in common: an honest heap, in which nothing may be live in the end. */

import { createHeap } from 'hakmem';

/** The two sides of an allocator, of which a Worker's is given. */
export function sharing(attach) {
  return {
    create() {
      const heap = createHeap({ maxBytes: 64 * 1024 * 1024 });
      return {
        handle: heap.handle,
        audit() {
          const { live } = heap.stats().blocks;
          return live === 0 ? [] : [`${live} blocks are live`];
        },
      };
    },
    attach,
  };
}

/** A Worker's side: the heap, with other verbs in the place of its own. */
export function attached(heap, verbs) {
  const honest = {
    malloc: (bytes) => heap.malloc(bytes),
    calloc: (count, bytes) => heap.calloc(count, bytes),
    realloc: (address, bytes) => heap.realloc(address, bytes),
    alignedAlloc: (alignment, bytes) => heap.alignedAlloc(alignment, bytes),
    free: (address) => heap.free(address),
  };
  return { blocks: { ...honest, ...verbs }, buffer: heap.buffer, leave: () => heap.detach() };
}
