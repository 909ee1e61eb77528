/** A heap of hakmem whose 1,000th free is forgotten. */

import { attachHeap } from 'hakmem';
import { attached, sharing } from './sharing.mjs';

export default sharing((handle) => {
  const heap = attachHeap(handle);
  let frees = 0;
  return attached(heap, {
    free: (address) => (++frees === 1_000 ? undefined : heap.free(address)),
  });
});
