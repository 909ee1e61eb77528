/** What the ablations found; the field `ablations` of the results. */

import type { Estimate, Verdict } from '../statistics/estimate.js';

/** A variant against the base of its group on one workload. */
export type SpeedResult =
  | (Estimate & {
      readonly composition: string;
      readonly workload: string;
      readonly outcome: 'measured';
      /** Millions of operations per second, of the variant and of the base. */
      readonly rate: number;
      readonly baseRate: number;
      /** Pairs of processes. */
      readonly rounds: number;
      readonly verdict: Verdict;
    })
  | {
      readonly composition: string;
      readonly workload: string;
      readonly outcome: 'unsupported' | 'failed';
      readonly reason: string;
    };

/** What a composition counted on one stream, from its first step to its last. The same on every machine. */
export interface CountResult {
  readonly composition: string;
  readonly stream: string;
  readonly steps: number;
  /** Most SuperSlabs that were in use at once. */
  readonly superSlabs: number;
  /** Most that were DRAINING, of 64 looks. */
  readonly draining: number;
  /** Slabs by the stage of the pool that they came from. */
  readonly reuse: number;
  readonly unused: number;
  readonly fresh: number;
  /** Of those from stage 2, placed beside others of their class. */
  readonly affine: number;
  /** EMPTY slots that were made UNUSED for other classes. */
  readonly swept: number;
  /** Runs of pages for large blocks. */
  readonly runs: number;
  /** Times that a cache asked for blocks, and let some go. */
  readonly refills: number;
  readonly flushes: number;
  readonly drains: number;
  /** Slabs found with nothing live, and given back to the pool. */
  readonly retired: number;
  /** Slabs that refills got of the warm pool, and those that it did not have; null without a warm pool. */
  readonly warmHits: number | null;
  readonly warmMisses: number | null;
  /** Most bytes of the data and control buffers that were touched at once, of 64 looks. */
  readonly touchedBytes: number;
  /** Most bytes that the program had asked for and not freed. */
  readonly liveBytes: number;
  /**
   * SuperSlabs made from memory, and given back to it until, at the end, all was freed and the heap told to collect.
   */
  readonly created: number;
  readonly returned: number;
}

export interface GroupResult {
  readonly name: string;
  readonly base: string;
  readonly baseHas: string;
  readonly variants: readonly { readonly name: string; readonly differs: string }[];
  /** Variant by variant, for each workload. Empty when nothing was timed. */
  readonly speeds: readonly SpeedResult[];
  /** The base and the variants, for each stream. */
  readonly counts: readonly CountResult[];
}

export interface AblationResults {
  readonly groups: readonly GroupResult[];
}
