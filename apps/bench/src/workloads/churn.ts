/**
 * Slots that are drawn at random: the slot's block is freed if it holds one, else a block of a random size is
 * allocated into it. In the steady state half of the slots hold a block. random_mixed, random_mid, fixed_size, mid
 * and large are this loop with other numbers.
 *
 *   size = low + pick(draw, choices) << grain        choices ≤ 65,536, see random.ts
 *
 * One step = one malloc or one free. Slot and size come from two generators; both advance in every step, so the draws
 * of a step do not depend on what the allocator did before. If a malloc answers `none`, the slot stays empty, all
 * later steps on it swap their roles, and the checksum differs from the reference.
 */

import type { Slots, Subject } from '../allocators/subject.js';
import { pick, SIZE_SEED, SLOT_SEED, xorshift32 } from '../random.js';
import { type Loop, type Reference, STEPS, type Workload } from './workload.js';

export interface Shape {
  /** Number of slots, 1 … 65,536. */
  readonly slots: number;
  /** Smallest size in bytes. */
  readonly low: number;
  /** Number of different sizes, 1 … 65,536. */
  readonly choices: number;
  /** log2 of the distance in bytes between neighbouring sizes. */
  readonly grain: number;
}

/**
 * The loop as a closure: what it uses are constants of its context, and as a process makes one such loop, V8 compiles
 * it for just these, as it does for a program whose heap is a constant of a module.
 */
function churnLoop<B>(subject: Subject<B>, shape: Shape): Loop {
  const { blocks, none } = subject;
  const { slots: count, low, choices, grain } = shape;
  const slots: Slots<B> = subject.slots(count);
  let slotDraw = SLOT_SEED;
  let sizeDraw = SIZE_SEED;
  let checksum = 0;

  function run(steps: number): void {
    let x = slotDraw | 0;
    let y = sizeDraw | 0;
    let sum = checksum | 0;
    for (let i = 0; i < steps; i++) {
      x = xorshift32(x);
      y = xorshift32(y);
      const slot = pick(x, count);
      const block = slots[slot];
      if (block !== none) {
        blocks.free(block);
        slots[slot] = none;
      } else {
        const size = low + (pick(y, choices) << grain);
        slots[slot] = blocks.malloc(size);
        sum = (sum + size) | 0;
      }
    }
    slotDraw = x;
    sizeDraw = y;
    checksum = sum;
  }

  function drain(): void {
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === none) continue;
      blocks.free(slots[i]);
      slots[i] = none;
    }
  }

  return {
    run,
    drain,
    get checksum() {
      return checksum;
    },
  };
}

class ChurnReference implements Reference {
  private slotDraw = SLOT_SEED;
  private sizeDraw = SIZE_SEED;
  private checksum = 0;
  private readonly held: Uint8Array;
  private readonly shape: Shape;

  constructor(shape: Shape) {
    this.held = new Uint8Array(shape.slots);
    this.shape = shape;
  }

  advance(steps: number): number {
    const { low, choices, grain, slots } = this.shape;
    for (let i = 0; i < steps; i++) {
      this.slotDraw = xorshift32(this.slotDraw);
      this.sizeDraw = xorshift32(this.sizeDraw);
      const slot = pick(this.slotDraw, slots);
      this.held[slot] ^= 1;
      if (this.held[slot] === 1) this.checksum = (this.checksum + low + (pick(this.sizeDraw, choices) << grain)) | 0;
    }
    return this.checksum;
  }
}

/** A churn under a name of its own. */
export function churn(name: string, shape: Shape, steps: number = STEPS): Workload {
  return {
    name,
    steps,
    unit: 1,
    settling: 4 * shape.slots,
    native: { words: ['churn', shape.slots, shape.low, shape.choices, shape.grain] },
    prepare: (subject) => churnLoop(subject, shape),
    reference: () => new ChurnReference(shape),
  };
}

/** 16 … 1,040 bytes, every size equally likely. */
export function randomMixed(slots: number): Workload {
  return churn(`random_mixed ${slots}`, { slots, low: 16, choices: 1025, grain: 0 });
}

/** 2 … 32 KiB to the byte, 256 slots. */
export function randomMid(): Workload {
  return churn('random_mid', { slots: 256, low: 2_048, choices: 30_721, grain: 0 });
}

/** One size, 256 slots. */
export function fixedSize(bytes: number): Workload {
  return churn(`fixed_size ${bytes}`, { slots: 256, low: bytes, choices: 1, grain: 0 });
}

/** 8 … 32 KiB to the byte, 64 slots. */
export function mid(): Workload {
  return churn('mid 8-32K', { slots: 64, low: 8_192, choices: 24_577, grain: 0 });
}

/** 64 KiB … 2 MiB in steps of 64 bytes, 32 slots. Some allocators take a microsecond for each of them. */
export function large(): Workload {
  return churn('large 64K-2M', { slots: 32, low: 65_536, choices: 31_745, grain: 6 }, STEPS / 8);
}
