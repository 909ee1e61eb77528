/** Measured cells for tests, made of rates. */

import type { Repetition } from '../../src/measure.js';
import type { MeasuredResult, RowResult, TeamRowResult } from '../../src/results.js';
import { summarizeCell } from '../../src/statistics/cell.js';
import { ratiosOf } from '../../src/statistics/rows.js';

/** Repetitions of these rates in M/s. */
export function repetitions(rates: readonly number[]): readonly Repetition[] {
  return rates.map((rate) => ({ steps: 1_000, ms: 1 / rate }));
}

/** A cell of which every process found one rate, three times. */
export function cell(allocator: string, rates: readonly number[], reduced = false): MeasuredResult {
  return cellOf(
    allocator,
    rates.map((rate) => repetitions([rate, rate, rate])),
    reduced,
  );
}

/** A cell of these processes. */
export function cellOf(allocator: string, rounds: MeasuredResult['rounds'], reduced = false): MeasuredResult {
  return { allocator, outcome: 'measured', ...summarizeCell({ rounds, reduced }), reduced, rounds };
}

/** A row of the table for one thread. */
export function row(workload: string, cells: RowResult['cells']): RowResult {
  return { workload, steps: 1_000, budgetMs: 100, cells, ratios: ratiosOf(cells, 'hakmem-shared') };
}

/** A row of the table for several Workers. */
export function teamRow(base: string, members: number, cells: RowResult['cells']): TeamRowResult {
  const { workload, ...rest } = row(`${base} ×${members}`, cells);
  return { workload, base, members, unit: 'calls', budgetMs: rest.budgetMs, cells, ratios: rest.ratios };
}
