/**
 * What the rounds of the latency probe found, step by step: the least and the most of each step's times, and the slow ones
 * with what was read after them. Eight bytes per step of the passes that count.
 */

import { CALLOC, FREE, MALLOC, MEMALIGN, REALLOC } from '../trace.js';
import type { Cause, Interruptions } from './interruptions.js';
import { type Program, sizesOf } from './stepper.js';
import type { SlowStep } from './stopwatch.js';

export type OperationName = 'malloc' | 'free' | 'calloc' | 'realloc' | 'memalign';

export interface SlowOperation {
  /** Pass among those that count, from 0, and event of the trace in it; closing frees follow the last event. */
  readonly pass: number;
  readonly event: number;
  readonly operation: OperationName;
  /** Bytes asked for; those of the object for a free. */
  readonly bytes: number;
  /** The longest of its times, and the least. */
  readonly seenNs: number;
  readonly ownNs: number;
  /** Of the longest. */
  readonly cause: Cause;
  /** What interrupted it; empty where nothing did. */
  readonly interruption: string;
  /** What it did, by the counts of the heap. */
  readonly did: string;
}

export interface OperationTimes {
  readonly operation: OperationName;
  /** In the passes of one round. */
  readonly count: number;
  readonly seenMaxNs: number;
  readonly ownMaxNs: number;
}

const NAMES: Readonly<Record<number, OperationName>> = {
  [MALLOC]: 'malloc',
  [FREE]: 'free',
  [CALLOC]: 'calloc',
  [REALLOC]: 'realloc',
  [MEMALIGN]: 'memalign',
};
/** `index`: steps since the first pass that counts. */
export class Findings {
  /** Least and most of each step's times. */
  readonly own: Uint32Array;
  readonly most: Uint32Array;
  private readonly slow: SlowStep[] = [];
  private readonly program: Program;
  private readonly sizes: Uint32Array;
  private readonly interruptions: Interruptions;

  constructor(program: Program, passes: number, interruptions: Interruptions) {
    this.program = program;
    this.interruptions = interruptions;
    this.sizes = sizesOf(program);
    this.own = new Uint32Array(program.length * passes).fill(0xffff_ffff);
    this.most = new Uint32Array(program.length * passes);
  }

  add(times: Uint32Array, slowSteps: readonly SlowStep[]): void {
    const { own, most } = this;
    for (let i = 0; i < times.length; i++) {
      own[i] = Math.min(own[i], times[i]);
      most[i] = Math.max(most[i], times[i]);
    }
    this.slow.push(...slowSteps);
  }

  byOperation(): readonly OperationTimes[] {
    const { own, most, program } = this;
    const sums = Object.values(NAMES).map((operation) => ({ operation, count: 0, seenMaxNs: 0, ownMaxNs: 0 }));
    for (let i = 0; i < own.length; i++) {
      const sum = sums[program.op[i % program.length] - MALLOC];
      sum.count++;
      sum.seenMaxNs = Math.max(sum.seenMaxNs, most[i]);
      sum.ownMaxNs = Math.max(sum.ownMaxNs, own[i]);
    }
    return sums.filter(({ count }) => count > 0);
  }

  describe(index: number, did: string): SlowOperation {
    const { own, most, program, sizes } = this;
    const event = index % program.length;
    const longestTime = this.slow.find((slow) => slow.index === index && slow.ns === most[index]);
    const { cause, words } =
      longestTime === undefined
        ? { cause: 2 * own[index] >= most[index] ? ('operation' as const) : ('unknown' as const), words: '' }
        : this.interruptions.cause(longestTime, own[index]);
    return {
      pass: Math.floor(index / program.length),
      event,
      operation: NAMES[program.op[event]],
      bytes: sizes[event],
      seenNs: most[index],
      ownNs: own[index],
      cause,
      interruption: words,
      did,
    };
  }

  causes(): Record<Cause, number> {
    const counts: Record<Cause, number> = { operation: 0, collector: 0, processor: 0, unknown: 0 };
    for (const slow of this.slow) counts[this.interruptions.cause(slow, this.own[slow.index]).cause]++;
    return counts;
  }
}
