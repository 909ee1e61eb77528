/**
 * A lock for the allocators that need one: one compare-and-swap to take it when it is free, one exchange to give it back.
 * Whoever finds it taken looks again for a while and then sleeps.
 *
 *   word   FREE → HELD → FREE; CONTENDED instead of HELD while somebody may be asleep, who is then woken by the release
 *
 * The holder must not die: nothing frees the lock then.
 */

import { LINE_BYTES, LINE_WORDS } from './lines.js';

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
const LOOKS = 200;
const WORD = LINE_WORDS;

/** The memory of a lock, on a line of its own. */
export function lockMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(3 * LINE_BYTES);
}

export class Lock {
  private readonly words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  acquire(): void {
    if (Atomics.compareExchange(this.words, WORD, FREE, HELD) !== FREE) this.wait();
  }

  release(): void {
    if (Atomics.exchange(this.words, WORD, FREE) === CONTENDED) Atomics.notify(this.words, WORD, 1);
  }

  private wait(): void {
    for (let look = 0; look < LOOKS; look++) {
      if (Atomics.load(this.words, WORD) !== FREE) continue;
      if (Atomics.compareExchange(this.words, WORD, FREE, HELD) === FREE) return;
    }
    while (Atomics.exchange(this.words, WORD, CONTENDED) !== FREE) Atomics.wait(this.words, WORD, CONTENDED);
  }
}
