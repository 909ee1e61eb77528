/**
 * Blocks of 64 bytes that die soon: `pair` frees each block at once, `tiny_hot` allocates a hundred and then frees them
 * all, the youngest first (lifo) or the oldest first (fifo). The hottest paths of an allocator and nothing else.
 *
 * One step = one malloc or one free. Every block goes through a slot on its way, so that even the empty loop writes and
 * reads memory once per block, as a program would. The loops are closures for the reason that churn.ts gives; each
 * is a function of its own, since of two loops in one function V8 takes the allocator for a constant in one only, sometimes.
 */

import type { Subject } from '../allocators/subject.js';
import { type Loop, type NativeLoop, type Reference, roundToUnit, STEPS, type Workload } from './workload.js';

const BYTES = 64;
const BURST = 100;

function pairLoop<B>({ blocks, none, slots: makeSlots }: Subject<B>): Loop {
  const slots = makeSlots(1);
  let checksum = 0;

  function run(steps: number): void {
    let sum = checksum | 0;
    for (let i = 0; i < steps; i += 2) {
      slots[0] = blocks.malloc(BYTES);
      sum = (sum + BYTES) | 0;
      blocks.free(slots[0]);
      slots[0] = none;
    }
    checksum = sum;
  }

  return burstLoop(run, () => checksum);
}

function hotLoop<B>({ blocks, none, slots: makeSlots }: Subject<B>, order: 'lifo' | 'fifo'): Loop {
  const slots = makeSlots(BURST);
  let checksum = 0;

  function fill(): void {
    let sum = checksum | 0;
    for (let k = 0; k < BURST; k++) {
      slots[k] = blocks.malloc(BYTES);
      sum = (sum + BYTES) | 0;
    }
    checksum = sum;
  }

  function freeLifo(): void {
    for (let k = BURST - 1; k >= 0; k--) {
      blocks.free(slots[k]);
      slots[k] = none;
    }
  }

  function freeFifo(): void {
    for (let k = 0; k < BURST; k++) {
      blocks.free(slots[k]);
      slots[k] = none;
    }
  }

  const empty = order === 'lifo' ? freeLifo : freeFifo;
  function run(steps: number): void {
    for (let i = 0; i < steps; i += 2 * BURST) {
      fill();
      empty();
    }
  }

  return burstLoop(run, () => checksum);
}

/** Nothing is held between two runs. */
function burstLoop(run: Loop['run'], sum: () => number): Loop {
  return {
    run,
    drain() {},
    get checksum() {
      return sum();
    },
  };
}

/** Half of all steps are mallocs of 64 bytes. */
function reference(): Reference {
  let steps = 0;
  return {
    advance(more) {
      steps += more;
      return ((steps / 2) * BYTES) | 0;
    },
  };
}

function burst(name: string, unit: number, native: NativeLoop, prepare: Workload['prepare']): Workload {
  return { name, steps: roundToUnit(2 * STEPS, unit), unit, settling: unit, native, prepare, reference };
}

export function pair(): Workload {
  return burst('pair 64', 2, { words: ['pair', BYTES] }, pairLoop);
}

export function tinyHotLifo(): Workload {
  return burst('tiny_hot lifo', 2 * BURST, { words: ['lifo', BYTES, BURST] }, (subject) => hotLoop(subject, 'lifo'));
}

export function tinyHotFifo(): Workload {
  return burst('tiny_hot fifo', 2 * BURST, { words: ['fifo', BYTES, BURST] }, (subject) => hotLoop(subject, 'fifo'));
}
