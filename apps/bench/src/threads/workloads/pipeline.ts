/**
 * `producer → consumer`: members 0 and 1 are a pair, 2 and 3, and so on. The even one allocates and passes the addresses
 * through a ring to the odd one, which frees them. A Worker alone is both in turn: it fills the ring, then empties it.
 *
 * One step = one block allocated and passed, or one taken and freed. The rate counts blocks freed.
 */

import type { Blocks } from '../../allocators/subject.js';
import { pick, SIZE_SEED, xorshift32 } from '../../random.js';
import { RingReader, RingWriter, ringBytes } from '../ring.js';
import { type Part, refused, type Seat, seedFor, type TeamWorkload } from './workload.js';

const CAPACITY = 4_096;
/** 16 … 1,024 bytes. */
const LOW = 16;
const CHOICES = 1_009;

function producer({ blocks, member, shared }: Seat): Part {
  const ring = new RingWriter(shared, ringOffset(member), CAPACITY);
  let sizeDraw = seedFor(SIZE_SEED, member);
  let made = 0;

  function produce(count: number): void {
    let y = sizeDraw | 0;
    for (let i = 0; i < count; i++) {
      y = xorshift32(y);
      const size = LOW + pick(y, CHOICES);
      const block = blocks.malloc(size);
      if (block === 0) throw refused(size);
      ring.push(block);
    }
    sizeDraw = y;
  }

  return {
    run(steps) {
      const count = ring.room(steps);
      produce(count);
      made += count;
      return count;
    },
    rest: () => ring.publish(),
    drain() {},
    get tally() {
      return { made, freed: 0, changed: 0 };
    },
  };
}

function consumer({ blocks, member, shared }: Seat): Part {
  const ring = new RingReader(shared, ringOffset(member), CAPACITY);
  let freed = 0;

  function run(steps: number): number {
    const count = ring.ready(steps);
    consume(blocks, ring, count);
    freed += count;
    return count;
  }

  return {
    run,
    rest() {},
    drain() {
      while (run(CAPACITY) > 0);
    },
    get tally() {
      return { made: 0, freed, changed: 0 };
    },
  };
}

function consume(blocks: Blocks<number>, ring: RingReader, count: number): void {
  for (let i = 0; i < count; i++) blocks.free(ring.pop());
}

/** Both in turn. */
function alone(seat: Seat): Part {
  const parts = [producer(seat), consumer(seat)];
  let turn = 0;
  return {
    run(steps) {
      const done = parts[turn].run(steps);
      if (done > 0) return done;
      turn = 1 - turn;
      return parts[turn].run(steps);
    },
    rest: () => parts[0].rest(),
    drain: () => parts[1].drain(),
    get tally() {
      return { made: parts[0].tally.made, freed: parts[1].tally.freed, changed: 0 };
    },
  };
}

function ringOffset(member: number): number {
  return (member >>> 1) * ringBytes(CAPACITY);
}

/** 16 … 1,024 bytes; as many rings as pairs. */
export function pipeline(): TeamWorkload {
  return {
    name: 'producer → consumer',
    sizes: [1, 2, 4],
    unit: 'blocks',
    sharedBytes: (members) => Math.ceil(members / 2) * ringBytes(CAPACITY),
    join: (seat) => (seat.members === 1 ? alone(seat) : seat.member % 2 === 0 ? producer(seat) : consumer(seat)),
    native: { words: ['pipeline', CAPACITY, LOW, CHOICES] },
  };
}
