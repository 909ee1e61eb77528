/** A whole run: the cells, the probes, the tables, the JSON file. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ALLOCATORS } from './allocators/index.js';
import { compareWithGoals } from './goals.js';
import { describeMachine } from './machine.js';
import { packagePath } from './paths.js';
import type { Plan } from './plan.js';
import type { Counts } from './probes/counts.js';
import type { GiveBack } from './probes/give-back.js';
import type { MemoryUse } from './probes/memory.js';
import { runProgram } from './process.js';
import { showProgress } from './progress.js';
import { renderResults } from './report.js';
import type { Results, Row } from './results.js';
import { runRows } from './runner.js';
import { TEAM_ALLOCATORS } from './threads/allocators/index.js';
import { runTeamRows } from './threads/runner.js';

const PROBE_TIMEOUT_MS = 120_000;

/** Where results go unless the command line says otherwise. */
export const DEFAULT_JSON: string = packagePath('results/latest.json');

/** Runs the plan, prints the tables, writes `jsonPath`. The answer is false when something of hakmem failed. */
export async function runBench(plan: Plan, jsonPath: string): Promise<boolean> {
  const startedAt = new Date();
  const progress = showProgress(plan);
  const rows = await runRows(plan.single, progress);
  const teams = await runTeamRows(plan.teams, progress);
  progress.end();

  const failures = failedCells([...rows, ...teams]);
  const probe = async <T>(name: string): Promise<T | undefined> => {
    try {
      return (await runProgram('probe.js', name, PROBE_TIMEOUT_MS)) as T;
    } catch (error) {
      failures.push(`probe ${name}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const machine = describeMachine();
  const findings = {
    machine,
    rows,
    teams,
    ...defined('memory', await probe<MemoryUse>('memory')),
    ...defined('giveBack', await probe<GiveBack>('give-back')),
    ...defined('counts', await probe<Counts>('counts')),
  };

  const results: Results = {
    format: 1,
    form: plan.form,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    settings: { single: settingsOf(plan.single), teams: settingsOf(plan.teams) },
    ...findings,
    goals: compareWithGoals(findings),
    failures,
  };
  mkdirSync(dirname(jsonPath), { recursive: true });
  writeFileSync(jsonPath, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\n${renderResults(results)}\n`);
  const { cpu, cores, node } = machine;
  console.log(`${cpu}, ${cores} cores, Node ${node}; ${results.seconds.toFixed(0)} s. All of it: ${jsonPath}`);
  return failures.length === 0;
}

function settingsOf({ rounds, reps }: { rounds: number; reps: number }): { rounds: number; reps: number } {
  return { rounds, reps };
}

/** What failed of hakmem itself; a peer's failure is a mark in the table. */
function failedCells(rows: readonly Row[]): string[] {
  const peers = new Set(
    [...ALLOCATORS, ...TEAM_ALLOCATORS].flatMap(({ name, kind }) => (kind === 'peer' ? [name] : [])),
  );
  return rows.flatMap(({ workload, cells }) =>
    cells.flatMap((cell) =>
      cell.outcome === 'failed' && !peers.has(cell.allocator) ? [`${workload}, ${cell.allocator}: ${cell.reason}`] : [],
    ),
  );
}

function defined<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T });
}
