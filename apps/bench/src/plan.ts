/**
 * What a run measures: two tables, one for one thread and one for teams of Workers. The form says what they have (forms.ts);
 * the command line may change any of it. `only` and `allocators` pick from all that there are, whatever the form, in both
 * tables; a table without rows or columns is left out, and so are the native allocators that the machine does not have. Traces
 * and compositions of the user's own are in it whatever is picked.
 *
 * The time of a table is divided among its rows by the processes that they run in any case. A row's processes get so much time
 * each that some more of them can follow; the row ends when its intervals are narrow or its share is used. Shares are divided
 * anew before every row (for teams: before every workload), so that time left over goes to the rows to come, and a busy
 * machine or a slow peer takes time from them instead of making the run longer.
 */

import { ALLOCATORS } from './allocators/index.js';
import { checkedName, isAvailable, requireRivals } from './columns.js';
import { BenchError } from './errors.js';
import { FORMS, type Form, type Limits, type TableForm } from './forms.js';
import { GOAL_RIVALS, isGoalRow } from './native-goals.js';
import type { OwnColumn } from './own/find.js';
import type { Rivals } from './results.js';
import { TEAM_ALLOCATORS } from './threads/allocators/index.js';
import { TEAM_ROWS, type TeamRow } from './threads/workloads/index.js';
import { findWorkload, WORKLOADS, type Workload } from './workloads/index.js';

export interface Plan {
  readonly form: Form;
  readonly single: TablePlan<Workload, Column>;
  readonly teams: TablePlan<TeamRow, Column>;
  /** What else is looked at, as probe.ts is asked for it. */
  readonly probes: readonly string[];
  readonly sweep: boolean;
  /** Compositions of the user's own, and the rows of traces of the user's own. */
  readonly own: { readonly columns: readonly OwnColumn[]; readonly traces: readonly string[] };
}

export interface Named {
  readonly name: string;
}

export interface Column extends Named {
  readonly kind: string;
  /** What a process is asked for, where that is not the name. */
  readonly asked?: string;
}

export interface TablePlan<Row, Col> {
  readonly rows: readonly Row[];
  readonly allocators: readonly Col[];
  /** The allocator whose ratios to the others count. */
  readonly subject: string;
  /** Allocators whose ratios have to be narrow, also when it is clear which is faster. */
  readonly references: readonly string[];
  /** Whether `rounds` holds in a row, for the subject and the references. */
  readonly closely: (row: string) => boolean;
  /** Processes per cell, where closely. */
  readonly rounds: Limits;
  /** Processes per cell, elsewhere. */
  readonly others: Limits;
  /** Half width of a ratio's interval, as a share, that is narrow enough; null: least rounds will do. */
  readonly target: number | null;
  /** Most timed repetitions per process. */
  readonly reps: number;
  /** Milliseconds for all cells together. */
  readonly totalMs: number;
  /** Most milliseconds of one process for warm-up and repetitions. */
  readonly mostCellMs: number;
  /** Milliseconds that a process of JavaScript takes besides. */
  readonly processMs: number;
}

export interface PlanOptions {
  readonly form: Form;
  /** Regular expression on the names of rows. */
  readonly only?: string | undefined;
  /** Names of allocators, separated by commas. */
  readonly allocators?: string | undefined;
  /** Paths of traces of the user's own; a row each. */
  readonly traces?: readonly string[] | undefined;
  /** Compositions of the user's own; a column each in both tables. */
  readonly own?: readonly OwnColumn[] | undefined;
  readonly reps?: number | undefined;
  /** Seconds for all cells together. */
  readonly timeBudget?: number | undefined;
  /** Whether to sweep; as the form says unless given. */
  readonly sweep?: boolean | undefined;
  /** The native allocators that there are; none unless given. */
  readonly rivals?: Rivals | undefined;
}

const SINGLE = { rows: WORKLOADS, columns: ALLOCATORS, processMs: 90 };
/** The Workers have to be started, too. */
const TEAMS = { rows: TEAM_ROWS, columns: TEAM_ALLOCATORS, processMs: 170 };
/** A native program is there at once, and has no compiler to wait for. */
const NATIVE_PROCESS_MS = 10;
export const NATIVE_SHARE = 0.5;
/** V8 takes some 50 ms, on a busy machine more, until its last compiler has seen the loop. */
const LEAST_CELL_MS = 150;
/** Of a run whose time was given. */
const MOST_CELL_MS = 1_000;
/** A row should be able to run this many times the processes that it has to. */
const ROOM = 1.3;
const NO_RIVALS: Rivals = { available: [], missing: [] };

