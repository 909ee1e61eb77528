/** The cost of the composed heap's own calls, in nanoseconds: hot pairs, refills included, large blocks, and the cold calls. */

import { bench, do_not_optimize, group, run, summary } from '@hakmem/tooling-bench';
import { createHeap } from 'hakmem';

const heap = createHeap({ env: false });

group('malloc and free, a pair', () => {
  summary(() => {
    for (const bytes of [16, 64, 1_024, 8_192, 262_144, 1_048_576]) {
      bench(`${bytes} bytes`, () => {
        const address = heap.malloc(bytes);
        do_not_optimize(address);
        heap.free(address);
      });
    }
  });
});

group('1,000 blocks of 64 bytes, then all freed: refills and flushes included', () => {
  const held = new Uint32Array(1_000);
  bench('2,000 operations', () => {
    for (let i = 0; i < held.length; i++) held[i] = heap.malloc(64);
    for (let i = 0; i < held.length; i++) heap.free(held[i] as number);
  });
});

group('other calls', () => {
  const block = heap.malloc(64);
  bench('calloc of 64 bytes, free', () => heap.free(heap.calloc(1, 64)));
  bench('realloc in place', () => do_not_optimize(heap.realloc(block, 60)));
  bench('alignedAlloc(256, 100), free', () => heap.free(heap.alignedAlloc(256, 100)));
  bench('usableSize', () => do_not_optimize(heap.usableSize(block)));
  bench('view(Float64Array, 8)', () => do_not_optimize(heap.view(Float64Array, block, 8)));
  bench('stats', () => do_not_optimize(heap.stats()));
  bench('verify', () => do_not_optimize(heap.verify()));
});

await run();
