/**
 * Runs the cells of a table, one process at a time.
 *
 * Order: row by row; within a row round by round; within a round every allocator once. The cells that are compared with one
 * another thus run close together, and a machine that drifts hits all of them. What the processes answer is judged when a
 * row is complete (judge.ts). ./threads/runner.ts does the same for teams.
 */

import type { Answer } from './answer.js';
import type { CellAnswer, CellRequest } from './cell.js';
import { judge } from './judge.js';
import { cellBudget, type Plan } from './plan.js';
import { runProgram } from './process.js';
import type { Row, RowResult } from './results.js';
import type { Workload } from './workloads/index.js';

export interface RunObserver {
  cellDone(row: string, allocator: string): void;
  rowDone(row: Row, seconds: number): void;
}

type SinglePlan = Plan['single'];

export async function runRows(plan: SinglePlan, observer: RunObserver): Promise<readonly RowResult[]> {
  const rows: RowResult[] = [];
  const start = performance.now();
  for (const workload of plan.allocators.length > 0 ? plan.rows : []) {
    const rowStart = performance.now();
    const budgetMs = cellBudget(plan, rowStart - start, plan.rows.length - rows.length);
    const row = await runRow(plan, workload, budgetMs, observer);
    rows.push(row);
    observer.rowDone(row, (performance.now() - rowStart) / 1000);
  }
  return rows;
}

async function runRow(
  plan: SinglePlan,
  workload: Workload,
  budgetMs: number,
  observer: RunObserver,
): Promise<RowResult> {
  const answers = new Map<string, CellAnswer[]>(plan.allocators.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const { name } of plan.allocators) {
      const soFar = answers.get(name)!;
      if (soFar.every(worthRepeating)) {
        const request: CellRequest = { workload: workload.name, allocator: name, reps: plan.reps, budgetMs };
        soFar.push(await runCell<CellAnswer>('cell.js', request));
      }
      observer.cellDone(workload.name, name);
    }
  }
  return { workload: workload.name, steps: workload.steps, budgetMs, cells: judge(workload, answers) };
}

/** What the process of a cell answers, or how it ended. */
export async function runCell<T extends Answer>(program: string, request: { readonly budgetMs: number }): Promise<T> {
  try {
    return (await runProgram(program, JSON.stringify(request), 30_000 + 20 * request.budgetMs)) as T;
  } catch (error) {
    return { outcome: 'failed', reason: (error as Error).message } as T;
  }
}

/** Whether another round may add something: it would not to a refusal, and a reduced cell is too rough to be worth the time. */
export function worthRepeating(answer: Answer): boolean {
  return answer.outcome === 'measured' && !answer.measurement.reduced;
}
