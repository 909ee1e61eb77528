/**
 * What a run measures: two tables, one for one thread and one for teams of Workers. The form says what they have (forms.ts);
 * the command line may change any of it. `only` and `allocators` pick from all that there are, whatever the form, in both
 * tables; a table without rows or columns is left out.
 *
 * The time of a table is divided among its processes; each gets what remains after its start. Before every row (for teams:
 * before every workload) it is divided anew, so that a busy machine or a slow peer takes time from the rows to come instead of
 * making the run longer.
 */

import { ALLOCATORS, type AllocatorEntry } from './allocators/index.js';
import { BenchError } from './errors.js';
import { FORMS, type Form, type TableForm } from './forms.js';
import { TEAM_ALLOCATORS, type TeamAllocator } from './threads/allocators/index.js';
import { TEAM_ROWS, type TeamRow } from './threads/workloads/index.js';
import { WORKLOADS, type Workload } from './workloads/index.js';

export interface Plan {
  readonly form: Form;
  readonly single: TablePlan<Workload, AllocatorEntry>;
  readonly teams: TablePlan<TeamRow, TeamAllocator>;
}

export interface TablePlan<Row, Column> {
  readonly rows: readonly Row[];
  readonly allocators: readonly Column[];
  /** Processes per cell. */
  readonly rounds: number;
  /** Most timed repetitions per process. */
  readonly reps: number;
  /** Milliseconds for all cells together. */
  readonly totalMs: number;
  /** Most milliseconds of one process for warm-up and repetitions. */
  readonly mostCellMs: number;
  /** Milliseconds that a process takes besides. */
  readonly processMs: number;
}

export interface PlanOptions {
  readonly form: Form;
  /** Regular expression on the names of rows. */
  readonly only?: string | undefined;
  /** Names of allocators, separated by commas. */
  readonly allocators?: string | undefined;
  readonly reps?: number | undefined;
  /** Seconds for all cells together. */
  readonly timeBudget?: number | undefined;
}

const SINGLE = { rows: WORKLOADS, columns: ALLOCATORS, processMs: 90 };
/** The Workers have to be started, too. */
const TEAMS = { rows: TEAM_ROWS, columns: TEAM_ALLOCATORS, processMs: 170 };
const LEAST_CELL_MS = 50;

export function makePlan(options: PlanOptions): Plan {
  const { form, only, allocators, timeBudget } = options;
  const single = planTable(SINGLE, FORMS[form].single, options);
  const teams = planTable(TEAMS, FORMS[form].teams, options);
  if (single.rows.length + teams.rows.length === 0) throw new BenchError(`no workload matches ${only}`);
  const usualMs = single.totalMs + teams.totalMs;
  if (usualMs === 0) throw new BenchError(`no workload that matches ${only ?? 'the form'} runs on ${allocators}`);
  if (timeBudget === undefined) return { form, single, teams };
  const factor = (timeBudget * 1_000) / usualMs;
  return { form, single: stretched(single, factor), teams: stretched(teams, factor) };
}

/** Milliseconds for each process of the next row, `elapsedMs` after the start, when `rowsLeft` rows are left. */
export function cellBudget(table: TablePlan<unknown, unknown>, elapsedMs: number, rowsLeft: number): number {
  const processes = rowsLeft * table.allocators.length * table.rounds;
  const share = (table.totalMs - elapsedMs) / processes - table.processMs;
  return Math.round(Math.max(Math.min(share, table.mostCellMs), LEAST_CELL_MS));
}

/** Cells of a table, each counted once per process. */
export function processCount({ rows, allocators, rounds }: TablePlan<unknown, unknown>): number {
  return rows.length * allocators.length * rounds;
}

interface Named {
  readonly name: string;
}

function planTable<Row extends Named, Column extends Named>(
  every: { readonly rows: readonly Row[]; readonly columns: readonly Column[]; readonly processMs: number },
  form: TableForm<Column>,
  { only, allocators, reps }: PlanOptions,
): TablePlan<Row, Column> {
  const wanted = only === undefined ? form.rows : pattern(only);
  const names = allocators?.split(',').map(checkedName);
  const rows = every.rows.filter(({ name }) => wanted.test(name));
  const columns =
    names === undefined
      ? every.columns.filter(form.columns)
      : names.flatMap((name) => every.columns.filter((column) => column.name === name));
  return {
    rows,
    allocators: columns,
    rounds: form.rounds,
    reps: reps ?? form.reps,
    totalMs: rows.length * columns.length === 0 ? 0 : form.seconds * 1_000,
    mostCellMs: form.mostCellMs,
    processMs: every.processMs,
  };
}

/** The table with another time, and processes that nothing but that limits. */
function stretched<T extends TablePlan<unknown, unknown>>(table: T, factor: number): T {
  return { ...table, totalMs: table.totalMs * factor, mostCellMs: Number.POSITIVE_INFINITY };
}

/** The name of an allocator of either table. */
function checkedName(text: string): string {
  const name = text.trim();
  const names = new Set([...ALLOCATORS, ...TEAM_ALLOCATORS].map((entry) => entry.name));
  if (names.has(name)) return name;
  throw new BenchError(`no allocator is called "${name}"; there are: ${[...names].join(', ')}`);
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new BenchError(`--only: ${(error as Error).message}`);
  }
}
