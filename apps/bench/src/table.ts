/** What all tables of a run share: how they look, how numbers are written. */

import Table from 'cli-table3';
import type { CellResult, Ratio } from './results.js';
import type { Estimate, Verdict } from './statistics/estimate.js';
import { halfWidth } from './statistics/ratio.js';

export const VERDICT_MARKS: Readonly<Record<Verdict, string>> = { faster: '+', slower: '-', same: '=', unclear: '?' };

/** For below a table. */
export const MARKS_MEAN = `${VERDICT_MARKS.faster} faster, ${VERDICT_MARKS.slower} slower, ${VERDICT_MARKS.same} the same within 3 %, ${VERDICT_MARKS.unclear} the interval allows more than one of these`;

export function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
}

/** A rate and half of its interval in percent, or why there is none. */
export function speedCell(cell: CellResult | undefined): string {
  if (cell === undefined) return '';
  if (cell.outcome !== 'measured') return cell.outcome === 'failed' ? 'failed' : cell.reason.replace(': ', ':\n');
  const [low, high] = cell.interval;
  const half = cell.rate === 0 ? 0 : (high - low) / 2 / cell.rate;
  return `${decimal(cell.rate)} ±${wholePercent(half)}${cell.reduced ? '*' : ''}`;
}

/** A ratio, how far its interval reaches in percent, and the mark of its verdict. */
export function ratioCell(ratio: Ratio | undefined): string {
  if (ratio === undefined) return '';
  return `${decimal(ratio.ratio)} ±${wholePercent(halfWidth(ratio))} ${VERDICT_MARKS[ratio.verdict]}`;
}

/** A ratio with both ends of its interval. */
export function intervalCell({ ratio, low, high }: Estimate): string {
  return `${decimal(ratio)} (${decimal(low)}–${decimal(high)})`;
}

/** Three significant digits, no exponent. */
export function decimal(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function wholePercent(share: number): string {
  return (100 * share).toFixed(0);
}
