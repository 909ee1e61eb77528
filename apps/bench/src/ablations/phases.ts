/**
 * A program in phases, for what shows only when the sizes that are asked for change: each phase allocates blocks of one
 * size, frees nearly all of them in random order, and goes on with another size; the few that are left die two phases
 * later. So SuperSlabs that one phase needed are nearly empty, or empty, when the next needs some.
 *
 *   phase p   make blocks of size p, PHASE_BYTES in all
 *             free them in random order, but for one cluster of neighbors in KEEP
 *             free what phase p - AGE kept
 *
 * It has the shape of a workload without a time: a stream for counts.ts.
 */

import type { Subject } from '../allocators/subject.js';
import { SLOT_SEED, xorshift32 } from '../random.js';
import type { Loop, Reference } from '../workloads/index.js';

/** Of the phases in bytes, over and over. */
const SIZES = [1_024, 64, 512, 8_192, 256, 2_048, 128, 32_768] as const;
const PHASES = 2 * SIZES.length;
/** A phase makes blocks of so many bytes together, but not more than so many blocks. */
const PHASE_BYTES = 12 * 1024 * 1024;
const MOST_BLOCKS = 40_000;
/** One cluster of neighbors in so many outlives its phase. */
const KEEP = 16;
/** What a cluster has, in bytes: four slots' worth. */
const CLUSTER_BYTES = 256 * 1024;
/** Phases that it outlives. */
const AGE = 2;

/** Step i makes an object of `size[i]` bytes, or frees it when that is 0. */
interface Events {
  readonly object: readonly number[];
  readonly size: readonly number[];
  readonly objects: number;
}

function makeEvents(): Events {
  const object: number[] = [];
  const size: number[] = [];
  const kept: number[][] = [];
  let objects = 0;
  const add = (which: number, bytes: number) => {
    object.push(which);
    size.push(bytes);
  };
  const free = (which: number) => add(which, 0);
  for (let phase = 0; phase < PHASES; phase++) {
    const bytes = SIZES[phase % SIZES.length];
    const blocks = Math.min(MOST_BLOCKS, PHASE_BYTES / bytes);
    const made = Array.from({ length: blocks }, () => objects++);
    for (const which of made) add(which, bytes);
    const stays = (_: number, i: number) => Math.floor((i * bytes) / CLUSTER_BYTES) % KEEP === 0;
    kept.push(made.filter(stays));
    shuffled(made.filter((which, i) => !stays(which, i))).forEach(free);
    kept[phase - AGE]?.forEach(free);
  }
  kept.slice(-AGE).flat().forEach(free);
  return { object, size, objects };
}

/** Fisher and Yates's shuffle, the same every time. */
function shuffled(list: readonly number[]): readonly number[] {
  const order = [...list];
  let draw = SLOT_SEED;
  for (let i = order.length - 1; i > 0; i--) {
    draw = xorshift32(draw);
    const other = (draw >>> 0) % (i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

let events: Events | undefined;
const load = (): Events => (events ??= makeEvents());

export const PHASES_STREAM = {
  name: 'phases',

  get steps(): number {
    return load().object.length;
  },

  /** May be run once. */
  prepare<B>({ blocks, slots }: Subject<B>): Loop {
    const { object, size, objects } = load();
    const table = slots(objects);
    let cursor = 0;
    let checksum = 0;
    return {
      run(steps) {
        for (const end = cursor + steps; cursor < end; cursor++) {
          if (size[cursor] === 0) blocks.free(table[object[cursor]]);
          else table[object[cursor]] = blocks.malloc(size[cursor]);
          checksum = (checksum + size[cursor]) | 0;
        }
      },
      drain() {},
      get checksum() {
        return checksum;
      },
    };
  },

  reference(): Reference {
    let at = 0;
    let sum = 0;
    return {
      advance(steps) {
        for (const end = at + steps; at < end; at++) sum = (sum + load().size[at]) | 0;
        return sum;
      },
    };
  },
};
