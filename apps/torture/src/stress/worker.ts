/**
 * A Worker of a stress run: blocks of all sizes, of which a share goes through the mail and is freed by others. It works until
 * it is told to stop, until it has worked long enough, or until it is terminated.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { attachHeap, type HeapHandle } from 'hakmem';
import { Content } from './content.ts';
import { DOING, HAND, LIST, listOf, MAIL, placeOf, THREAD } from './ledger.ts';

/** What a Worker of a stress run is told. */
export interface Task {
  readonly handle: HeapHandle;
  readonly ledger: Int32Array;
  /** ┌ running ┬ paused ┐: 0 stops the Workers where nothing is in hand; they count themselves. */
  readonly gate: Int32Array;
  readonly place: number;
  readonly seed: number;
  /** Of 100 blocks, how many are handed to others. */
  readonly remote: number;
  /** Milliseconds to work; then the Worker detaches, or (`quits`) ends without. */
  readonly milliseconds: number;
  readonly quits: boolean;
}

const { handle, ledger, gate, place: index, seed, remote, milliseconds, quits } = workerData as Task;
const place = placeOf(ledger, index);
const list = listOf(place);
const heap = attachHeap(handle);
const content = new Content(heap);
place[THREAD] = heap.threadId;
parentPort?.postMessage('attached');

let x = (seed * 2_654_435_761) | 1;
function random(below: number): number {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return (x >>> 0) % below;
}

/** Mostly tiny, some mid, a few large. */
function size(): number {
  const kind = random(1_000);
  if (kind < 900) return 8 + random(1_017);
  if (kind < 995) return 1_025 + random(kind < 980 ? 8_000 : 260_000);
  return 262_145 + random(500_000);
}

function malloc(bytes: number): number {
  place[DOING] = 1;
  const address = heap.malloc(bytes);
  place[HAND] = address / 16;
  place[DOING] = 0;
  if (address !== 0) content.stamp(address, bytes);
  return address;
}

/** Gives back the block in hand. */
function free(address: number): void {
  content.check(address);
  place[DOING] = 3;
  heap.free(address);
  place[HAND] = 0;
  place[DOING] = 0;
}

function step(): void {
  const at = random(LIST);
  const had = (list[at] as number) * 16;
  if (had === 0) {
    const address = malloc(size());
    list[at] = address / 16;
    place[HAND] = 0;
    return;
  }
  place[HAND] = had / 16;
  list[at] = 0;
  if (random(100) >= remote) {
    free(had);
    return;
  }
  place[DOING] = 2;
  const other = Atomics.exchange(ledger, random(MAIL), had / 16);
  place[HAND] = other;
  place[DOING] = 0;
  if (other !== 0) free(other * 16);
}

function pause(): void {
  Atomics.add(gate, 1, 1);
  Atomics.notify(gate, 1);
  Atomics.wait(gate, 0, 0);
  Atomics.sub(gate, 1, 1);
}

const end = performance.now() + milliseconds;
while (performance.now() < end) {
  for (let i = 0; i < 64; i++) step();
  if (Atomics.load(gate, 0) === 0) pause();
}
if (!quits) {
  heap.detach();
  place[THREAD] = 0;
}
