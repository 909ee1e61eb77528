/** A whole run: the cells, the probes, the tables, the JSON file. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findAllocator } from './allocators/index.js';
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
import type { Results, RowResult } from './results.js';
import { runRows } from './runner.js';

const PROBE_TIMEOUT_MS = 120_000;

/** Where results go unless the command line says otherwise. */
export const DEFAULT_JSON: string = packagePath('results/latest.json');

/** Runs the plan, prints the tables, writes `jsonPath`. The answer is false when something of hakmem failed. */
export async function runBench(plan: Plan, jsonPath: string): Promise<boolean> {
  const startedAt = new Date();
  const progress = showProgress(plan);
  const rows = await runRows(plan, progress);
  progress.end();

  const failures = failedCells(rows);
  const probe = async <T>(name: string): Promise<T | undefined> => {
    try {
      return (await runProgram('probe.js', name, PROBE_TIMEOUT_MS)) as T;
    } catch (error) {
      failures.push(`probe ${name}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const findings = {
    rows,
    ...defined('memory', await probe<MemoryUse>('memory')),
    ...defined('giveBack', await probe<GiveBack>('give-back')),
    ...defined('counts', await probe<Counts>('counts')),
  };

  const results: Results = {
    format: 1,
    form: plan.form,
    machine: describeMachine(),
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    settings: { rounds: plan.rounds, reps: plan.reps },
    ...findings,
    goals: compareWithGoals(findings),
    failures,
  };
  mkdirSync(dirname(jsonPath), { recursive: true });
  writeFileSync(jsonPath, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\n${renderResults(results)}\n`);
  const { cpu, cores, node } = results.machine;
  console.log(`${cpu}, ${cores} cores, Node ${node}; ${results.seconds.toFixed(0)} s. All of it: ${jsonPath}`);
  return failures.length === 0;
}

/** What failed of hakmem itself; a peer's failure is a mark in the table. */
function failedCells(rows: readonly RowResult[]): string[] {
  return rows.flatMap(({ workload, cells }) =>
    cells.flatMap((cell) =>
      cell.outcome === 'failed' && findAllocator(cell.allocator).kind !== 'peer'
        ? [`${workload}, ${cell.allocator}: ${cell.reason}`]
        : [],
    ),
  );
}

function defined<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T });
}
