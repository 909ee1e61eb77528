/** What a run found, in the form in which it goes to the tables and, unchanged, to the JSON file. */

import type { Machine } from './machine.js';
import type { Repetition } from './measure.js';
import type { Counts } from './probes/counts.js';
import type { GiveBack } from './probes/give-back.js';
import type { MemoryUse } from './probes/memory.js';

export type CellResult =
  | {
      readonly allocator: string;
      readonly outcome: 'measured';
      /** Millions of operations per second over all rounds. */
      readonly rate: number;
      /** Half the distance between the quartiles of the repetitions, as a share of `rate`. */
      readonly spread: number;
      /** Fewer operations than the row's other cells. */
      readonly reduced: boolean;
      /** One list per process: the operations and the time of each repetition. */
      readonly rounds: readonly (readonly Repetition[])[];
    }
  | { readonly allocator: string; readonly outcome: 'unsupported' | 'failed'; readonly reason: string };

/** A row of either table. */
export interface Row {
  /** The row's name. */
  readonly workload: string;
  /** Milliseconds that each process had for warm-up and repetitions. */
  readonly budgetMs: number;
  readonly cells: readonly CellResult[];
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

/** A number to meet: what the project promises itself, and what this run saw. */
export interface Goal {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  /** Null: this machine cannot tell; `seen` says why. */
  readonly met: boolean | null;
}

interface Settings {
  /** Processes per cell. */
  readonly rounds: number;
  /** Most timed repetitions per process. */
  readonly reps: number;
}

export interface Results {
  readonly format: 1;
  readonly form: string;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly seconds: number;
  readonly settings: { readonly single: Settings; readonly teams: Settings };
  readonly rows: readonly RowResult[];
  /** With several Workers. */
  readonly teams: readonly TeamRowResult[];
  /** Absent where the probe failed; `failures` says why. */
  readonly memory?: MemoryUse;
  readonly giveBack?: GiveBack;
  readonly counts?: Counts;
  readonly goals: readonly Goal[];
  /** What failed of hakmem itself. Not empty: the run exits with 1. */
  readonly failures: readonly string[];
}

/** The cell of an allocator in a row, if it was measured. */
export function measuredRate(rows: readonly Row[], workload: string, allocator: string): number | undefined {
  const cell = rows
    .find((row) => row.workload === workload)
    ?.cells.find((candidate) => candidate.allocator === allocator);
  return cell?.outcome === 'measured' ? cell.rate : undefined;
}
