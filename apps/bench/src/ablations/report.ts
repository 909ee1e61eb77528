/**
 * What the ablations found, as tables: for each group the speeds against its base, then the counts, stream by stream.
 */

import { decimal, intervalCell, MARKS_MEAN, megabytes, plainTable, VERDICT_MARKS } from '../table.js';
import type { AblationResults, CountResult, GroupResult, SpeedResult } from './results.js';

const NOTE = `Speeds are ratios to the base, with their 95 % intervals: ${MARKS_MEAN}.`;

export function renderAblations({ groups }: AblationResults): string {
  const timed = groups.some(({ speeds }) => speeds.length > 0);
  return [...(timed ? [NOTE] : []), ...groups.map(renderGroup)].join('\n\n');
}

function renderGroup(group: GroupResult): string {
  const { name, base, baseHas, variants, counts } = group;
  const names = [{ name: base, differs: baseHas }, ...variants];
  const width = Math.max(...names.map((each) => each.name.length));
  const legend = names.map((each) => `  ${each.name.padEnd(width)}  ${each.differs}`);
  const streams = [...new Set(counts.map(({ stream }) => stream))];
  const tables = streams.map((stream) =>
    countTable(
      stream,
      counts.filter((count) => count.stream === stream),
    ),
  );
  return [`${name.toUpperCase()}\n${legend.join('\n')}`, speedTable(group), ...tables]
    .filter((part) => part !== '')
    .join('\n');
}

function speedTable({ base, variants, speeds }: GroupResult): string {
  if (speeds.length === 0) return '';
  const workloads = [...new Set(speeds.map(({ workload }) => workload))];
  const table = plainTable([`speed, ${base} = 1`, ...workloads]);
  for (const { name } of variants) {
    const own = speeds.filter(({ composition }) => composition === name);
    table.push([name, ...workloads.map((workload) => speedCell(own.find((speed) => speed.workload === workload)))]);
  }
  return table.toString();
}

function speedCell(speed: SpeedResult | undefined): string {
  if (speed === undefined) return '';
  if (speed.outcome !== 'measured') return speed.outcome === 'failed' ? 'failed' : speed.reason;
  return `${intervalCell(speed)} ${VERDICT_MARKS[speed.verdict]}`;
}

function countTable(stream: string, counts: readonly CountResult[]): string {
  const table = plainTable([
    `${stream},\n${counts[0].steps.toLocaleString('en')} steps`,
    'SuperSlabs\nat peak',
    'made,\nreturned',
    'slabs: reuse,\nunused, fresh',
    'affine,\nswept',
    'runs',
    'refills,\nflushes',
    'drains,\nretired',
    'warm hits,\nmisses',
    'hit\nrate',
    'touched',
    'per byte\nheld',
  ]);
  for (const count of counts) table.push(countRow(count));
  return table.toString();
}

function countRow(count: CountResult): string[] {
  const { composition, superSlabs, draining, created, returned, touchedBytes, liveBytes } = count;
  return [
    composition,
    draining === 0 ? `${superSlabs}` : `${superSlabs} (${draining} draining)`,
    `${created}, ${returned}`,
    `${count.reuse}, ${count.unused}, ${count.fresh}`,
    `${count.affine}, ${count.swept}`,
    `${count.runs}`,
    `${count.refills}, ${count.flushes}`,
    `${count.drains}, ${count.retired}`,
    ...warmCells(count),
    megabytes(touchedBytes),
    decimal(touchedBytes / liveBytes),
  ];
}

function warmCells({ warmHits, warmMisses }: CountResult): readonly [counts: string, rate: string] {
  if (warmHits === null || warmMisses === null) return ['none', ''];
  const asked = warmHits + warmMisses;
  return [`${warmHits}, ${warmMisses}`, asked === 0 ? '' : `${((100 * warmHits) / asked).toFixed(1)} %`];
}
