/** A heap of hakmem that changes a byte of every 1,000th block when it gives out the next one. */

import { attachHeap } from 'hakmem';
import { attached, sharing } from './sharing.mjs';

export default sharing((handle) => {
  const heap = attachHeap(handle);
  const memory = new Uint8Array(heap.buffer);
  let requests = 0;
  let last = 0;
  return attached(heap, {
    malloc(bytes) {
      if (++requests % 1_000 === 0) memory[last] ^= 1;
      return (last = heap.malloc(bytes));
    },
  });
});
