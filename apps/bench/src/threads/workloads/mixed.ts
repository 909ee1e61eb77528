/**
 * `mixed 10% remote`: random_mixed with 4,096 slots per Worker, but every tenth block that is to go is passed to another
 * Worker, which frees it when it looks into its rings, after each run. There is a ring from each member to each other one.
 * When the ring is full, the block's own Worker frees it after all. A Worker alone frees everything itself.
 *
 *   shared   ring of 0 → 1, 0 → 2, …, 1 → 0, 1 → 2, …        n × (n - 1) rings
 *
 * One step = one draw of a slot: a malloc, a free, or a block passed on. The tally has the calls.
 *
 * The size draw of a step that lets a block go is not used for a size: its upper bits say whether the block is passed on, its
 * lower ones to whom.
 */

import { pick, SIZE_SEED, SLOT_SEED, xorshift32 } from '../../random.js';
import { RingReader, RingWriter, ringBytes } from '../ring.js';
import { type Part, refused, type Seat, seedFor, type TeamWorkload } from './workload.js';

const CAPACITY = 4_096;
const SLOTS = 4_096;
/** 16 … 1,040 bytes. */
const LOW = 16;
const CHOICES = 1_025;
/** One block in so many is passed on. */
const ONE_IN = 10;

function mixedPart({ blocks, member, members, shared }: Seat): Part {
  const others = Array.from({ length: members }, (_, other) => other).filter((other) => other !== member);
  const writers = others.map((to) => new RingWriter(shared, ringOffset(member, to, members), CAPACITY));
  const readers = others.map((from) => new RingReader(shared, ringOffset(from, member, members), CAPACITY));
  const { length: targets } = writers;
  const oneIn = targets === 0 ? 65_536 : ONE_IN;
  const slots = new Uint32Array(SLOTS);
  let slotDraw = seedFor(SLOT_SEED, member);
  let sizeDraw = seedFor(SIZE_SEED, member);
  let made = 0;
  let freed = 0;

  function churn(steps: number): void {
    let x = slotDraw | 0;
    let y = sizeDraw | 0;
    let mallocs = 0;
    let passed = 0;
    for (let i = 0; i < steps; i++) {
      x = xorshift32(x);
      y = xorshift32(y);
      const slot = pick(x, SLOTS);
      const block = slots[slot];
      if (block === 0) {
        const size = LOW + pick(y, CHOICES);
        const fresh = blocks.malloc(size);
        if (fresh === 0) throw refused(size);
        slots[slot] = fresh;
        mallocs++;
      } else {
        slots[slot] = 0;
        if (pick(y, oneIn) === 0 && pass(block, y)) passed++;
        else blocks.free(block);
      }
    }
    slotDraw = x;
    sizeDraw = y;
    made += mallocs;
    freed += steps - mallocs - passed;
  }

  function pass(block: number, draw: number): boolean {
    if (targets === 0) return false;
    const writer = writers[pick(draw << 16, targets)];
    if (writer.room(1) === 0) return false;
    writer.push(block);
    return true;
  }

  /** Frees what others have passed on, as far as it is published. */
  function receive(limit: number): void {
    for (const reader of readers) {
      const count = reader.ready(limit);
      for (let i = 0; i < count; i++) blocks.free(reader.pop());
      freed += count;
    }
  }

  return {
    run(steps) {
      churn(steps);
      receive(steps);
      return steps;
    },
    rest() {
      for (const writer of writers) writer.publish();
    },
    drain() {
      receive(CAPACITY);
      for (const block of slots) {
        if (block === 0) continue;
        blocks.free(block);
        freed++;
      }
      slots.fill(0);
    },
    get tally() {
      return { made, freed, changed: 0 };
    },
  };
}

function ringOffset(from: number, to: number, members: number): number {
  return (from * (members - 1) + (to < from ? to : to - 1)) * ringBytes(CAPACITY);
}

export function mixedRemote(): TeamWorkload {
  return {
    name: 'mixed 10% remote',
    sizes: [1, 2, 4],
    unit: 'calls',
    sharedBytes: (members) => members * (members - 1) * ringBytes(CAPACITY),
    join: (seat) => mixedPart(seat),
    native: { words: ['mixed', CAPACITY, SLOTS, LOW, CHOICES, ONE_IN], timed: true },
  };
}
