/** The command `ablate`: counts and times the compositions of the groups, prints the tables, writes the files. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CompositionName } from '../compositions.js';
import { BenchError } from '../errors.js';
import { renderHtml } from '../html/render.js';
import { describeMachine } from '../machine.js';
import { showProgress } from '../progress.js';
import type { Results } from '../results.js';
import { runRows } from '../runner.js';
import { countStream } from './counts.js';
import { ablationsCsv } from './csv.js';
import { renderAblations } from './report.js';
import type { AblationResults, CountResult, GroupResult } from './results.js';
import { compositionsOf, type Selected, type Selection, selectGroups } from './select.js';
import { cellCount, measureGroup, REPS, ROUNDS, type RunTable, TARGET } from './speed.js';

export interface AblateOptions extends Selection {
  /** Only the counts; nothing is timed. */
  readonly counts?: true;
  /** Seconds for all timed cells together. */
  readonly timeBudget: number;
  /** Paths. A file of results that is there already gets the field `ablations`, and keeps the others. */
  readonly json?: string;
  readonly csv?: string;
  readonly html?: string;
}

/** Seconds for all groups. */
export const ABLATE_SECONDS = 480;

/** False when a composition failed. */
export async function ablate(options: AblateOptions, run: RunTable = runRows): Promise<boolean> {
  const before = options.json === undefined ? undefined : readBefore(options.json);
  const startedAt = new Date();
  const ablations = await runGroups(options, run);
  const results = withAblations(before, ablations, startedAt);
  console.log(`\n${renderAblations(ablations)}`);
  const failures = failuresOf(ablations);
  for (const line of failures) console.log(`failed: ${line}`);
  if (options.json !== undefined) writeTo(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.csv !== undefined) writeTo(options.csv, ablationsCsv(ablations));
  if (options.html !== undefined) writeTo(options.html, renderHtml(results));
  return failures.length === 0;
}

async function runGroups(options: AblateOptions, run: RunTable): Promise<AblationResults> {
  const selected = selectGroups(options);
  const count = counter();
  const counted = selected.map((group) => group.streams.flatMap((stream) => countAll(group, stream, count)));
  const rows = options.counts ? 0 : selected.reduce((sum, { workloads }) => sum + workloads.length, 0);
  const progress = showProgress(rows);
  const cells = selected.reduce((sum, group) => sum + cellCount(group), 0);
  const groups: GroupResult[] = [];
  for (const [i, group] of selected.entries()) {
    const ms = (1_000 * options.timeBudget * cellCount(group)) / cells;
    const speeds = options.counts ? [] : await measureGroup(group, ms, progress, run);
    const { name, base, baseHas, variants } = group;
    groups.push({ name, base, baseHas, variants, speeds, counts: counted[i] });
  }
  progress.end();
  return { groups };
}

type Count = (name: CompositionName, stream: string) => CountResult;

function countAll(group: Selected, stream: string, count: Count): readonly CountResult[] {
  return compositionsOf(group).map((name) => count(name, stream));
}

/** Counts a stream once, whichever groups want it. */
function counter(): Count {
  const known = new Map<string, CountResult>();
  return (name, stream) => {
    const key = `${name}, ${stream}`;
    const found = known.get(key) ?? countStream(name, stream);
    known.set(key, found);
    return found;
  };
}

function failuresOf({ groups }: AblationResults): readonly string[] {
  return groups.flatMap(({ speeds }) =>
    speeds.flatMap((speed) =>
      speed.outcome === 'failed' ? [`${speed.workload}, ${speed.composition}: ${speed.reason}`] : [],
    ),
  );
}

/** The results that a file has already. Throws a BenchError when it has something else. */
function readBefore(path: string): Results | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Results> | null;
    if (found?.format === 2) return found as Results;
  } catch {
    // Said below.
  }
  throw new BenchError(
    `--json: ${path} is there and is no file of results in format 2, to which ablations could be added`,
  );
}

/** Results of a run with the ablations in them, or of no run but that. */
function withAblations(before: Results | undefined, ablations: AblationResults, startedAt: Date): Results {
  const failures = failuresOf(ablations);
  if (before !== undefined) return { ...before, ablations, failures: [...before.failures, ...failures] };
  const settings = { rounds: [ROUNDS.least, ROUNDS.most] as const, reps: REPS, target: TARGET };
  return {
    ...{
      format: 2,
      form: 'ablate',
      startedAt: startedAt.toISOString(),
      seconds: (Date.now() - startedAt.getTime()) / 1_000,
    },
    ...{ settings: { single: settings, teams: settings }, machine: describeMachine() },
    ...{ rivals: { available: [], missing: [] }, rows: [], teams: [], means: [], ratioGoals: [], goals: [] },
    ...{ ablations, failures },
  };
}

function writeTo(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
