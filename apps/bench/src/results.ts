/**
 * What a run found, in the form in which it goes to the tables and, unchanged, to the JSON file.
 *
 * Format 2. Rates are millions of operations per second, times milliseconds, intervals cover 95 % (statistics/). Lists of rounds
 * are in the order of the rounds: element i of two cells of one row ran next to each other.
 */

import type { AblationResults, GroupResult } from './ablations/results.js';
import type { Machine } from './machine.js';
import type { Repetition, WarmUp } from './measure.js';
import type { Counts } from './probes/counts.js';
import type { GiveBack } from './probes/give-back.js';
import type { Latency } from './probes/latency.js';
import type { MemoryUse } from './probes/memory.js';
import type { SuperSlabMap } from './probes/superslab-map.js';
import type { Timeline } from './probes/timeline.js';
import type { Estimate, Verdict } from './statistics/estimate.js';

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** A repetition far from the cell's others. It stays in all numbers. */
export interface Outlier {
  /** Index of its process in `rounds`, and its own in there. */
  readonly round: number;
  readonly repetition: number;
  readonly rate: number;
}

export interface MeasuredResult {
  readonly allocator: string;
  readonly outcome: 'measured';
  /** The median over the processes of the median of each one's repetitions; if `reduced`, of its operations over its time. */
  readonly rate: number;
  /** Of `rate`, in M/s. With one process it knows of the repetitions' differences only, not of those among processes. */
  readonly interval: Interval;
  readonly outliers: readonly Outlier[];
  /** Fewer operations than the row's other cells. */
  readonly reduced: boolean;
  /** One list per process: the operations and the time of each repetition. */
  readonly rounds: readonly (readonly Repetition[])[];
  /** One per process. Absent where the measuring program does not tell. */
  readonly warmUps?: readonly WarmUp[];
}

export type CellResult =
  | MeasuredResult
  | { readonly allocator: string; readonly outcome: 'unsupported' | 'failed'; readonly reason: string };

/** How many times as fast one allocator is as another, by the rounds that both ran in. */
export interface Ratio extends Estimate {
  /** Name of the allocator above the line. */
  readonly of: string;
  /** Name of the allocator below the line. */
  readonly to: string;
  /** Pairs of processes. */
  readonly rounds: number;
  /** About `of`. */
  readonly verdict: Verdict;
}

/** A row of either table. */
export interface Row {
  /** The row's name. */
  readonly workload: string;
  /** What a table calls it, where that is not the name. */
  readonly title?: string;
  /** Milliseconds that each process had for warm-up and repetitions. */
  readonly budgetMs: number;
  readonly cells: readonly CellResult[];
  /** hakmem-shared to every other allocator that was measured. */
  readonly ratios: readonly Ratio[];
}

export interface RowResult extends Row {
  /** Operations of a full repetition. */
  readonly steps: number;
}

/** A row of the table for several Workers. The rates are those of all Workers together. */
export interface TeamRowResult extends Row {
  /** The workload without the number of Workers. */
  readonly base: string;
  /** Workers. */
  readonly members: number;
  /** What the rates count: calls, or blocks that were allocated and freed. */
  readonly unit: 'calls' | 'blocks';
}

/** The geometric mean of the ratios of several rows. */
export interface Mean extends Estimate {
  /** Which rows: `the traces`, `all rows`. */
  readonly what: string;
  readonly of: string;
  readonly to: string;
  /** How many rows there are in it. */
  readonly rows: number;
}

/** A ratio to a native allocator that the project wants to reach, and what this run saw. */
export interface RatioGoal extends Estimate {
  /** The row, or which rows the mean is of. */
  readonly what: string;
  /** The native allocator. */
  readonly to: string;
  readonly wanted: number;
  /** `open`: the interval has the wanted ratio in it. */
  readonly met: 'yes' | 'no' | 'open';
}

/** A number to meet: what the project promises itself, and what this run saw. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  /** Null: this machine cannot tell; `seen` says why. */
  readonly met: boolean | null;
}

/** The native allocators of the machine. */
export interface Rivals {
  readonly available: readonly { readonly name: string; readonly version: string }[];
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** One size and number of slots on one allocator. */
export interface SweepPoint {
  readonly allocator: string;
  /** Bytes of each block. */
  readonly bytes: number;
  readonly slots: number;
  readonly rate: number;
  readonly interval: Interval;
  /** Processes. */
  readonly rounds: number;
  /** Bytes that the user held when memory was looked at, and bytes touched then; null where nobody can tell. */
  readonly liveBytes: number | null;
  readonly touchedBytes: number | null;
}

export interface Sweep {
  /** In the order bytes, slots, allocator. */
  readonly points: readonly SweepPoint[];
  /** What was not measured, and why. */
  readonly missing: readonly string[];
}

interface Settings {
  /** Least and most processes per cell. */
  readonly rounds: readonly [least: number, most: number];
  /** Most timed repetitions per process. */
  readonly reps: number;
  /** Half width of a ratio's interval, as a share, at which no more rounds are run; null for none. */
  readonly target: number | null;
}

export interface Results {
  readonly format: 2;
  readonly form: string;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly seconds: number;
  readonly settings: { readonly single: Settings; readonly teams: Settings };
  readonly rivals: Rivals;
  readonly rows: readonly RowResult[];
  /** With several Workers. */
  readonly teams: readonly TeamRowResult[];
  /** Over the traces and over all rows of both tables, to every native allocator. */
  readonly means: readonly Mean[];
  readonly ratioGoals: readonly RatioGoal[];
  readonly goals: readonly Goal[];
  /** Absent where the probe failed; `failures` says why. */
  readonly memory?: MemoryUse;
  readonly giveBack?: GiveBack;
  readonly counts?: Counts;
  /** Absent where the form has none. */
  readonly latency?: readonly Latency[];
  readonly timelines?: readonly Timeline[];
  readonly maps?: readonly SuperSlabMap[];
  readonly sweep?: Sweep;
  readonly ablations?: AblationResults;
  /** The user's own compositions, `differs` being their files, and what they count; absent where there are none. */
  readonly own?: GroupResult;
  /** What failed of hakmem itself. Not empty: the run exits with 1. */
  readonly failures: readonly string[];
}

/** The rate of an allocator in a row, if it was measured. */
export function measuredRate(rows: readonly Row[], workload: string, allocator: string): number | undefined {
  const cell = rows
    .find((row) => row.workload === workload)
    ?.cells.find((candidate) => candidate.allocator === allocator);
  return cell?.outcome === 'measured' ? cell.rate : undefined;
}
