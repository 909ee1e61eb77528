/** What all tables of a run share: how they look, how numbers are written. */

import Table from 'cli-table3';
import type { CellResult } from './results.js';

export function plainTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
}

/** A rate and half the distance between its quartiles in percent, or why there is none. */
export function speedCell(cell: CellResult | undefined): string {
  if (cell === undefined) return '';
  if (cell.outcome !== 'measured') return cell.outcome === 'failed' ? 'failed' : cell.reason.replace(': ', ':\n');
  return `${decimal(cell.rate)} ±${(100 * cell.spread).toFixed(0)}${cell.reduced ? '*' : ''}`;
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
