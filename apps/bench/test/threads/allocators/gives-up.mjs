/** A heap of hakmem that has no memory for the 5,000th block. */

import { attachHeap } from 'hakmem';
import { attached, sharing } from './sharing.mjs';

export default sharing((handle) => {
  const heap = attachHeap(handle);
  let requests = 0;
  return attached(heap, {
    malloc: (bytes) => (++requests === 5_000 ? 0 : heap.malloc(bytes)),
  });
});
