/**
 * A run of a team workload by numbers instead of by time: each member does so many steps, and says how many calls it
 * made and the sizes of what it asked for and gave back. Here all parts run in this thread, in calls of CALL_STEPS in
 * turn, on an allocator that gives out numbers. So everything about the run is decided by the workload, and
 * ../../native/team.c, which does the same, must come to the same counts. No measurement pays for it: the sizes are
 * added up behind the loops, not in them.
 */

import type { Blocks } from '../allocators/subject.js';
import { BenchError } from '../errors.js';
import { CALL_STEPS } from '../measure.js';
import type { Tally, TeamWorkload } from './workloads/index.js';

/** What one member did, the closing frees of `drain` left out. */
export interface Counts extends Tally {
  /** Sum of all sizes asked for, as 32 bits with a sign. */
  readonly asked: number;
  /** The same of all blocks freed, or replaced by a realloc: it tells which ones they were. */
  readonly returned: number;
}

/** How many steps each member does: `steps`, or as many whole passes as the longest part needs for those. */
export function stepsOf({ passSteps }: TeamWorkload, members: number, steps: number): readonly number[] {
  const pass = Array.from({ length: members }, (_, member) => passSteps?.(member) ?? steps);
  const passes = Math.ceil(steps / Math.max(...pass));
  return pass.map((one) => passes * one);
}

/** Runs a workload; `steps` has one number for each member, an even one, as some steps go in pairs. */
export function countInTurns(workload: TeamWorkload, steps: readonly number[]): readonly Counts[] {
  const members = steps.length;
  const shared = new SharedArrayBuffer(workload.sharedBytes(members));
  const live = new Live();
  const seats = steps.map((left, member) => {
    const blocks = new CountingBlocks(live);
    return { part: workload.join({ member, members, blocks, shared }), blocks, left };
  });
  for (let done = 1; done > 0; ) {
    done = 0;
    for (const seat of seats.filter(({ left }) => left > 0)) {
      const steps = seat.part.run(Math.min(CALL_STEPS, seat.left));
      seat.left -= steps;
      done += steps;
      if (seat.left === 0) seat.part.rest();
    }
  }
  const left = seats.reduce((sum, seat) => sum + seat.left, 0);
  if (left > 0) throw new BenchError(`all wait for one another, ${left} steps before the end`);
  return seats.map(({ part, blocks }) => ({ ...part.tally, asked: blocks.asked, returned: blocks.returned }));
}

/** Gives out numbers; adds up the sizes of what it is asked for and what comes back. */
export class CountingBlocks implements Required<Blocks<number>> {
  asked = 0;
  returned = 0;
  private readonly live: Live;

  /** `live` is the same for all members. */
  constructor(live: Live) {
    this.live = live;
  }

  malloc(bytes: number): number {
    this.asked = (this.asked + bytes) | 0;
    return this.live.enter(bytes);
  }

  calloc(count: number, bytes: number): number {
    return this.malloc(count * bytes);
  }

  realloc(block: number, bytes: number): number {
    this.free(block);
    return this.malloc(bytes);
  }

  alignedAlloc(_alignment: number, bytes: number): number {
    return this.malloc(bytes);
  }

  free(block: number): void {
    this.returned = (this.returned + this.live.leave(block)) | 0;
  }
}

/** The blocks that are live, with their sizes. */
export class Live {
  private next = 1;
  private readonly sizes = new Map<number, number>();

  enter(bytes: number): number {
    this.sizes.set(this.next, bytes);
    return this.next++;
  }

  leave(block: number): number {
    const bytes = this.sizes.get(block);
    if (bytes === undefined) throw new BenchError(`block ${block} is freed, but not live`);
    this.sizes.delete(block);
    return bytes;
  }
}
