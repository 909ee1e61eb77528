/**
 * Runs the cells of a table, one process at a time.
 *
 * Order: row by row; within a row round by round (repeat.ts). The cells that are compared with one another thus run close
 * together, and a machine that drifts hits all of them. What the processes answer is judged when a row is complete (judge.ts).
 * ./threads/runner.ts does the same for teams.
 */

import type { Answer } from './answer.js';
import type { CellAnswer, CellRequest } from './cell.js';
import { judge } from './judge.js';
import { nativeCell } from './native/cell.js';
import { type Column, limitsOf, NATIVE_SHARE, shareOfTime, type TablePlan } from './plan.js';
import { runProgram, timeoutFor } from './process.js';
import { type CellPlan, repeatCells } from './repeat.js';
import type { Row, RowResult } from './results.js';
import { ratiosOf } from './statistics/rows.js';
import type { Workload } from './workloads/index.js';

export interface RunObserver {
  cellDone(row: string, allocator: string): void;
  rowDone(row: Row, seconds: number): void;
}

/** How cells are run and time is told; a test puts others in their places. */
export interface Means<Request, A extends Answer> {
  /** `native`: on an allocator of that kind. */
  readonly run: (request: Request, native: boolean) => Promise<A>;
  /** Milliseconds. */
  readonly now: () => number;
}

type SingleTable = TablePlan<Workload, Column>;

const MEANS: Means<CellRequest, CellAnswer> = {
  run: (request, native) => (native ? nativeCell(nativeShare(request)) : runCell('cell.js', request)),
  now: () => performance.now(),
};

/** The request of a native cell, which needs less time. */
export function nativeShare<T extends { readonly budgetMs: number }>(request: T): T {
  return { ...request, budgetMs: request.budgetMs * NATIVE_SHARE };
}

/** Runs all rows. The ratios are those of the table's subject to its other allocators. */
export async function runRows(
  table: SingleTable,
  observer: RunObserver,
  means: Means<CellRequest, CellAnswer> = MEANS,
): Promise<readonly RowResult[]> {
  const results: RowResult[] = [];
  const start = means.now();
  for (const workload of table.allocators.length > 0 ? table.rows : []) {
    const rowStart = means.now();
    const { budgetMs, rowMs } = shareOfTime(table, rowStart - start, [workload], table.rows.slice(results.length));
    const answers = await runRow(table, workload, budgetMs, rowStart + rowMs, observer, means);
    const cells = judge(workload, answers);
    const { name, title, steps } = workload;
    const titled = title === undefined ? {} : { title };
    const row = { workload: name, ...titled, steps, budgetMs, cells, ratios: ratiosOf(cells, table.subject) };
    results.push(row);
    observer.rowDone(row, (means.now() - rowStart) / 1_000);
  }
  return results;
}

/** The answers by allocator, in the order of the columns. */
async function runRow(
  table: SingleTable,
  workload: Workload,
  budgetMs: number,
  until: number,
  observer: RunObserver,
  { run, now }: Means<CellRequest, CellAnswer>,
): Promise<ReadonlyMap<string, readonly CellAnswer[]>> {
  const row = workload.name;
  const answers = await repeatCells({
    cells: cellsOf(table, [row]),
    subject: table.subject,
    target: table.target,
    hasTime: () => now() < until,
    run: async ({ allocator, asked, native }) => {
      const answer = await run({ workload: row, allocator: asked, reps: table.reps, budgetMs }, native);
      observer.cellDone(row, allocator);
      return answer;
    },
  });
  return new Map([...answers].map(([{ allocator }, list]) => [allocator, list]));
}

/** The cells of rows that are run together, column by column. */
export function cellsOf(
  table: TablePlan<unknown, Column>,
  rows: readonly string[],
): readonly (CellPlan & { asked: string; native: boolean })[] {
  return table.allocators.flatMap(({ name: allocator, kind, asked = allocator }) =>
    rows.map((row) => ({
      row,
      allocator,
      asked,
      native: kind === 'native',
      limits: limitsOf(table, row, allocator),
      reference: table.references.includes(allocator),
    })),
  );
}

/** What the process of a cell answers, or how it ended. */
export async function runCell<T extends Answer>(program: string, request: { readonly budgetMs: number }): Promise<T> {
  try {
    return (await runProgram(program, JSON.stringify(request), timeoutFor(request.budgetMs))) as T;
  } catch (error) {
    return { outcome: 'failed', reason: (error as Error).message } as T;
  }
}
