/** The tables for several Workers, and what is to be said below them. */

import { ALLOCATORS } from '../allocators/index.js';
import { type ColumnTitle, titleOf } from '../columns.js';
import type { Machine } from '../machine.js';
import { measuredRate, type TeamRowResult } from '../results.js';
import { decimal, plainTable, ratioCell, speedCell } from '../table.js';
import { TEAM_ALLOCATORS } from './allocators/index.js';
import { rowName } from './workloads/index.js';

const SUBJECT = 'hakmem-shared';

export function renderTeams(rows: readonly TeamRowResult[], { parallelism }: Machine): string {
  if (rows.length === 0) return '';
  const columns = columnsOf(rows);
  const table = plainTable(['M ops/s ± %\n× Workers', ...columns.map(({ title }) => title), 'speed-up\nof hakmem']);
  for (const row of rows) {
    const cells = columns.map(({ name }) => speedCell(row.cells.find((cell) => cell.allocator === name)));
    const ratio = speedUp(rows, row.base, row.members, SUBJECT);
    table.push([row.workload, ...cells, ratio === undefined ? '' : decimal(ratio)]);
  }
  return [table.toString(), ...notes(rows, parallelism), ...ratios(rows, columns)].join('\n');
}

/** An allocator's rate with so many Workers, divided by that with one. */
export function speedUp(
  rows: readonly TeamRowResult[],
  base: string,
  members: number,
  allocator: string,
): number | undefined {
  const one = measuredRate(rows, rowName(base, 1), allocator);
  const many = measuredRate(rows, rowName(base, members), allocator);
  return one === undefined || many === undefined ? undefined : many / one;
}

function ratios(rows: readonly TeamRowResult[], columns: readonly ColumnTitle[]): readonly string[] {
  const others = columns.filter(({ kind }) => kind !== 'baseline' && kind !== 'hakmem');
  const compared = rows.filter((row) => others.some(({ name }) => row.ratios.some(({ to }) => to === name)));
  if (compared.length === 0) return [];
  const table = plainTable(['hakmem × Workers,\ntimes as fast as', ...others.map(({ title }) => title)]);
  for (const row of compared) {
    table.push([row.workload, ...others.map(({ name }) => ratioCell(row.ratios.find(({ to }) => to === name)))]);
  }
  return ['', table.toString()];
}

function notes(rows: readonly TeamRowResult[], parallelism: number): readonly string[] {
  const inBlocks = new Set(rows.flatMap(({ unit, base }) => (unit === 'blocks' ? [base] : [])));
  return [
    `Operations of all Workers together; this machine runs ${parallelism} threads at once.`,
    ...[...inBlocks].map((base) => `${base} is in M blocks/s: a block allocated, passed on and freed counts once.`),
    `Left out: ${leftOut()}.`,
  ];
}

/** The allocators of the other table that several Workers cannot use, by reason. */
function leftOut(): string {
  const names = new Map<string, string[]>();
  for (const { name, alone } of ALLOCATORS) {
    if (alone !== undefined) names.set(alone, [...(names.get(alone) ?? []), name]);
  }
  return [...names].map(([reason, group]) => `${group.join(', ')} (${reason})`).join('; ');
}

function columnsOf(rows: readonly TeamRowResult[]): readonly ColumnTitle[] {
  return rows[0].cells.map(({ allocator }) => titleOf(allocator, TEAM_ALLOCATORS));
}
