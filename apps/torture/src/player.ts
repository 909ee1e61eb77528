/**
 * A thread of a scenario: its heap, and a log of what its program has been given and has given back, in shared words that a
 * death does not take along.
 *
 *   per thread   ┌ number ┬ doing ┬ freeing ┬ entries ┬ 256 × ±granule ┐┌ gifts ┬ 32 × granule ┐┌ dead ┐
 *
 * A gift is a block for another thread to free. The words are no part of the heap and no step of a run.
 */

import { AddressError, attachHeap, type HeapHandle, type SharedHeap } from 'hakmem';

const NUMBER = 0;
const DOING = 1;
const FREEING = 2;
const ENTRIES = 3;
const LOG = 4;
const LOG_WORDS = 256;
const GIFTS = LOG + LOG_WORDS;
const GIFT_WORDS = 32;
const DEAD = GIFTS + 1 + GIFT_WORDS;
const RECORD_WORDS = DEAD + 1;

/** What a thread's program knows. */
export interface Account {
  /** The thread's number in the heap; 0 when it has none. */
  readonly number: number;
  /** Whether it was in a call of malloc. */
  readonly inMalloc: boolean;
  /** The block that it was giving back; 0: none. */
  readonly freeing: number;
  /** For each block, how often it was given more often than given back. */
  readonly balance: ReadonlyMap<number, number>;
  /** The number of a thread that is dead from the start; 0: none. */
  readonly dead: number;
}

/** Words for `threads` accounts. */
export function boardWords(threads: number): number {
  return threads * RECORD_WORDS;
}

/** Reads the account of a thread. */
export function accountOf(board: Int32Array, thread: number): Account {
  const start = thread * RECORD_WORDS;
  const balance = new Map<number, number>();
  for (let i = 0; i < board[start + ENTRIES]; i++) {
    const entry = board[start + LOG + i];
    const address = Math.abs(entry) * 16;
    balance.set(address, (balance.get(address) ?? 0) + Math.sign(entry));
  }
  return {
    number: board[start + NUMBER],
    inMalloc: board[start + DOING] !== 0,
    freeing: board[start + FREEING] * 16,
    balance,
    dead: board[start + DEAD],
  };
}

export class Player {
  readonly heap: SharedHeap;
  /** A block that the founder made, which every thread believes to have; 0: none. */
  readonly shared: number;
  readonly #board: Int32Array;
  readonly #start: number;
  readonly #handle: HeapHandle;
  readonly #thread: number;

  constructor(handle: HeapHandle, board: Int32Array, thread: number, shared: number) {
    this.shared = shared;
    this.#handle = handle;
    this.#board = board;
    this.#thread = thread;
    this.#start = thread * RECORD_WORDS;
    this.heap = attachHeap(handle);
    board[this.#start + NUMBER] = this.heap.threadId;
  }

  malloc(bytes: number): number {
    const address = this.#given(() => this.heap.malloc(bytes));
    if (address === 0 || this.heap.usableSize(address) >= bytes) return address;
    throw new Error(
      `block ${address} holds ${this.heap.usableSize(address)} bytes of the ${bytes} that it was asked for`,
    );
  }

  alignedAlloc(alignment: number, bytes: number): number {
    return this.#given(() => this.heap.alignedAlloc(alignment, bytes));
  }

  /** `count` blocks. */
  mallocs(count: number, bytes: number): number[] {
    return Array.from({ length: count }, () => this.malloc(bytes));
  }

  realloc(address: number, bytes: number): number {
    this.#board[this.#start + FREEING] = address / 16;
    const moved = this.#given(() => this.heap.realloc(address, bytes));
    if (moved !== 0) this.#log(-address);
    this.#board[this.#start + FREEING] = 0;
    return moved;
  }

  free(address: number): void {
    this.#board[this.#start + FREEING] = address / 16;
    this.heap.free(address);
    this.#log(-address);
    this.#board[this.#start + FREEING] = 0;
  }

  frees(addresses: readonly number[]): void {
    for (const address of addresses) this.free(address);
  }

  /** Another thread of the heap, in this Worker; what it does is accounted here. */
  helper(): SharedHeap {
    return attachHeap(this.#handle);
  }

  /** Takes note of a block that a helper was given (or with a negative address, gave back). */
  note(address: number): number {
    this.#log(address);
    return address;
  }

  /** Leaves a helper dead. */
  kill(helper: SharedHeap): void {
    this.#board[this.#start + DEAD] = helper.threadId;
  }

  /** The numbers of all helpers that are dead. */
  dead(): number[] {
    return this.#everyone((start) => [this.#board[start + DEAD]].filter((thread) => thread !== 0));
  }

  /** Frees a block that other threads free, too; only one of them gives it back. */
  freeShared(address: number): void {
    try {
      this.free(address);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
    }
  }

  /** Offers blocks for another thread to free. */
  give(addresses: readonly number[]): void {
    const gifts = this.#start + GIFTS;
    for (const address of addresses) this.#board[gifts + ++this.#board[gifts]] = address / 16;
  }

  /** The gifts of the other threads. */
  gifts(): number[] {
    return this.#everyone((start, thread) => {
      const gifts = start + GIFTS;
      const granules = this.#board.subarray(gifts + 1, gifts + 1 + this.#board[gifts]);
      return thread === this.#thread ? [] : Array.from(granules, (granule) => granule * 16);
    });
  }

  #everyone(read: (start: number, thread: number) => number[]): number[] {
    const threads = Math.floor(this.#board.length / RECORD_WORDS);
    return Array.from({ length: threads }, (_, thread) => read(thread * RECORD_WORDS, thread)).flat();
  }

  #given(allocate: () => number): number {
    this.#board[this.#start + DOING] = 1;
    const address = allocate();
    if (address !== 0) this.#log(address);
    this.#board[this.#start + DOING] = 0;
    return address;
  }

  #log(address: number): void {
    const at = this.#start + ENTRIES;
    if (this.#board[at] === LOG_WORDS) throw new Error('the log of a thread is full');
    this.#board[this.#start + LOG + this.#board[at]++] = address / 16;
  }
}
