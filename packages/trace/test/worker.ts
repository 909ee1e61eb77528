/**
 * A thread that allocates, reallocates and frees, and passes blocks to another: through boxes of one word, address or
 * 0.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { attachHeap, type HeapHandle } from 'hakmem';
import { recordTrace } from '../src/index.js';

/** What a Worker is given. */
export interface Task {
  readonly handle: HeapHandle;
  readonly log: SharedArrayBuffer;
  /** Blocks on their way from one Worker to the other. */
  readonly boxes: Int32Array;
  /** Workers that are ready to begin. */
  readonly ready: Int32Array;
  readonly workers: number;
  readonly seed: number;
  readonly steps: number;
}

/** What it has done, besides what the recorder says. */
export interface Done {
  readonly thread: number;
  readonly made: number;
  readonly moved: number;
  readonly freed: number;
}

const { handle, log, boxes, ready, workers, seed, steps } = workerData as Task;
const heap = attachHeap(handle);
const recorder = recordTrace(heap, { log });
const done = { thread: heap.threadId, made: 0, moved: 0, freed: 0 };

let state = seed;
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}

/** Puts a block (or 0) into a box and frees what was there, whoever made it. */
function pass(address: number): void {
  const other = Atomics.exchange(boxes, random(boxes.length), address) >>> 0;
  if (other === 0) return;
  recorder.free(other);
  done.freed++;
}

Atomics.add(ready, 0, 1);
while (Atomics.load(ready, 0) < workers);

for (let i = 0; i < steps; i++) {
  let address = recorder.malloc(random(600));
  done.made++;
  if (random(4) === 0) {
    address = recorder.realloc(address, random(3_000));
    done.moved++;
  }
  pass(address);
}
heap.detach();
parentPort?.postMessage(done satisfies Done);
