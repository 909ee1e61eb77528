/** A thread that frees blocks of another: waits for its turn, frees all that it is given, and says which frees were taken. */

import { parentPort, workerData } from 'node:worker_threads';
import { type ControlArrays, Ground, type ThreadId } from '@hakmem/contracts';
import { remoteQueue } from '../src/index.ts';
import { cutRegions } from './set-up.ts';

/** What a Worker is given. */
export interface Task {
  readonly control: ControlArrays;
  readonly pageLimit: number;
  readonly threads: number;
  readonly thread: ThreadId;
  /** Addresses of the blocks to free, in this order, and for each what the free has answered. */
  readonly addresses: Uint32Array;
  readonly answers: Uint8Array;
  /** Threads that are ready to free; 1 when the owner has seen a block. */
  readonly signals: Int32Array;
}

const { control, pageLimit, threads, thread, addresses, answers, signals } = workerData as Task;
const ground = new Ground(control, pageLimit, false);
const regions = cutRegions(ground, threads);
const place = { owner: thread, founding: false, fresh: true, stride: regions.stride };
const queue = remoteQueue().build(ground.scopeOf(regions.of(thread), place), null);

// Both begin at the same moment, and neither is done before the owner has begun to look.
Atomics.add(signals, 0, 1);
while (Atomics.load(signals, 0) < threads - 1);

for (let i = 0; i < addresses.length; i++) {
  answers[i] = queue.free(addresses[i]) ? 1 : 0;
  if (i === addresses.length >>> 1) while (Atomics.load(signals, 1) === 0);
}

parentPort!.postMessage(queue.stats());
