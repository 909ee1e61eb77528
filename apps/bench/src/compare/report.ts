/** The table of a comparison of two runs. */

import type { Estimate } from '../statistics/estimate.js';
import { halfWidth } from '../statistics/ratio.js';
import { decimal, plainTable, VERDICT_MARKS } from '../table.js';
import { CHANGE_MARGIN, type Change, type Comparison } from './compare.js';

export function renderComparison({ by, changes, means, notes }: Comparison): string {
  const names = means.map(({ allocator }) => allocator);
  const table = plainTable(['later / earlier', ...names]);
  for (const workload of new Set(changes.map((change) => change.workload))) {
    const row = changes.filter((change) => change.workload === workload);
    table.push([workload, ...names.map((name) => changeCell(row.find(({ allocator }) => allocator === name)))]);
  }
  if (means.some(({ rows }) => rows > 1)) table.push(['geometric mean', ...means.map(changeCell)]);
  const clear = changes.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower');
  return [
    ...(changes.length === 0 ? ['The runs have no cell in common.'] : [table.toString()]),
    `Every cell divided by the cell of ${by} in its row and run; ± half of the 95 % interval in %.`,
    `${VERDICT_MARKS.faster} faster, ${VERDICT_MARKS.slower} slower, by more than ${percentOf(CHANGE_MARGIN)} % for certain; ` +
      `${VERDICT_MARKS.same} no such change; ${VERDICT_MARKS.unclear} the runs do not tell.`,
    ...notes,
    clear.length === 0 ? 'No change is certain.' : `Changed: ${clear.map(sentence).join('; ')}.`,
  ].join('\n');
}

function changeCell(change: (Estimate & Pick<Change, 'verdict'>) | undefined): string {
  if (change === undefined) return '';
  return `${decimal(change.ratio)} ±${(100 * halfWidth(change)).toFixed(0)} ${VERDICT_MARKS[change.verdict]}`;
}

function sentence({ workload, allocator, ratio, low, high, verdict }: Change): string {
  return `${workload}, ${allocator} ${verdict}: ${decimal(ratio)} (${decimal(low)}–${decimal(high)})`;
}

function percentOf(factor: number): string {
  return (100 * (factor - 1)).toFixed(0);
}
