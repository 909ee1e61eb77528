/**
 * What a run measures. The forms differ in rows, columns, rounds and time; the command line may change any of it.
 *
 *   start   the rows of the usual tables, two rounds; ends within about two minutes, probes included
 *   quick   one round over fewer rows, some twenty seconds
 *   full    every workload, every allocator, five rounds, half an hour
 *
 * The time budget is divided among the processes; each gets what remains after its start. Before every row it is divided
 * anew, so that a busy machine or a slow peer takes time from the rows to come instead of making the run longer. `only` picks
 * from all workloads, whatever the form.
 */

import { ALLOCATORS, type AllocatorEntry, findAllocator } from './allocators/index.js';
import { BenchError } from './errors.js';
import { WORKLOADS, type Workload } from './workloads/index.js';

export type Form = 'start' | 'quick' | 'full';

export interface Plan {
  readonly form: Form;
  readonly workloads: readonly Workload[];
  readonly allocators: readonly AllocatorEntry[];
  /** Processes per cell. */
  readonly rounds: number;
  /** Most timed repetitions per process. */
  readonly reps: number;
  /** Milliseconds for all cells together. */
  readonly totalMs: number;
  /** Most milliseconds of one process for warm-up and repetitions. */
  readonly mostCellMs: number;
}

export interface PlanOptions {
  readonly form: Form;
  /** Regular expression on the names of workloads. */
  readonly only?: string | undefined;
  /** Names of allocators, separated by commas. */
  readonly allocators?: string | undefined;
  readonly reps?: number | undefined;
  /** Seconds for all cells together. */
  readonly timeBudget?: number | undefined;
}

interface FormSettings {
  readonly seconds: number;
  readonly mostCellMs: number;
  readonly rounds: number;
  readonly reps: number;
  readonly rows: RegExp;
  readonly columns: (allocator: AllocatorEntry) => boolean;
}

const FORMS: Record<Form, FormSettings> = {
  start: {
    seconds: 85,
    mostCellMs: 300,
    rounds: 2,
    reps: 9,
    rows: /^random|^fixed_size (64|1024|8192|32768)$|^pair|^tiny|^mid|^large|^trace/,
    columns: ({ kind }) => kind !== 'composition',
  },
  quick: {
    seconds: 20,
    mostCellMs: 300,
    rounds: 1,
    reps: 7,
    rows: /^random_mixed (256|4096|65536)$|^fixed_size 64$|^pair|lifo$|^mid|^large|^trace (sqlite|gcc)$/,
    columns: ({ kind }) => kind !== 'composition',
  },
  full: { seconds: 1800, mostCellMs: 2_000, rounds: 5, reps: 15, rows: /./, columns: () => true },
};

/** What a process takes besides its measurement, in milliseconds. */
const PROCESS_MS = 90;
const LEAST_CELL_MS = 50;

export function makePlan(options: PlanOptions): Plan {
  const { form } = options;
  const settings = FORMS[form];
  const rows = options.only === undefined ? settings.rows : pattern(options.only);
  const workloads = WORKLOADS.filter(({ name }) => rows.test(name));
  if (workloads.length === 0) throw new BenchError(`no workload matches ${rows}`);
  const allocators =
    options.allocators === undefined
      ? ALLOCATORS.filter(settings.columns)
      : options.allocators.split(',').map((name) => findAllocator(name.trim()));
  return {
    form,
    workloads,
    allocators,
    rounds: settings.rounds,
    reps: options.reps ?? settings.reps,
    totalMs: (options.timeBudget ?? settings.seconds) * 1_000,
    mostCellMs: options.timeBudget === undefined ? settings.mostCellMs : Number.POSITIVE_INFINITY,
  };
}

/** Milliseconds for each process of the next row, `elapsedMs` after the start, when `rowsLeft` rows are left. */
export function cellBudget(plan: Plan, elapsedMs: number, rowsLeft: number): number {
  const processes = rowsLeft * plan.allocators.length * plan.rounds;
  const share = (plan.totalMs - elapsedMs) / processes - PROCESS_MS;
  return Math.round(Math.max(Math.min(share, plan.mostCellMs), LEAST_CELL_MS));
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new BenchError(`--only: ${(error as Error).message}`);
  }
}
