/** A heap of hakmem that gives its 1,000th block to the next one who asks, too. */

import { attachHeap } from 'hakmem';
import { attached, sharing } from './sharing.mjs';

export default sharing((handle) => {
  const heap = attachHeap(handle);
  let requests = 0;
  let last = 0;
  return attached(heap, {
    malloc: (bytes) => (last = ++requests === 1_001 ? last : heap.malloc(bytes)),
  });
});
