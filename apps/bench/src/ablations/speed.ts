/**
 * The speeds of the variants, each as a ratio to the base of its group. A group is a table like any other
 * (../runner.ts): a fresh process per cell, base and variants in turn, round by round, until the intervals are narrow
 * or the group's share of the time is used. Shares go by the number of cells.
 */

import { findAllocator } from '../allocators/index.js';
import type { Limits } from '../forms.js';
import type { Column, TablePlan } from '../plan.js';
import type { CellResult, Row } from '../results.js';
import { type RunObserver, runRows } from '../runner.js';
import { measuredOf, ratioBetween } from '../statistics/rows.js';
import { findWorkload, type Workload } from '../workloads/index.js';
import type { SpeedResult } from './results.js';
import { compositionsOf, type Selected } from './select.js';

/** Runs the rows of a table; a test puts another in its place. */
export type RunTable = (table: TablePlan<Workload, Column>, observer: RunObserver) => Promise<readonly Row[]>;

export const ROUNDS: Limits = { least: 6, most: 16 };
export const REPS = 9;
/** Half width of a ratio's interval, as a share, that is narrow enough. */
export const TARGET = 0.03;
const MOST_CELL_MS = 400;
const PROCESS_MS = 90;

/** `ms`: for all cells of the group. */
export async function measureGroup(
  group: Selected,
  ms: number,
  observer: RunObserver,
  run: RunTable = runRows,
): Promise<readonly SpeedResult[]> {
  const rows = await run(tableOf(group, ms), observer);
  return group.variants.flatMap(({ name }) => rows.map((row) => compare(name, group.base, row)));
}

/** Cells of a group. */
export function cellCount(group: Selected): number {
  return group.workloads.length * compositionsOf(group).length;
}

/** The allocator that a composition is. */
export function allocatorName(composition: string): string {
  return `hakmem-${composition}`;
}

function tableOf(group: Selected, totalMs: number): TablePlan<Workload, Column> {
  const names = compositionsOf(group).map(allocatorName);
  return {
    rows: group.workloads.map(findWorkload),
    allocators: names.map(findAllocator),
    ...{ subject: names[0], references: names, closely: () => true },
    ...{ rounds: ROUNDS, others: ROUNDS, target: TARGET, reps: REPS },
    ...{ totalMs, mostCellMs: MOST_CELL_MS, processMs: PROCESS_MS },
  };
}

/** One that could not be measured says why; a variant whose base could not, that. */
function compare(composition: string, base: string, { workload, cells }: Row): SpeedResult {
  const [ours, theirs] = [composition, base].map((name) => measuredOf(cells, allocatorName(name)));
  if (ours !== undefined && theirs !== undefined) {
    const rates = { rate: ours.rate, baseRate: theirs.rate };
    return { composition, workload, outcome: 'measured', ...rates, ...ratioBetween(ours, theirs) };
  }
  const missing = ours === undefined ? composition : base;
  const cell = cells.find(({ allocator }) => allocator === allocatorName(missing));
  return { composition, workload, ...whyNot(cell, missing) };
}

function whyNot(cell: CellResult | undefined, name: string): { outcome: 'unsupported' | 'failed'; reason: string } {
  if (cell === undefined || cell.outcome === 'measured') return { outcome: 'failed', reason: `${name} was not run` };
  return { outcome: cell.outcome, reason: cell.reason };
}