export function makePlan(options: PlanOptions): Plan {
  const { form, only, allocators, timeBudget, traces = [] } = options;
  const ownRows = traces.map((path) => findWorkload(`trace file:${path}`));
  const single = planTable(SINGLE, FORMS[form].single, options, ownRows);
  const teams = planTable(TEAMS, FORMS[form].teams, options, []);
  if (single.rows.length + teams.rows.length === 0) throw new BenchError(`no workload matches ${only}`);
  if (form === 'rivals' && allocators === undefined) requireRivals(options.rivals ?? NO_RIVALS);
  const probes = only === undefined && allocators === undefined ? FORMS[form].probes : [];
  const sweep = options.sweep ?? FORMS[form].sweep;
  const usualMs = single.totalMs + teams.totalMs;
  if (usualMs === 0) throw new BenchError(`no workload that matches ${only ?? 'the form'} runs on ${allocators}`);
  const own = { columns: options.own ?? [], traces: ownRows.map(({ name }) => name) };
  if (timeBudget === undefined) return { form, single, teams, probes, sweep, own };
  const factor = (timeBudget * 1_000) / usualMs;
  return { form, single: stretched(single, factor), teams: stretched(teams, factor), probes, sweep, own };
}

/** How many processes a cell has. */
export function limitsOf(table: TablePlan<unknown, unknown>, row: string, allocator: string): Limits {
  const close = allocator === table.subject || table.references.includes(allocator);
  return close && table.closely(row) ? table.rounds : table.others;
}

/**
 * For the next rows, which are run together: milliseconds for each process of JavaScript, and for all. `rowsLeft`: those rows and all after
 * them.
 */
export function shareOfTime(
  table: TablePlan<Named, Column>,
  elapsedMs: number,
  next: readonly Named[],
  rowsLeft: readonly Named[],
): { budgetMs: number; rowMs: number } {
  const left = table.totalMs - elapsedMs;
  const rowMs = (left * cost(table, next).shares) / cost(table, rowsLeft).shares;
  const { shares, besidesMs } = cost(table, next);
  const each = (rowMs / (table.target === null ? 1 : ROOM) - besidesMs) / shares;
  return { budgetMs: Math.round(Math.max(Math.min(each, table.mostCellMs), LEAST_CELL_MS)), rowMs };
}

/** The processes that rows have to run, native ones by their share of a budget, and what they take besides measuring. */
function cost(table: TablePlan<Named, Column>, rows: readonly Named[]): { shares: number; besidesMs: number } {
  let shares = 0;
  let besidesMs = 0;
  for (const row of rows) {
    for (const { name, kind } of table.allocators) {
      const { least } = limitsOf(table, row.name, name);
      shares += least * (kind === 'native' ? NATIVE_SHARE : 1);
      besidesMs += least * (kind === 'native' ? NATIVE_PROCESS_MS : table.processMs);
    }
  }
  return { shares, besidesMs };
}

function planTable<Row extends Named, Col extends Column>(
  every: { readonly rows: readonly Row[]; readonly columns: readonly Col[]; readonly processMs: number },
  form: TableForm<Col>,
  { only, allocators, reps, rivals = NO_RIVALS, own = [] }: PlanOptions,
  ownRows: readonly Row[],
): TablePlan<Row, Column> {
  const wanted = only === undefined ? form.rows : matching(only);
  const isOwn = (name: string) => own.some((column) => column.name === name.trim());
  const names = allocators?.split(',').flatMap((name) => (isOwn(name) ? [] : [checkedName(name, rivals)]));
  const rows = [...every.rows.filter(({ name }) => wanted(name)), ...ownRows];
  const there = every.columns.filter(({ name, kind }) => kind !== 'native' || isAvailable(name, rivals));
  const picked =
    names === undefined
      ? there.filter(form.columns)
      : names.flatMap((name) => there.filter((column) => column.name === name));
  const behind = 1 + picked.findLastIndex(({ kind }) => kind === 'hakmem') || picked.length;
  const columns = [...picked.slice(0, behind), ...own, ...picked.slice(behind)];
  const { mostCellMs, rounds, others, target } = form;
  return {
    ...{ rows, allocators: columns, subject: 'hakmem-shared' },
    references: [...GOAL_RIVALS, ...own.map(({ name }) => name)],
    ...{ mostCellMs, rounds, others, target, reps: reps ?? form.reps, processMs: every.processMs },
    closely: (name) => isGoalRow(name) || ownRows.some((row) => row.name === name),
    totalMs: rows.length * columns.length === 0 ? 0 : form.seconds * 1_000,
  };
}

/** The table with another time. More of it gives more rounds as well as longer processes. */
function stretched<T extends TablePlan<unknown, unknown>>(table: T, factor: number): T {
  const more = ({ least, most }: Limits): Limits => ({ least, most: Math.max(most, Math.ceil(most * factor)) });
  return {
    ...table,
    totalMs: table.totalMs * factor,
    mostCellMs: Math.max(table.mostCellMs, MOST_CELL_MS),
    rounds: more(table.rounds),
    others: more(table.others),
  };
}

function matching(source: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(source);
    return (name) => pattern.test(name);
  } catch (error) {
    throw new BenchError(`--only: ${(error as Error).message}`);
  }
}
