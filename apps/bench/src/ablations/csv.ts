/**
 * The ablations as CSV, one line per number:
 *
 *   group,composition,base,workload,measure,value,low,high,verdict
 *
 * The measure `speed_ratio` has an interval and a verdict; `rate_mops` and the counts of a stream, under their names in
 * the JSON, have a value only. What was not measured or does not apply has no line.
 */

import { stringify } from 'csv-stringify/sync';
import type { AblationResults, CountResult, GroupResult, SpeedResult } from './results.js';

const COLUMNS = ['group', 'composition', 'base', 'workload', 'measure', 'value', 'low', 'high', 'verdict'] as const;

type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number>>>;

export function ablationsCsv({ groups }: AblationResults): string {
  const lines = groups.flatMap((group) => {
    const own = [...group.speeds.flatMap(speedLines), ...group.counts.flatMap(countLines)];
    return own.map((line) => ({ ...ofGroup(group), ...line }));
  });
  return stringify(lines, { header: true, columns: [...COLUMNS] });
}

function ofGroup({ name, base }: GroupResult): Line {
  return { group: name, base };
}

function speedLines(speed: SpeedResult): readonly Line[] {
  if (speed.outcome !== 'measured') return [];
  const { composition, workload, ratio, low, high, verdict, rate } = speed;
  return [
    { composition, workload, measure: 'speed_ratio', value: ratio, low, high, verdict },
    { composition, workload, measure: 'rate_mops', value: rate },
  ];
}

function countLines({ composition, stream, ...counts }: CountResult): readonly Line[] {
  return Object.entries(counts).flatMap(([measure, value]) =>
    value === null ? [] : [{ composition, workload: stream, measure, value }],
  );
}
