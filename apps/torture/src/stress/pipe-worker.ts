/** One end of a pipe: the producer mallocs blocks and sends them through a ring, the consumer checks and frees them. */

import { workerData } from 'node:worker_threads';
import { attachHeap } from 'hakmem';
import { type PipeTask, RECEIVED, RING, RING_WORDS, SENT, STOP } from './pipe.ts';

const { handle, role, pipe } = workerData as PipeTask;
const heap = attachHeap(handle);

if (role === 'producer') {
  let x = 88_172_645;
  let sent = 0;
  while (Atomics.load(pipe, STOP) === 0) {
    if (sent - Atomics.load(pipe, RECEIVED) >= RING_WORDS - 64) continue;
    for (let i = 0; i < 32; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      pipe[RING + ((sent + i) & (RING_WORDS - 1))] = heap.malloc(16 + ((x >>> 0) % 1_009)) / 16;
    }
    sent = (sent + 32) | 0;
    Atomics.store(pipe, SENT, sent);
  }
  Atomics.store(pipe, STOP, 2);
} else {
  let received = 0;
  while (Atomics.load(pipe, STOP) !== 2 || received !== Atomics.load(pipe, SENT)) {
    const sent = Atomics.load(pipe, SENT);
    for (; received !== sent; received = (received + 1) | 0) {
      const granule = pipe[RING + (received & (RING_WORDS - 1))] as number;
      if (granule !== 0) heap.free(granule * 16);
    }
    Atomics.store(pipe, RECEIVED, received);
  }
}
heap.detach();
