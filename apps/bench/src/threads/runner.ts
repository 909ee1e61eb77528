/**
 * Runs the cells for teams, one process at a time: workload by workload; within a workload round by round; within a round every
 * allocator with every number of Workers once. So the cells whose ratio is the speed-up run close together.
 */

import type { Answer } from '../answer.js';
import { joinRounds } from '../judge.js';
import { cellBudget, type Plan } from '../plan.js';
import type { TeamRowResult } from '../results.js';
import { type RunObserver, runCell, worthRepeating } from '../runner.js';
import type { TeamRequest } from './cell.js';
import type { TeamRow } from './workloads/index.js';

type TeamPlan = Plan['teams'];

export async function runTeamRows(plan: TeamPlan, observer: RunObserver): Promise<readonly TeamRowResult[]> {
  const results: TeamRowResult[] = [];
  const start = performance.now();
  for (const workload of plan.allocators.length > 0 ? new Set(plan.rows.map((row) => row.workload)) : []) {
    const rowStart = performance.now();
    const rows = plan.rows.filter((row) => row.workload === workload);
    const budgetMs = cellBudget(plan, rowStart - start, plan.rows.length - results.length);
    const answers = await runWorkload(plan, rows, budgetMs, observer);
    const seconds = (performance.now() - rowStart) / 1000 / rows.length;
    for (const row of rows) {
      const cells = plan.allocators.map(({ name }) => joinRounds(name, answers.get(cellKey(row, name))!));
      const { unit, name } = workload;
      const result = { workload: row.name, base: name, members: row.members, unit, budgetMs, cells };
      results.push(result);
      observer.rowDone(result, seconds);
    }
  }
  return results;
}

/** The answers of all cells of one workload. */
async function runWorkload(
  plan: TeamPlan,
  rows: readonly TeamRow[],
  budgetMs: number,
  observer: RunObserver,
): Promise<ReadonlyMap<string, readonly Answer[]>> {
  const answers = new Map<string, Answer[]>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const { name: allocator } of plan.allocators) {
      for (const row of rows) {
        const soFar = answers.get(cellKey(row, allocator)) ?? [];
        answers.set(cellKey(row, allocator), soFar);
        if (soFar.every(worthRepeating)) {
          const { workload, members } = row;
          const request: TeamRequest = { workload: workload.name, members, allocator, reps: plan.reps, budgetMs };
          soFar.push(await runCell<Answer>('thread-cell.js', request));
        }
        observer.cellDone(row.name, allocator);
      }
    }
  }
  return answers;
}

function cellKey(row: TeamRow, allocator: string): string {
  return `${row.name}, ${allocator}`;
}
