/**
 * A Worker's work on a heap: it mallocs, stamps, checks and frees, and exchanges blocks with the others over a row of
 * mailboxes, so that every block may be freed by any of them. It keeps some blocks to its end.
 *
 *   signals  ┌ rounds done, all Workers ┬ stop ┐      mailboxes  ┌ address or 0 ┐ …
 */

import type { SharedAllocator } from '@hakmem/contracts';
import { generator } from '../random.js';

/** What a Worker is given. */
export interface HeapTask {
  readonly handle: unknown;
  readonly seed: number;
  /** Rounds to do; it also stops when it is told to. */
  readonly rounds: number;
  /** Most blocks that it holds at once. */
  readonly holds: number;
  readonly signals: Int32Array;
  readonly mailboxes: Int32Array;
  /** Whether it detaches at the end; else it leaves that to `reap`. */
  readonly detaches: boolean;
}

/** What a Worker says. */
export interface HeapResult {
  readonly threadId: number;
  /** Blocks that it has kept. */
  readonly kept: number;
  /** What it saw that must not be; null when nothing. */
  readonly wrong: string | null;
}

const SIZES = [16, 24, 100, 256, 700, 1_024, 3_000, 20_000, 300_000];

/** Does the job. */
export function heapJob(tested: { attach(handle: unknown): SharedAllocator }, task: HeapTask): HeapResult {
  const heap = tested.attach(task.handle);
  const random = generator(task.seed);
  const held: number[] = [];
  let wrong: string | null = null;
  for (let round = 0; round < task.rounds && Atomics.load(task.signals, 1) === 0 && wrong === null; round++) {
    if (held.length < task.holds) {
      const address = heap.malloc(SIZES[random(random(SIZES.length) + 1)]);
      if (address !== 0) held.push(stamp(heap, address));
    }
    if (held.length > 0 && random(3) > 0) wrong = freeOf(heap, take(held, random(held.length)));
    else if (held.length > 0) {
      const other = Atomics.exchange(task.mailboxes, random(task.mailboxes.length), take(held, random(held.length)));
      if (other !== 0) wrong = freeOf(heap, other >>> 0);
    }
    Atomics.add(task.signals, 0, 1);
  }
  if (task.detaches) heap.detach();
  return { threadId: heap.threadId, kept: held.length, wrong };
}

function take(from: number[], at: number): number {
  const [taken] = from.splice(at, 1, from[from.length - 1]);
  from.pop();
  return taken;
}

/** Writes the address into each word of the block, up to 256 bytes. */
function stamp(heap: SharedAllocator, address: number): number {
  new Int32Array(heap.buffer, address, Math.min(heap.usableSize(address), 256) >>> 2).fill(address);
  return address;
}

/** Checks the stamp and frees; says what is wrong, null when nothing is. */
function freeOf(heap: SharedAllocator, address: number): string | null {
  const words = new Int32Array(heap.buffer, address, Math.min(heap.usableSize(address), 256) >>> 2);
  const at = words.findIndex((word) => word !== (address | 0));
  if (at !== -1) return `block ${address}: word ${at} is ${words[at]}`;
  words.fill(0);
  heap.free(address);
  return null;
}
