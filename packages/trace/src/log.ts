/**
 * The log of a recording: fixed memory that any number of threads append to at once, without a lock and without
 * waiting.
 *
 *   ┌ mark ┬ taken ┬ dropped ┬ stopped ┐┌ head │ address │ size ┐┌ head │ address │ size ┐ …      u32 each
 *
 *   head   0: not written (yet) · else operation | log2 of the alignment << 3 | thread << 8
 *   size   bytes asked for; of a MOVE the index of the entry of its REALLOC, 0 if that had no room
 *
 * Who claims an entry takes the next one by one atomic addition, so the order of the entries is the order of the
 * claims. The rule that makes it the order of the calls: an entry that ends a block is claimed before the heap's call,
 * one that makes a block after it. Then a block that is given out again stands behind the free that made it possible. A
 * realloc does both and has two entries. An entry counts when its head is written, last; so a thread may be ended
 * anywhere.
 *
 * Full: an event is dropped and counted, and the log has the first that happened. Recording allocates nothing.
 */

import { TraceError } from './errors.js';

/** The operation of the entry that takes the block at `address` away for a realloc. Never in a trace. */
export const MOVE = 6;

/** Index of the first entry, and words of an entry. */
export const HEADER = 4;
export const ENTRY = 3;
/** No entry: stopped, or full. */
export const NONE = 0;
/** Entries: 192 MiB. */
export const MAX_ENTRIES: number = 2 ** 24;

const MARK = 0x4c4b4148; // 'HAKL'
const TAKEN = 1;
const DROPPED = 2;
const STOPPED = 3;

export class Log {
  readonly words: Uint32Array;
  readonly capacity: number;

  private constructor(words: Uint32Array) {
    this.words = words;
    this.capacity = (words.length - HEADER) / ENTRY;
  }

  /** A new one; in shared memory, unless this is a page in a browser that has none. */
  static create(capacity: number): Log {
    const bytes = 4 * (HEADER + ENTRY * capacity);
    const shared = typeof SharedArrayBuffer !== 'undefined';
    const words = new Uint32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    words[0] = MARK;
    return new Log(words);
  }

  /** That of another thread's recorder. */
  static open(buffer: ArrayBufferLike): Log {
    const shared = typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
    if (shared && buffer.byteLength % 4 === 0) {
      const words = new Uint32Array(buffer);
      if (words[0] === MARK && (words.length - HEADER) % ENTRY === 0) return new Log(words);
    }
    throw new TraceError('option', 'log is not the log of a recorder, a SharedArrayBuffer that its `log` gives');
  }

  /** Index of the end of the entries that have been claimed. */
  get end(): number {
    return HEADER + ENTRY * Math.min(Atomics.load(this.words, TAKEN), this.capacity);
  }

  get dropped(): number {
    return Atomics.load(this.words, DROPPED);
  }

  get stopped(): boolean {
    return Atomics.load(this.words, STOPPED) !== 0;
  }

  stop(): void {
    Atomics.store(this.words, STOPPED, 1);
  }

  /** Index of an entry to write, or NONE. Looks first, so that `taken` does not run on when the log is full. */
  claim(): number {
    const { words, capacity } = this;
    if (this.stopped || Atomics.load(words, TAKEN) >= capacity) return NONE;
    const entry = Atomics.add(words, TAKEN, 1);
    return entry < capacity ? HEADER + ENTRY * entry : NONE;
  }

  /** Writes a claimed entry. Counts the event as dropped when there is none or its numbers have more than 32 bits. */
  put(at: number, head: number, address: number, size: number): void {
    const { words } = this;
    if (at === NONE || address >>> 0 !== address || size >>> 0 !== size) {
      this.drop();
      return;
    }
    words[at + 1] = address;
    words[at + 2] = size;
    // Pairs with the load in resolve.ts: who sees the head sees the entry.
    Atomics.store(words, at, head);
  }

  /** Counts an event that is not recorded; not one after the end of the recording. */
  drop(): void {
    if (!this.stopped) Atomics.add(this.words, DROPPED, 1);
  }
}
