/**
 * The gate: where each operation of the code under test waits for its turn.
 *
 *   operation ─► enter: stand, choose who goes on ──┬─ it is me ────────────────────┬─► the real operation ─► leave
 *                                                   └─ hand over, sleep until my turn ┘
 *
 * No hand-over and no sleep when the thread chooses itself. Outside of a run all operations just pass. A thread that is to
 * be ended gets a private value thrown out of the operation, and out of every later one.
 */

import {
  at,
  awaitTurn,
  type Board,
  BUFFER,
  BYTE,
  CHANGES,
  EVENT_WORDS,
  EVENTS,
  GIVING_WAY,
  hand,
  IDLE,
  Kind,
  LENGTH,
  NOTIFIED,
  OP,
  OPS,
  PATIENCE,
  SEEN,
  STATUS,
  Status,
  THREADS,
  WAIT_BUFFER,
  WAIT_BYTE,
  WAIT_SINCE,
} from './board.ts';
import { UnsupportedError } from './errors.ts';
import { type AnyTypedArray, sharedBuffers } from './places.ts';
import { choose } from './turn.ts';

/** @internal A value of an element. */
export type Element = number | bigint;

/** @internal What can be waited on. */
export type Words = Int32Array | BigInt64Array;

/** What is thrown out of the operations of a thread that is ended. */
const ENDED = Object.freeze({ message: 'this thread has been ended by the explorer' });

const WAIT = OPS.indexOf('wait');
const WOKEN = OPS.indexOf('woken');
const NOTIFY = OPS.indexOf('notify');

/** @internal */
export class Gate {
  /** True while `run` of the scenario is running. */
  active = false;
  readonly #board: Board;
  readonly #thread: number;
  readonly #own: number;
  readonly #watched = new WeakMap<object, AnyTypedArray>();
  #buffers = new Map<ArrayBufferLike, number>();

  constructor(board: Board, thread: number) {
    this.#board = board;
    this.#thread = thread;
    this.#own = at(thread);
  }

  /** The buffers of the state get the same numbers in all threads. */
  knowBuffersOf(state: unknown): void {
    this.#buffers = sharedBuffers(state);
  }

  /** Remembers what a Proxy stands for. */
  disguise(proxy: object, array: AnyTypedArray): void {
    this.#watched.set(proxy, array);
  }

  /** The typed array behind a Proxy; all else as it is. */
  bare<T>(value: T): T {
    const array = typeof value === 'object' && value !== null ? this.#watched.get(value) : undefined;
    return array === undefined ? value : (array as T);
  }

  /** Stands before a step on `length` elements from `index` on, until it may be made. Throws when this thread is to end. */
  enter(op: number, array: AnyTypedArray, index: number, length: number): void {
    const { words } = this.#board;
    const own = this.#own;
    if (words[own + STATUS] === Status.DYING) throw ENDED;
    if (words[own + IDLE] >= words[PATIENCE]) words[GIVING_WAY] |= 1 << this.#thread;
    words[own + STATUS] = Status.STANDING;
    this.#pass();
    this.#describe(op, array, index, length);
  }

  /** Notes what the step has done. */
  leave(before: Element, after: Element): void {
    const { words, values, bigs, events } = this.#board;
    const event = words[EVENTS] - 1;
    if (typeof before === 'bigint') {
      bigs[2 * event] = before;
      bigs[2 * event + 1] = after as bigint;
      const unsigned = before > 0x7fff_ffff_ffff_ffffn || (after as bigint) > 0x7fff_ffff_ffff_ffffn;
      events[EVENT_WORDS * event + OP] |= (unsigned ? Kind.UINT64 : Kind.INT64) << 8;
    } else {
      values[2 * event] = before;
      values[2 * event + 1] = after as number;
      events[EVENT_WORDS * event + OP] |= Kind.DOUBLE << 8;
    }
    this.changed(!Object.is(before, after));
  }

