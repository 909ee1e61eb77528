/**
 * What a team knows of a workload: each of its Workers has a part, an endless stream of operations that meets the other
 * parts in shared memory.
 *
 *   join(seat) → Part      part.run(steps)      any number of times, continuing where it stopped
 *
 * A part never blocks: what has to wait for another part returns with less done, 0 at the least, and the caller decides how to
 * wait (../worker.ts) or which part to run meanwhile (a test, in one thread). A request that is refused throws.
 *
 * Each part has a tally of its calls. Over all parts, once they have drained: made = freed. The rate of a workload counts all
 * calls, or blocks freed where an allocation and its free are far apart and make one thing.
 */

import type { Blocks } from '../../allocators/subject.js';
import { BenchError } from '../../errors.js';

/** Calls of one Worker so far. */
export interface Tally {
  /** Blocks allocated. */
  readonly made: number;
  /** Blocks freed, its own and others'. */
  readonly freed: number;
  /** Reallocs. */
  readonly changed: number;
}

export interface Part {
  /** Does up to `steps` operations and returns how many; 0 when it has to wait for another part. */
  run(steps: number): number;
  /** Shows the others what this part has held back. Called when it pauses. */
  rest(): void;
  /** Frees what this part is to free in the end. All parts rest. */
  drain(): void;
  readonly tally: Tally;
}

/** One Worker's place in a team. */
export interface Seat {
  /** 0 … members-1. */
  readonly member: number;
  readonly members: number;
  readonly blocks: Blocks<number>;
  /** The same for all; zero when the first one joins. */
  readonly shared: SharedArrayBuffer;
}

/** A loop of the native program for several threads, ../../../native/team.c. */
export interface NativeTeamLoop {
  /** Its name and its numbers, as the program's command line has them. */
  readonly words: readonly (string | number)[];
  /** What a replay replays, for its standard input. */
  input?(): Uint8Array;
  /** Whether it is a matter of time who frees a block that is passed on. */
  readonly timed?: boolean;
}

export interface TeamWorkload {
  /** Unique; with the number of Workers the row of the table. */
  readonly name: string;
  /** The numbers of Workers that it is measured with. */
  readonly sizes: readonly number[];
  /** What the rate counts: all calls, or blocks freed. */
  readonly unit: 'calls' | 'blocks';
  /** Bytes of the shared memory. */
  sharedBytes(members: number): number;
  /** Throws an UnsupportedError when the allocator lacks what the workload asks for. */
  join(seat: Seat): Part;
  /** Steps of a member's part after which it begins anew; absent where it never does. */
  passSteps?(member: number): number;
  /** The same workload in C; absent where there is none. */
  readonly native?: NativeTeamLoop;
}

/** What the rate of the workload counts. */
export function unitsOf({ unit }: TeamWorkload, { made, freed, changed }: Tally): number {
  return unit === 'blocks' ? freed : made + freed + changed;
}

/** To be thrown when malloc answers 0. */
export function refused(bytes: number): BenchError {
  return new BenchError(`malloc(${bytes}) was refused`);
}

/** The start of a generator for one Worker; that of member 0 is `seed`. Never 0 for the seeds of random.ts. */
export function seedFor(seed: number, member: number): number {
  return seed ^ Math.imul(member, 0x9e37_79b1);
}
