/** Turns results into the tables that a run ends with. Nothing is computed here. */

import { renderAblations } from './ablations/report.js';
import { ALLOCATORS } from './allocators/index.js';
import { type ColumnTitle, titleOf } from './columns.js';
import { renderMeans, renderRatioGoals, renderRivals } from './report-native.js';
import type { Results, Row, RowResult } from './results.js';
import { renderSweep } from './sweep/report.js';
import { MARKS_MEAN, megabytes, percent, plainTable, ratioCell, speedCell } from './table.js';
import { renderTeams } from './threads/report.js';

export function renderResults(results: Results): string {
  const { rows, teams, machine } = results;
  const parts = [
    ...[renderSpeed(rows), renderTeams(teams, machine), renderNotes([...rows, ...teams]), renderRatios(rows)],
    ...[renderRivals(results.rivals), renderMeans(results), renderRatioGoals(results)],
    ...[renderSweep(results.sweep), renderCounts(results), renderOwn(results), renderGoals(results)],
  ];
  if (results.failures.length > 0) parts.push(`FAILED:\n${results.failures.map((line) => `  ${line}`).join('\n')}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

function renderSpeed(rows: readonly RowResult[]): string {
  if (rows.length === 0) return '';
  const columns = columnsOf(rows);
  const table = plainTable(['M ops/s ± %', ...columns.map(({ title }) => title)]);
  for (const { workload, title, cells } of rows) {
    const speeds = columns.map(({ name }) => speedCell(cells.find((cell) => cell.allocator === name)));
    table.push([title ?? workload, ...speeds]);
  }
  return table.toString();
}

/** What the marks in the tables of speeds mean, where there are any, and what failed. */
function renderNotes(rows: readonly Row[]): string {
  const cells = rows.flatMap(({ workload, cells: all }) => all.map((cell) => ({ workload, cell })));
  const notes = [
    'One operation is one malloc or one free; in traces also a calloc, realloc or memalign. ± half of the 95 % interval.',
    ...outlierNote(rows),
  ];
  if (cells.some(({ cell }) => cell.outcome === 'measured' && cell.reduced)) {
    notes.push(
      '* fewer operations per repetition than the row has, because a full one would not end in time. The peers that search',
      '  a list for every free slow down as blocks pile up, so such a cell flatters them: not all slots may be filled yet.',
    );
  }
  for (const { workload, cell } of cells) {
    if (cell.outcome === 'failed') notes.push(`failed: ${workload}, ${cell.allocator}: ${cell.reason}`);
  }
  return notes.join('\n');
}

function outlierNote(rows: readonly Row[]): readonly string[] {
  const counted = rows.flatMap(({ workload, cells }) =>
    cells.flatMap((cell) =>
      cell.outcome === 'measured'
        ? [{ name: `${workload}, ${cell.allocator}`, outliers: cell.outliers.length, all: cell.rounds.flat().length }]
        : [],
    ),
  );
  const outliers = counted.reduce((sum, cell) => sum + cell.outliers, 0);
  if (outliers === 0) return [];
  const all = counted.reduce((sum, cell) => sum + cell.all, 0);
  const worst = counted.reduce((a, b) => (b.outliers > a.outliers ? b : a));
  return [`Outliers, which are kept: ${outliers} of ${all} repetitions; most in ${worst.name}: ${worst.outliers}.`];
}

function renderRatios(rows: readonly RowResult[]): string {
  const others = columnsOf(rows).filter(({ kind }) => kind !== 'baseline' && kind !== 'hakmem');
  const compared = rows.filter(({ ratios }) => others.some(({ name }) => ratios.some(({ to }) => to === name)));
  if (compared.length === 0) return '';
  const table = plainTable(['hakmem shared,\ntimes as fast as', ...others.map(({ title }) => title)]);
  for (const { workload, title, ratios } of compared) {
    table.push([title ?? workload, ...others.map(({ name }) => ratioCell(ratios.find(({ to }) => to === name)))]);
  }
  return `${table.toString()}\n± half of the interval in %; ${MARKS_MEAN}.`;
}

function renderCounts({ memory, giveBack, counts }: Results): string {
  const table = plainTable(['memory and counts', '']);
  if (memory !== undefined) {
    const { slots, liveBytes, blockBytes, touched, source } = memory;
    table.push(
      [`random_mixed ${slots}, all written: touched / live byte`, memory.ratio.toFixed(3)],
      ['  live: asked for, in blocks', `${megabytes(liveBytes)}, ${megabytes(blockBytes)}`],
      [`  touched (${source}): data, control`, `${megabytes(touched.data)}, ${megabytes(touched.control)}`],
    );
  }
  if (giveBack !== undefined) {
    const { before, peak, after, returned } = giveBack;
    table.push(
      ['resident set, local heap: before, peak, after', [before, peak, after].map(megabytes).join(', ')],
      ['  given back of what was taken', percent(returned)],
    );
  }
  if (counts !== undefined) {
    const { steps, slots, sharedSlots, oneClass } = counts;
    const peaks = `${sharedSlots.superSlabsAtPeak}, ${oneClass.superSlabsAtPeak}`;
    table.push(
      [`random_mixed ${slots}, ${steps} ops: SuperSlabs at peak, slots shared / one class each`, peaks],
      ['  slabs by stage, shared: reuse, unused, fresh', stageShares(sharedSlots.stages)],
      ['  slabs by stage, one class each', stageShares(oneClass.stages)],
    );
    for (const warm of counts.warmPool) {
      const { hits, misses, prefills, prewarmMisses } = warm;
      const details = `${percent(warm.hitRate)} (${hits} hits, ${misses} misses, ${prefills} prefilled; ${prewarmMisses} misses of prewarming before)`;
      table.push([`random_mixed ${warm.slots}, ${warm.steps} ops: warm-pool hit rate`, details]);
    }
  }
  return table.length === 0 ? '' : table.toString();
}

function renderOwn({ own }: Results): string {
  return own === undefined ? '' : renderAblations({ groups: [own] });
}

function renderGoals({ goals }: Results): string {
  if (goals.length === 0) return '';
  const table = plainTable(['goal', 'wanted', 'seen', 'met']);
  for (const { what, wanted, seen, met } of goals) {
    table.push([what, wanted, seen, met === null ? '–' : met ? 'yes' : 'NO']);
  }
  return table.toString();
}

function columnsOf(rows: readonly RowResult[]): readonly ColumnTitle[] {
  return (rows[0]?.cells ?? []).map(({ allocator }) => titleOf(allocator, ALLOCATORS));
}

function stageShares({ reuse, unused, fresh }: { reuse: number; unused: number; fresh: number }): string {
  const all = reuse + unused + fresh;
  return [reuse, unused, fresh].map((count) => `${percent(all === 0 ? 0 : count / all)} (${count})`).join(', ');
}
