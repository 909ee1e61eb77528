/**
 * How the main thread drives the Workers of a team. It opens the gate with an order; every Worker wakes up, does it, answers
 * with a message, and waits at the gate again. The next order is given when all have answered, so none is missed.
 *
 *   words   ┌ … a line … ┌ number ┐┌ order ┐┌ stop ┐ … a line … ┐      written by the main thread only
 *
 * `number` counts the orders; it is written last and is what Workers wait for. `stop` ends a RUN.
 */

import { LINE_BYTES, LINE_WORDS } from './lines.js';

/** JOIN: make the part. RUN: work until `stop`. DRAIN: free what is left. LEAVE: detach and end. */
export const Order = { JOIN: 1, RUN: 2, DRAIN: 3, LEAVE: 4 } as const;
export type Order = (typeof Order)[keyof typeof Order];

const GATE_BYTES = 3 * LINE_BYTES;
const NUMBER = LINE_WORDS;
const ORDER = NUMBER + 1;
const STOP = NUMBER + 2;

/** The main thread's side. */
export class Gate {
  readonly memory: SharedArrayBuffer = new SharedArrayBuffer(GATE_BYTES);
  private readonly words = new Int32Array(this.memory);

  open(order: Order): void {
    Atomics.store(this.words, STOP, 0);
    Atomics.store(this.words, ORDER, order);
    Atomics.add(this.words, NUMBER, 1);
    Atomics.notify(this.words, NUMBER);
  }

  stop(): void {
    Atomics.store(this.words, STOP, 1);
  }
}

/** A Worker's side. Made before the first order. */
export class GateKeeper {
  private readonly words: Int32Array;
  private seen = 0;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** Waits for the next order. */
  next(): Order {
    while (Atomics.load(this.words, NUMBER) === this.seen) Atomics.wait(this.words, NUMBER, this.seen);
    this.seen++;
    return Atomics.load(this.words, ORDER) as Order;
  }

  get stopped(): boolean {
    return Atomics.load(this.words, STOP) !== 0;
  }
}
