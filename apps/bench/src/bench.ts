/** A whole run: the cells, the probes, the sweep, the tables, the files. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ALLOCATORS } from './allocators/index.js';
import { compareWithGoals } from './goals.js';
import { renderHtml } from './html/render.js';
import { describeMachine } from './machine.js';
import { meansOf, ratioGoals } from './native-goals.js';
import { countCompositions } from './own/counts.js';
import { packagePath } from './paths.js';
import type { Plan, TablePlan } from './plan.js';
import { runProbe, runProbes } from './probing.js';
import { rowCount, showProgress } from './progress.js';
import { renderResults } from './report.js';
import type { Results, Rivals, Row } from './results.js';
import { runRows } from './runner.js';
import { resultsCsv } from './sweep/csv.js';
import { runSweep, type SweepOptions, sweepRows } from './sweep/run.js';
import { TEAM_ALLOCATORS } from './threads/allocators/index.js';
import { runTeamRows } from './threads/runner.js';

/** Where results go unless the command line says otherwise. */
export const DEFAULT_JSON: string = packagePath('results/latest.json');
export const DEFAULT_HTML: string = packagePath('results/latest.html');

/** Paths. */
export interface OutputFiles {
  readonly json: string;
  readonly html: string;
  readonly csv?: string | undefined;
}

/** Runs the plan, prints the tables, writes the files. The answer is false when something of hakmem failed. */
export async function runBench(
  plan: Plan,
  rivals: Rivals,
  sweep: SweepOptions | undefined,
  files: OutputFiles,
): Promise<boolean> {
  const results = await measureAll(plan, rivals, sweep);
  writeFile(files.json, `${JSON.stringify(results, null, 2)}\n`);
  writeFile(files.html, renderHtml(results));
  if (files.csv !== undefined) writeFile(files.csv, resultsCsv(results));
  console.log(`\n${renderResults(results)}\n`);
  const { cpu, cores, node } = results.machine;
  console.log(`${cpu}, ${cores} cores, Node ${node}; ${results.seconds.toFixed(0)} s.`);
  console.log(`To look at: ${files.html}\nAll of it: ${files.json}`);
  return results.failures.length === 0;
}

async function measureAll(plan: Plan, rivals: Rivals, swept: SweepOptions | undefined): Promise<Results> {
  const startedAt = new Date();
  const progress = showProgress(rowCount([plan.single, plan.teams]) + (swept === undefined ? 0 : sweepRows(swept)));
  const rows = await runRows(plan.single, progress);
  const teams = await runTeamRows(plan.teams, progress);
  const sweep = swept === undefined ? undefined : await runSweep(swept, progress);
  progress.end();
  const machine = describeMachine();
  const { findings, failures } = await runProbes(plan.probes);
  const own = plan.own.columns.length === 0 ? undefined : await countCompositions(plan.own, runProbe);
  const means = meansOf(
    { rows, teams },
    rivals.available.map(({ name }) => name),
  );
  return {
    format: 2,
    form: plan.form,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    settings: { single: settingsOf(plan.single), teams: settingsOf(plan.teams) },
    ...{ machine, rivals, rows, teams, means, ...findings },
    ratioGoals: ratioGoals({ rows, teams }, means),
    goals: compareWithGoals({ machine, rows, teams, ...findings }),
    ...(sweep === undefined ? {} : { sweep }),
    ...(own === undefined ? {} : { own: own.group }),
    failures: [...failedCells([...rows, ...teams]), ...failures, ...(own?.failures ?? [])],
  };
}

function settingsOf({ rounds, reps, target }: TablePlan<unknown, unknown>): Results['settings']['single'] {
  return { rounds: [rounds.least, rounds.most], reps, target };
}

/** What failed of hakmem itself; another's failure is a mark in the table. */
function failedCells(rows: readonly Row[]): readonly string[] {
  const others = new Set(
    [...ALLOCATORS, ...TEAM_ALLOCATORS].flatMap(({ name, kind }) =>
      kind === 'peer' || kind === 'native' ? [name] : [],
    ),
  );
  return rows.flatMap(({ workload, cells }) =>
    cells.flatMap((cell) =>
      cell.outcome === 'failed' && !others.has(cell.allocator)
        ? [`${workload}, ${cell.allocator}: ${cell.reason}`]
        : [],
    ),
  );
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
