/**
 * tiny_cold: small blocks that lie too far apart in time and space for the caches. A cycle is
 *
 *   make   slot 0, 1, … n-1: a block of 16 … 128 bytes; the sizes are drawn by one generator, which never starts anew
 *   free   the same n slots in the order of `shuffled(n)`, the same in every cycle
 *
 * n = 100,000: 7 MB of blocks, and as much time between a block's malloc and its free as 100,000 operations take. One
 * step = one malloc or one free; a run may stop anywhere in a cycle.
 *
 * Each block freed counts 1 in the checksum, so a request that was refused shows when its block is to be freed.
 */

import type { Slots, Subject } from '../allocators/subject.js';
import { pick, SIZE_SEED, SLOT_SEED, xorshift32 } from '../random.js';
import { type Loop, type Reference, roundToUnit, STEPS, type Workload } from './workload.js';

const BLOCKS = 100_000;
const LOW = 16;
const CHOICES = 113;

/**
 * The numbers 0 … count-1, shuffled by the generator of slots: from the last place down, each is exchanged with the
 * one at draw * (place + 1) / 2^32, which is at or before it (Fisher and Yates).
 */
export function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let draw = SLOT_SEED;
  for (let i = count - 1; i > 0; i--) {
    draw = xorshift32(draw);
    const other = Math.floor(((draw >>> 0) * (i + 1)) / 2 ** 32);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/** As a closure, see churn.ts. */
function coldLoop<B>({ blocks, none, slots: makeSlots }: Subject<B>): Loop {
  const slots: Slots<B> = makeSlots(BLOCKS);
  const order = shuffled(BLOCKS);
  let sizeDraw = SIZE_SEED;
  let cursor = 0;
  let checksum = 0;

  function make(from: number, to: number): void {
    let y = sizeDraw | 0;
    let sum = checksum | 0;
    for (let slot = from; slot < to; slot++) {
      y = xorshift32(y);
      const size = LOW + pick(y, CHOICES);
      slots[slot] = blocks.malloc(size);
      sum = (sum + size) | 0;
    }
    sizeDraw = y;
    checksum = sum;
  }

  function free(from: number, to: number): void {
    let sum = checksum | 0;
    for (let i = from; i < to; i++) {
      const slot = order[i];
      const block = slots[slot];
      if (block === none) continue;
      blocks.free(block);
      slots[slot] = none;
      sum = (sum + 1) | 0;
    }
    checksum = sum;
  }

  function run(steps: number): void {
    for (let left = steps; left > 0; ) {
      const making = cursor < BLOCKS;
      const from = making ? cursor : cursor - BLOCKS;
      const to = Math.min(from + left, BLOCKS);
      if (making) make(from, to);
      else free(from, to);
      cursor = (cursor + to - from) % (2 * BLOCKS);
      left -= to - from;
    }
  }

  return {
    run,
    drain: () => free(0, BLOCKS),
    get checksum() {
      return checksum;
    },
  };
}

function reference(): Reference {
  let sizeDraw = SIZE_SEED;
  let steps = 0;
  let checksum = 0;
  return {
    advance(more) {
      for (const end = steps + more; steps < end; steps++) {
        if (steps % (2 * BLOCKS) < BLOCKS) {
          sizeDraw = xorshift32(sizeDraw);
          checksum += LOW + pick(sizeDraw, CHOICES);
        } else {
          checksum += 1;
        }
        checksum |= 0;
      }
      return checksum;
    },
  };
}

/** 100,000 blocks of 16 … 128 bytes. A repetition is whole cycles, so that each has as many mallocs as frees. */
export function tinyCold(): Workload {
  return {
    name: 'tiny_cold',
    steps: roundToUnit(STEPS, 2 * BLOCKS),
    unit: 1,
    settling: 2 * BLOCKS,
    native: { words: ['cold', BLOCKS, LOW, CHOICES] },
    prepare: coldLoop,
    reference,
  };
}
