/**
 * How a Worker waits for another one. It looks again after some ten nanoseconds, so as not to take the line that it looks at away
 * from the other all the time. When that was in vain for long, it sleeps between two looks. Nobody wakes it: a wake-up call would
 * cost the other more than the sleeper loses.
 *
 * Long is half a millisecond where every Worker has a processor: longer than a sleep, or two Workers could sleep in turn for ever,
 * each because the other did. Where there are more Workers it is fifty microseconds, as the other may need the processor.
 */

import { availableParallelism } from 'node:os';

const LOOKS = 10_000;
const LOOKS_IN_A_CROWD = 1_000;
const IDLE_LOADS = 32;
const SLEEP_MS = 0.05;

export class Patience {
  private vain = 0;
  private readonly looks: number;
  /** Never changes, and nobody else has it. */
  private readonly word: Int32Array = new Int32Array(new SharedArrayBuffer(4));

  constructor(members: number) {
    this.looks = members > availableParallelism() ? LOOKS_IN_A_CROWD : LOOKS;
  }

  /** After a look in vain. */
  pause(): void {
    if (++this.vain > this.looks) Atomics.wait(this.word, 0, 0, SLEEP_MS);
    else for (let i = 0; i < IDLE_LOADS; i++) Atomics.load(this.word, 0);
  }

  /** After progress. */
  reset(): void {
    this.vain = 0;
  }
}
