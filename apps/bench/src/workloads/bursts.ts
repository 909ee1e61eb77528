/**
 * Blocks of 64 bytes that die soon: `pair` frees each block at once, `tiny_hot` allocates a hundred and then frees them
 * all, the youngest first (lifo) or the oldest first (fifo). The hottest paths of an allocator and nothing else.
 *
 * One step = one malloc or one free. Every block goes through a slot on its way, so that even the empty loop writes and
 * reads memory once per block, as a program would.
 */

import type { Blocks, Slots, Subject } from '../allocators/subject.js';
import { type Loop, type Reference, roundToUnit, STEPS, type Workload } from './workload.js';

const BYTES = 64;
const BURST = 100;

abstract class Burst<B> implements Loop {
  checksum = 0;
  protected readonly blocks: Blocks<B>;
  protected readonly none: B;
  protected readonly slots: Slots<B>;

  constructor(subject: Subject<B>) {
    this.blocks = subject.blocks;
    this.none = subject.none;
    this.slots = subject.slots(BURST);
  }

  abstract run(steps: number): void;

  /** Nothing is held between two runs. */
  drain(): void {}
}

class Pair<B> extends Burst<B> {
  override run(steps: number): void {
    const { blocks, none, slots } = this;
    let sum = this.checksum;
    for (let i = 0; i < steps; i += 2) {
      slots[0] = blocks.malloc(BYTES);
      blocks.free(slots[0]);
      slots[0] = none;
      sum = (sum + BYTES) | 0;
    }
    this.checksum = sum;
  }
}

class Lifo<B> extends Burst<B> {
  override run(steps: number): void {
    const { blocks, none, slots } = this;
    let sum = this.checksum;
    for (let i = 0; i < steps; i += 2 * BURST) {
      for (let k = 0; k < BURST; k++) {
        slots[k] = blocks.malloc(BYTES);
        sum = (sum + BYTES) | 0;
      }
      for (let k = BURST - 1; k >= 0; k--) {
        blocks.free(slots[k]);
        slots[k] = none;
      }
    }
    this.checksum = sum;
  }
}

class Fifo<B> extends Burst<B> {
  override run(steps: number): void {
    const { blocks, none, slots } = this;
    let sum = this.checksum;
    for (let i = 0; i < steps; i += 2 * BURST) {
      for (let k = 0; k < BURST; k++) {
        slots[k] = blocks.malloc(BYTES);
        sum = (sum + BYTES) | 0;
      }
      for (let k = 0; k < BURST; k++) {
        blocks.free(slots[k]);
        slots[k] = none;
      }
    }
    this.checksum = sum;
  }
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

function burst(name: string, unit: number, prepare: Workload['prepare']): Workload {
  return { name, steps: roundToUnit(2 * STEPS, unit), unit, settling: unit, prepare, reference };
}

export function pair(): Workload {
  return burst('pair 64', 2, (subject) => new Pair(subject));
}

export function tinyHotLifo(): Workload {
  return burst('tiny_hot lifo', 2 * BURST, (subject) => new Lifo(subject));
}

export function tinyHotFifo(): Workload {
  return burst('tiny_hot fifo', 2 * BURST, (subject) => new Fifo(subject));
}
