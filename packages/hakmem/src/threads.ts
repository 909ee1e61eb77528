/**
 * The threads of a heap: who has which number, and what the heap is. The first region behind the policy table.
 *
 *   ┌ magic ┬ layout ┬ limit ┬ closed ┬ … 32 words ┐┌ word per number, 256 ┐
 *
 *   word of a number   ┌ worker 22 ┐┌ by 8 ┐┌ state 2 ┐
 *     state    0 free · 1 in use · 2 leaving: thread `by` gives back what it had
 *     worker   1 + the number that Node gave the Worker; 0: not known
 *
 *   free ──claim──► in use ──leave (by itself, or by another when it is dead)──► leaving ──► free
 *
 * Each change is one compare-and-swap, which carries who makes it. When the thread that gives another's things back dies, too, a
 * third takes over.
 */

import { type AtomicOps, MAX_THREADS, type Records, type Region, type ThreadId } from '@hakmem/contracts';

const MAGIC = 0;
const LAYOUT = 1;
const LIMIT = 2;
const CLOSED = 3;
const HEADER_WORDS = 32;

/** Words of the region. */
export const THREADS_WORDS: number = HEADER_WORDS + MAX_THREADS + 1;
/** Says that control words are a heap's: "HAKM". */
const MAGIC_WORD = 0x48414b4d;
/** The version of the records in the control buffer; all threads of a heap must agree on it. */
export const LAYOUT_VERSION = 3;

const FREE = 0;
const IN_USE = 1;
const LEAVING = 2;

const BY_SHIFT = 2;
const WORKER_SHIFT = 10;

export class Threads {
  private readonly words: Int32Array;
  private readonly atomics: AtomicOps;
  private readonly start: number;

  constructor({ atomics }: Records, { words, start }: Region) {
    this.words = words;
    this.atomics = atomics;
    this.start = start;
  }

  /** Writes the header of a new heap, for up to `limit` threads. */
  found(limit: number): void {
    this.words[this.start + LAYOUT] = LAYOUT_VERSION;
    this.words[this.start + LIMIT] = limit;
    this.atomics.store(this.words, this.start + MAGIC, MAGIC_WORD);
  }

  /** The version of the records; 0 when the words are no heap's. */
  get layout(): number {
    return this.load(MAGIC) === MAGIC_WORD ? this.load(LAYOUT) : 0;
  }

  /** Threads that there can be at once. */
  get limit(): number {
    return this.load(LIMIT);
  }

  /** Whether a thread has destroyed the heap. */
  get closed(): boolean {
    return this.load(CLOSED) !== 0;
  }

  close(): void {
    this.atomics.store(this.words, this.start + CLOSED, 1);
  }

  /** Takes a free number for the calling thread, in Worker `worker`; 0 when none is free. */
  claim(worker: number): ThreadId | 0 {
    const word = IN_USE | (worker << WORKER_SHIFT);
    for (let thread = 1; thread <= this.limit; thread++) if (this.change(thread, FREE, word)) return thread;
    return 0;
  }

  /** Whether a thread has the number, dead or alive. */
  isTaken(thread: ThreadId): boolean {
    return this.wordOf(thread) !== FREE;
  }

  /** The numbers that threads have. */
  taken(): ThreadId[] {
    const threads = Array.from({ length: this.limit }, (_, i) => i + 1);
    return threads.filter((thread) => this.isTaken(thread));
  }

  /** The numbers that threads in a Worker have. */
  inWorker(worker: number): ThreadId[] {
    return this.taken().filter((thread) => this.wordOf(thread) >>> WORKER_SHIFT === worker);
  }

  /** The numbers of others whose things the thread was giving back. */
  leftBy(by: ThreadId): ThreadId[] {
    return this.taken().filter((thread) => {
      const word = this.wordOf(thread);
      return thread !== by && stateOf(word) === LEAVING && byOf(word) === by;
    });
  }

  /** Makes `by` the one that gives back what a thread had; false when it has nothing, or another thread is at it. */
  leave(thread: ThreadId, by: ThreadId): boolean {
    const word = this.wordOf(thread);
    if (stateOf(word) === FREE) return false;
    const other = byOf(word);
    const busy = stateOf(word) === LEAVING && other !== by && stateOf(this.wordOf(other)) === IN_USE;
    return !busy && this.change(thread, word, LEAVING | (by << BY_SHIFT) | ((word >>> WORKER_SHIFT) << WORKER_SHIFT));
  }

  /** Makes the number free: everything has been given back. */
  release(thread: ThreadId): void {
    this.atomics.store(this.words, this.start + HEADER_WORDS + thread, FREE);
  }

  private wordOf(thread: ThreadId): number {
    return this.load(HEADER_WORDS + thread);
  }

  private load(at: number): number {
    return this.atomics.load(this.words, this.start + at);
  }

  private change(thread: ThreadId, from: number, to: number): boolean {
    return this.atomics.compareExchange(this.words, this.start + HEADER_WORDS + thread, from, to) === from;
  }
}

function stateOf(word: number): number {
  return word & 3;
}

function byOf(word: number): ThreadId {
  return (word >>> BY_SHIFT) & 255;
}
