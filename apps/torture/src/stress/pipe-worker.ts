/** One end of a pipe: the producer mallocs blocks and sends them through a ring, the consumer checks and frees them. */

import { workerData } from 'node:worker_threads';
import { attachHeap } from 'hakmem';
import { type PipeTask, RECEIVED, RING, RING_WORDS, SENT, STOP } from './pipe.ts';

const { handle, role, pipe } = workerData as PipeTask;
const heap = attachHeap(handle);

const mask = RING_WORDS - 1;
const BATCH = 32;
let x = 88_172_645;
let sent = 0;
let received = 0;

function random(below: number): number {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return (x >>> 0) % below;
}

/** Sends a batch, if there is room for it. */
function produce(): void {
  if (((sent - Atomics.load(pipe, RECEIVED)) | 0) > RING_WORDS - BATCH) return;
  for (let i = 0; i < BATCH; i++) pipe[RING + ((sent + i) & mask)] = heap.malloc(16 + random(1_009)) / 16;
  sent = (sent + BATCH) | 0;
  Atomics.store(pipe, SENT, sent);
}

/** Frees what has come. */
function consume(): void {
  const end = Atomics.load(pipe, SENT);
  for (; received !== end; received = (received + 1) | 0) heap.free((pipe[RING + (received & mask)] as number) * 16);
  Atomics.store(pipe, RECEIVED, received);
}

if (role === 'producer') {
  while (Atomics.load(pipe, STOP) === 0) produce();
  Atomics.store(pipe, STOP, 2);
} else {
  while (Atomics.load(pipe, STOP) !== 2 || received !== Atomics.load(pipe, SENT)) consume();
}
heap.detach();
