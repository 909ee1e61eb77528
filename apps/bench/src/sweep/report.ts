/** The table of a sweep: sizes and slots down, allocators across. */

import type { Sweep, SweepPoint } from '../results.js';
import { decimal, plainTable } from '../table.js';

export function renderSweep(sweep: Sweep | undefined): string {
  if (sweep === undefined) return '';
  const { points, missing } = sweep;
  const names = [...new Set(points.map(({ allocator }) => allocator))];
  const table = plainTable(['sweep: bytes × slots,\nM ops/s ± %', ...names, 'touched\nper live byte']);
  for (const key of new Set(points.map(place))) {
    const row = points.filter((point) => place(point) === key);
    const rates = names.map((name) => rateCell(row.find(({ allocator }) => allocator === name)));
    table.push([key, ...rates, memoryCell(row)]);
  }
  const notes = missing.map((line) => `Left out: ${line}`);
  return [...(points.length === 0 ? [] : [table.toString()]), ...notes].join('\n');
}

function place({ bytes, slots }: SweepPoint): string {
  return `${bytes} × ${slots}`;
}

function rateCell(point: SweepPoint | undefined): string {
  if (point === undefined) return '';
  const [low, high] = point.interval;
  return `${decimal(point.rate)} ±${((100 * (high - low)) / 2 / point.rate).toFixed(0)}`;
}

function memoryCell(points: readonly SweepPoint[]): string {
  const seen = points.find(({ touchedBytes, liveBytes }) => touchedBytes !== null && liveBytes !== null);
  return seen === undefined ? '' : decimal(seen.touchedBytes! / Math.max(seen.liveBytes!, 1));
}
