/** A heap of hakmem in which the 1,000th free is done twice. */

import { attachHeap } from 'hakmem';
import { attached, sharing } from './sharing.mjs';

export default sharing((handle) => {
  const heap = attachHeap(handle);
  let frees = 0;
  return attached(heap, {
    free(address) {
      heap.free(address);
      if (++frees === 1_000) heap.free(address);
    },
  });
});