  /** A thread whose steps change nothing, while nobody else changes anything, may wait for another one. */
  changed(something: boolean): void {
    const { words } = this.#board;
    const own = this.#own;
    if (something) words[CHANGES]++;
    words[own + IDLE] = something || words[own + SEEN] !== words[CHANGES] ? 0 : words[own + IDLE] + 1;
    words[own + SEEN] = words[CHANGES];
  }

  /** Atomics.wait. Its first step compares; if it must sleep, its second step is its return. */
  wait(array: Words, index: number, value: Element, timeout: number): 'ok' | 'not-equal' | 'timed-out' {
    const { words } = this.#board;
    const own = this.#own;
    this.enter(WAIT, array, index, 1);
    const current = array[index];
    this.leave(current, current);
    if (current !== value) return 'not-equal';
    const limit = Number.isNaN(timeout) ? Infinity : timeout;
    if (limit <= 0) return 'timed-out';
    words[own + WAIT_BUFFER] = this.#numberOf(array, 'wait');
    words[own + WAIT_BYTE] = array.byteOffset + index * array.BYTES_PER_ELEMENT;
    words[own + WAIT_SINCE] = words[EVENTS];
    words[own + NOTIFIED] = 0;
    words[own + STATUS] = limit === Infinity ? Status.BLOCKED : Status.BLOCKED_FOR_A_TIME;
    this.#pass();
    this.#describe(WOKEN, array, index, 1);
    this.changed(true);
    return words[own + NOTIFIED] === 1 ? 'ok' : 'timed-out';
  }

  /** Atomics.notify: those that have waited longest are woken first. */
  notify(array: Words, index: number, count: number): number {
    const { words } = this.#board;
    this.enter(NOTIFY, array, index, 1);
    const buffer = this.#numberOf(array, 'notify');
    const byte = array.byteOffset + index * array.BYTES_PER_ELEMENT;
    let woken = 0;
    for (; woken < count; woken++) {
      const sleeper = this.#longestWaiting(buffer, byte);
      if (sleeper === 0) break;
      words[sleeper + NOTIFIED] = 1;
      words[sleeper + STATUS] = Status.STANDING;
    }
    this.changed(woken > 0);
    return woken;
  }

  /** Sleeps until the next turn, if it is another thread's now. */
  #pass(): void {
    const next = choose(this.#board);
    if (next !== this.#thread) {
      hand(this.#board, next);
      awaitTurn(this.#board, this.#thread);
    }
    const status = this.#own + STATUS;
    if (this.#board.words[status] === Status.DYING) throw ENDED;
    this.#board.words[status] = Status.RUNNING;
  }

  #describe(op: number, array: AnyTypedArray, index: number, length: number): void {
    const { words, events } = this.#board;
    const event = EVENT_WORDS * (words[EVENTS] - 1);
    events[event + OP] = op | (array.BYTES_PER_ELEMENT << 16);
    events[event + BUFFER] = this.#buffers.get(array.buffer) ?? -1;
    events[event + BYTE] = array.byteOffset + index * array.BYTES_PER_ELEMENT;
    events[event + LENGTH] = length;
  }

  /** Threads can meet only in a buffer that all of them know. */
  #numberOf(array: Words, operation: string): number {
    const number = this.#buffers.get(array.buffer);
    if (number !== undefined) return number;
    throw new UnsupportedError(
      `Atomics.${operation} on a buffer that is not in the state; expected a SharedArrayBuffer that setup returned`,
    );
  }

  #longestWaiting(buffer: number, byte: number): number {
    const { words } = this.#board;
    let longest = 0;
    for (let t = 0; t < words[THREADS]; t++) {
      const own = at(t);
      const blocked = words[own + STATUS] === Status.BLOCKED || words[own + STATUS] === Status.BLOCKED_FOR_A_TIME;
      if (!blocked || words[own + WAIT_BUFFER] !== buffer || words[own + WAIT_BYTE] !== byte) continue;
      if (longest === 0 || words[own + WAIT_SINCE] < words[longest + WAIT_SINCE]) longest = own;
    }
    return longest;
  }
}
