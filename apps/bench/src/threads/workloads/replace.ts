/**
 * Arrays of slots that are always full: each replacement draws a slot, frees its block and allocates one of a random size.
 *
 * `larson`: after LARSON_PASSES replacements per slot, on average, a Worker hands its array on and takes the next one. In round r
 * member w has array (w + r) mod n, so each array goes from Worker to Worker, and the first free in each of its slots is of
 * a block that another one made. There is no barrier: a Worker waits for the one who has the array, and for nobody else.
 *
 *   shared   ┌ turns: n × a line ┐┌ array 0 ┐┌ array 1 ┐ …      turns[a] = rounds that are over for array a
 *
 * `mid`: the arrays stay where they are.
 *
 * One step = one malloc or one free; a run does pairs of them.
 */

import { pick, SIZE_SEED, SLOT_SEED, xorshift32 } from '../../random.js';
import { LINE_BYTES, LINE_WORDS, padded } from '../lines.js';
import { type Part, refused, type Seat, seedFor, type TeamWorkload } from './workload.js';

interface Shape {
  /** Slots of an array, 1 … 65,536. */
  readonly slots: number;
  /** Smallest size in bytes. */
  readonly low: number;
  /** Number of different sizes, 1 … 65,536. */
  readonly choices: number;
  /** Replacements between two hand-overs; Infinity for none. */
  readonly round: number;
}

/** As the benchmark of Larson and Krishnan is usually run: with some thousand slots and a hundred rounds. */
const LARSON_SLOTS = 1_024;
const LARSON_PASSES = 100;

function replacePart({ blocks, member, members, shared }: Seat, shape: Shape): Part {
  const { slots: count, low, choices, round: perRound } = shape;
  const turns = new Int32Array(shared, 0, members * LINE_WORDS);
  const slots = new Uint32Array(shared, members * LINE_BYTES);
  const stride = padded(4 * count) / 4;
  let slotDraw = seedFor(SLOT_SEED, member);
  let sizeDraw = seedFor(SIZE_SEED, member);
  let array = member;
  let round = 0;
  let left = perRound;
  let replaced = 0;
  let drained = 0;

  function replace(first: number, replacements: number): void {
    let x = slotDraw | 0;
    let y = sizeDraw | 0;
    for (let i = 0; i < replacements; i++) {
      x = xorshift32(x);
      y = xorshift32(y);
      const slot = first + pick(x, count);
      const size = low + pick(y, choices);
      blocks.free(slots[slot]);
      const block = blocks.malloc(size);
      if (block === 0) throw refused(size);
      slots[slot] = block;
    }
    slotDraw = x;
    sizeDraw = y;
  }

  /** Pairs with the store in `handOn`: what is in the array is visible. */
  function takeOver(): boolean {
    if (Atomics.load(turns, array * LINE_WORDS) !== round) return false;
    left = perRound;
    return true;
  }

  function handOn(): void {
    round++;
    Atomics.store(turns, array * LINE_WORDS, round);
    array = (member + round) % members;
  }

  function fill(): void {
    const first = member * stride;
    for (let i = 0; i < count; i++) {
      sizeDraw = xorshift32(sizeDraw);
      const size = low + pick(sizeDraw, choices);
      slots[first + i] = blocks.malloc(size);
      if (slots[first + i] === 0) throw refused(size);
    }
  }

  fill();
  return {
    run(steps) {
      if (left === 0 && !takeOver()) return 0;
      const replacements = Math.min(steps >>> 1, left);
      replace(array * stride, replacements);
      replaced += replacements;
      left -= replacements;
      if (left === 0) handOn();
      return 2 * replacements;
    },
    rest() {},
    drain() {
      const first = member * stride;
      for (let i = 0; i < count; i++) blocks.free(slots[first + i]);
      drained = count;
    },
    get tally() {
      return { made: count + replaced, freed: replaced + drained, changed: 0 };
    },
  };
}

function replacing(name: string, shape: Shape): TeamWorkload {
  const { slots, low, choices, round } = shape;
  return {
    name,
    sizes: [1, 2, 4],
    unit: 'calls',
    sharedBytes: (members) => members * (LINE_BYTES + padded(4 * slots)),
    join: (seat) => replacePart(seat, shape),
    native: { words: ['replace', slots, low, choices, Number.isFinite(round) ? round : 0] },
  };
}

/** 8 … 128 bytes, 1,024 slots per Worker, each replaced a hundred times before the array is handed on. */
export function larson(): TeamWorkload {
  const round = LARSON_PASSES * LARSON_SLOTS;
  return replacing('larson', { slots: LARSON_SLOTS, low: 8, choices: 121, round });
}

/** 8 … 32 KiB to the byte, 64 slots per Worker. */
export function teamMid(): TeamWorkload {
  return replacing('mid 8-32K', { slots: 64, low: 8_192, choices: 24_577, round: Number.POSITIVE_INFINITY });
}
