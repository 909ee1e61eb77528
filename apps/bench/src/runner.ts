/**
 * Runs the cells of a plan, one process at a time.
 *
 * Order: row by row; within a row round by round; within a round every allocator once. The cells that are compared with one
 * another thus run close together, and a machine that drifts hits all of them. What the processes answer is judged when a
 * row is complete (judge.ts).
 */

import type { CellAnswer, CellRequest } from './cell.js';
import { judge } from './judge.js';
import { cellBudget, type Plan } from './plan.js';
import { runProgram } from './process.js';
import type { RowResult } from './results.js';
import type { Workload } from './workloads/index.js';

export interface RunObserver {
  cellDone(workload: string, allocator: string): void;
  rowDone(row: RowResult, seconds: number): void;
}

export async function runRows(plan: Plan, observer: RunObserver): Promise<readonly RowResult[]> {
  const rows: RowResult[] = [];
  const start = performance.now();
  for (const workload of plan.workloads) {
    const rowStart = performance.now();
    const budgetMs = cellBudget(plan, rowStart - start, plan.workloads.length - rows.length);
    const row = await runRow(plan, workload, budgetMs, observer);
    rows.push(row);
    observer.rowDone(row, (performance.now() - rowStart) / 1000);
  }
  return rows;
}

async function runRow(plan: Plan, workload: Workload, budgetMs: number, observer: RunObserver): Promise<RowResult> {
  const answers = new Map<string, CellAnswer[]>(plan.allocators.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const { name } of plan.allocators) {
      const soFar = answers.get(name)!;
      if (soFar.every(worthRepeating)) {
        soFar.push(await runCell({ workload: workload.name, allocator: name, reps: plan.reps, budgetMs }));
      }
      observer.cellDone(workload.name, name);
    }
  }
  return { workload: workload.name, steps: workload.steps, budgetMs, cells: judge(workload, answers) };
}

async function runCell(request: CellRequest): Promise<CellAnswer> {
  try {
    return (await runProgram('cell.js', JSON.stringify(request), 30_000 + 20 * request.budgetMs)) as CellAnswer;
  } catch (error) {
    return { outcome: 'failed', reason: (error as Error).message };
  }
}

/** Whether another round may add something: it would not to a refusal, and a reduced cell is too rough to be worth the time. */
function worthRepeating(answer: CellAnswer): boolean {
  return answer.outcome === 'measured' && !answer.measurement.reduced;
}
