/** The ratios of a row, and their geometric mean over several rows. */

import type { CellResult, Mean, MeasuredResult, Ratio, Row } from '../results.js';
import { estimate, type LogRatio, logRatio, verdictOf, weighted } from './ratio.js';

/** `of` to every other allocator of the row that was measured; nothing when `of` was not. */
export function ratiosOf(cells: readonly CellResult[], of: string): readonly Ratio[] {
  const ours = measuredOf(cells, of);
  if (ours === undefined) return [];
  return cells.flatMap((cell) =>
    cell.outcome === 'measured' && cell !== ours ? [{ of, to: cell.allocator, ...ratioBetween(ours, cell) }] : [],
  );
}

/** The ratio of two measured cells of a row. */
export function ratioBetween(
  of: MeasuredResult,
  to: MeasuredResult,
): Pick<Ratio, 'ratio' | 'low' | 'high' | 'rounds' | 'verdict'> {
  const ratio = logRatio(of, to);
  const found = estimate(ratio);
  return { ...found, rounds: ratio.rounds, verdict: verdictOf(found) };
}

/**
 * Over the rows that have both; undefined when there are fewer than two of them. Rows of one line together count as much as
 * another line; each row is a line of its own unless `lineOf` says otherwise.
 */
export function meanOver(
  what: string,
  rows: readonly Row[],
  of: string,
  to: string,
  lineOf: (row: Row) => string = ({ workload }) => workload,
): Mean | undefined {
  const found = rows.flatMap((row): { ratio: LogRatio; line: string }[] => {
    const [ours, theirs] = [measuredOf(row.cells, of), measuredOf(row.cells, to)];
    return ours === undefined || theirs === undefined ? [] : [{ ratio: logRatio(ours, theirs), line: lineOf(row) }];
  });
  if (found.length < 2) return undefined;
  const sizes = new Map<string, number>();
  for (const { line } of found) sizes.set(line, (sizes.get(line) ?? 0) + 1);
  const weights = found.map(({ line }) => 1 / sizes.get(line)! / sizes.size);
  const ratios = found.map(({ ratio }) => ratio);
  return { what, of, to, rows: found.length, ...weighted(ratios, weights) };
}

export function measuredOf(cells: readonly CellResult[], allocator: string): MeasuredResult | undefined {
  const cell = cells.find((candidate) => candidate.allocator === allocator);
  return cell?.outcome === 'measured' ? cell : undefined;
}
