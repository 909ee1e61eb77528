/**
 * Results as CSV, one line per measured cell, in the shape that plotting tools read: every line stands alone, a field that does
 * not apply is empty.
 *
 *   allocator,bytes,slots,rate_mops,low,high,live_bytes,touched_bytes,touched_per_live,rounds,workload,workers
 *
 * `bytes` and `slots` belong to the lines of the sweep, whose workload is `sweep`; the others are the rows of both tables.
 * Rates are millions of operations per second, `low` and `high` the ends of their 95 % interval.
 */

import { stringify } from 'csv-stringify/sync';
import type { CellResult, Results, Sweep, SweepPoint } from '../results.js';

type Field = string | number | null;
type Line = Readonly<Record<(typeof COLUMNS)[number], Field>>;

const COLUMNS = [
  ...(['allocator', 'bytes', 'slots', 'rate_mops', 'low', 'high', 'live_bytes', 'touched_bytes'] as const),
  ...(['touched_per_live', 'rounds', 'workload', 'workers'] as const),
] as const;

/** The points of a sweep. */
export function sweepCsv({ points }: Sweep): string {
  return written(points.map(pointLine));
}

/** All cells of both tables, and the sweep if there was one. */
export function resultsCsv({ rows, teams, sweep }: Pick<Results, 'rows' | 'teams' | 'sweep'>): string {
  return written([
    ...rows.flatMap(({ workload, cells }) => cells.flatMap((cell) => cellLines(cell, workload, 1))),
    ...teams.flatMap(({ base, members, cells }) => cells.flatMap((cell) => cellLines(cell, base, members))),
    ...(sweep?.points ?? []).map(pointLine),
  ]);
}

function written(lines: readonly Line[]): string {
  return stringify(lines as Line[], { header: true, columns: [...COLUMNS] });
}

function pointLine({ allocator, bytes, slots, rate, interval, rounds, liveBytes, touchedBytes }: SweepPoint): Line {
  const [low, high] = interval;
  const both = liveBytes !== null && liveBytes > 0 && touchedBytes !== null;
  return {
    ...{ allocator, bytes, slots, rate_mops: rate, low, high, live_bytes: liveBytes, touched_bytes: touchedBytes },
    ...{ touched_per_live: both ? touchedBytes / liveBytes : null, rounds, workload: 'sweep', workers: 1 },
  };
}

function cellLines(cell: CellResult, workload: string, workers: number): readonly Line[] {
  if (cell.outcome !== 'measured') return [];
  const { allocator, rate, interval, rounds } = cell;
  const [low, high] = interval;
  return [
    {
      ...{ allocator, bytes: null, slots: null, rate_mops: rate, low, high, live_bytes: null, touched_bytes: null },
      ...{ touched_per_live: null, rounds: rounds.length, workload, workers },
    },
  ];
}
