/** Memory is bounded: a producer and a consumer with a fixed number of blocks between them do not make the heap grow. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createHeap } from 'hakmem';
import { bundle } from '../bundle.ts';
import { type PipeTask, RECEIVED, RING, RING_WORDS, STOP } from './pipe.ts';
import type { Result } from './runs.ts';

const MIB = 2 ** 20;
/** SuperSlabs that may be added after the first quarter of the time. */
const MOST_GROWTH = 1;

export async function bounded(seconds: number): Promise<Result> {
  const heap = createHeap({ maxBytes: 256 * MIB, env: false });
  const pipe = new Int32Array(new SharedArrayBuffer(4 * (RING + RING_WORDS)));
  const code = await bundle(new URL('./pipe-worker.ts', import.meta.url));
  const faults: string[] = [];
  const workers = (['producer', 'consumer'] as const).map((role) => {
    const workerData: PipeTask = { handle: heap.handle, role, pipe };
    const worker = heap.watch(new Worker(code, { workerData, execArgv: [] }));
    worker.on('error', (error) => faults.push(String(error.stack)));
    return worker;
  });
  const ends = workers.map((worker) => once(worker, 'exit'));
  const samples: { peak: number; blocks: number }[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    await sleep(seconds * 250);
    samples.push({ peak: heap.stats().superSlabs.peak, blocks: Atomics.load(pipe, RECEIVED) });
  }
  Atomics.store(pipe, STOP, 1);
  await Promise.all(ends);
  const [first, last] = [samples[0], samples[3]] as [(typeof samples)[0], (typeof samples)[0]];
  if (last.peak - first.peak > MOST_GROWTH) faults.push(`the heap grew from ${first.peak} to ${last.peak} SuperSlabs`);
  faults.push(...heap.verify().problems.map(({ message }) => message));
  heap.collect({ force: true });
  if (heap.stats().bytes.live !== 0) faults.push(`${heap.stats().blocks.live} blocks are left`);
  const peaks = samples.map(({ peak }) => peak).join(', ');
  return {
    line: `${last.blocks >>> 0} blocks through a pipe in ${seconds} s; most SuperSlabs in use after each quarter: ${peaks}`,
    faults,
  };
}
