/**
 * Runs the cells for teams, one process at a time: workload by workload; within a workload round by round (../repeat.ts); within a
 * round every allocator with every number of Workers once. So the cells whose ratio is the speed-up run close together.
 */

import type { Answer } from '../answer.js';
import { joinRounds } from '../judge.js';
import { nativeTeam } from '../native/team.js';
import { type Column, type Plan, shareOfTime, type TablePlan } from '../plan.js';
import { type CellPlan, repeatCells } from '../repeat.js';
import type { TeamRowResult } from '../results.js';
import { cellsOf, type Means, nativeShare, type RunObserver, runCell } from '../runner.js';
import { ratiosOf } from '../statistics/rows.js';
import type { TeamRequest } from './cell.js';
import type { TeamRow } from './workloads/index.js';

type TeamTable = TablePlan<TeamRow, Column>;

const MEANS: Means<TeamRequest, Answer> = {
  run: (request, native) => (native ? nativeTeam(nativeShare(request)) : runCell('thread-cell.js', request)),
  now: () => performance.now(),
};

export async function runTeamRows(
  table: TeamTable,
  observer: RunObserver,
  means: Means<TeamRequest, Answer> = MEANS,
): Promise<readonly TeamRowResult[]> {
  const results: TeamRowResult[] = [];
  const start = means.now();
  for (const workload of table.allocators.length > 0 ? new Set(table.rows.map((row) => row.workload)) : []) {
    const rowStart = means.now();
    const rows = table.rows.filter((row) => row.workload === workload);
    const left = table.rows.filter((row) => results.every((result) => result.workload !== row.name));
    const { budgetMs, rowMs } = shareOfTime(table, rowStart - start, rows, left);
    const answers = await runWorkload(table, rows, budgetMs, rowStart + rowMs, observer, means);
    const seconds = (means.now() - rowStart) / 1_000 / rows.length;
    for (const row of rows) {
      const own = [...answers].filter(([cell]) => cell.row === row.name);
      const cells = own.map(([{ allocator }, list]) => joinRounds(allocator, list));
      const { unit, name: base } = workload;
      const { name, members } = row;
      const result = { workload: name, base, members, unit, budgetMs, cells, ratios: ratiosOf(cells, table.subject) };
      results.push(result);
      observer.rowDone(result, seconds);
    }
  }
  return results;
}

/** The answers of all cells of one workload. */
function runWorkload(
  table: Plan['teams'] | TeamTable,
  rows: readonly TeamRow[],
  budgetMs: number,
  until: number,
  observer: RunObserver,
  { run, now }: Means<TeamRequest, Answer>,
): Promise<ReadonlyMap<CellPlan, readonly Answer[]>> {
  const cells = cellsOf(
    table,
    rows.map(({ name }) => name),
  );
  return repeatCells({
    cells,
    subject: table.subject,
    target: table.target,
    hasTime: () => now() < until,
    run: async ({ row, allocator, asked, native }) => {
      const { workload, members } = rows.find(({ name }) => name === row)!;
      const request = { workload: workload.name, members, allocator: asked, reps: table.reps, budgetMs };
      const answer = await run(request, native);
      observer.cellDone(row, allocator);
      return answer;
    },
  });
}
