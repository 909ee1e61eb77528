/**
 * What changed between two runs: per row and allocator, how many times as fast it is in the later run.
 *
 * Times of two runs are not comparable: the machine may have been slower on that day. So each cell is divided by the cell of a
 * reference allocator in the same row of its own run, round by round, and what is compared are these ratios:
 *
 *   change = (cell / reference in the later run) / (cell / reference in the earlier run)
 *
 * Its interval comes from the draws of both (../statistics/ratio.ts). The reference should be code that is the same in both runs
 * and uses the machine as an allocator does: the system's malloc, else the empty loop. A machine that was busy in one run
 * may disturb a cell more than its reference, which no round of that run can tell; so only what differs by more than
 * CHANGE_MARGIN for certain is called faster or slower.
 */

import { BenchError } from '../errors.js';
import type { Results, Row } from '../results.js';
import type { Estimate, Verdict } from '../statistics/estimate.js';
import { type LogRatio, logRatio, verdictOf, weighted } from '../statistics/ratio.js';
import { measuredOf } from '../statistics/rows.js';

export interface Change extends Estimate {
  /** The row's name; that of the table for several Workers ends with their number. */
  readonly workload: string;
  readonly allocator: string;
  /** Pairs of rounds in the earlier and in the later run. */
  readonly rounds: readonly [earlier: number, later: number];
  /** About the later run. */
  readonly verdict: Verdict;
}

/** Over all rows that an allocator has in both runs. */
export interface MeanChange extends Estimate {
  readonly allocator: string;
  readonly rows: number;
  readonly verdict: Verdict;
}

export interface Comparison {
  /** The reference. */
  readonly by: string;
  readonly changes: readonly Change[];
  readonly means: readonly MeanChange[];
  /** What cannot be compared, and why; what differs between the runs besides. */
  readonly notes: readonly string[];
}

/** The part of a run's results that is compared. */
export type Compared = Pick<Results, 'rows' | 'teams' | 'machine' | 'form'>;

/** What differs by less is no change. */
export const CHANGE_MARGIN = 1.05;
/** The best first. */
const REFERENCES = ['system', 'empty'] as const;

/** `by`: the reference; without it the first that both runs have. Throws a BenchError when a run does not have it. */
export function compareRuns(earlier: Compared, later: Compared, by?: string): Comparison {
  const reference = referenceOf(earlier, later, by);
  const notes = [...differences(earlier, later)];
  const found = rowPairs(earlier, later, notes).flatMap(({ workload, before, after }) =>
    before.cells.flatMap(({ allocator }) => {
      const old = normalised(before, allocator, reference);
      const fresh = normalised(after, allocator, reference);
      return allocator === reference || old === undefined || fresh === undefined
        ? []
        : [{ workload, allocator, old, fresh }];
    }),
  );
  const changes = found.map(({ workload, allocator, old, fresh }): Change => {
    const change = weighted([fresh, old], [1, -1]);
    const verdict = verdictOf(change, CHANGE_MARGIN);
    return { workload, allocator, ...change, rounds: [old.rounds, fresh.rounds], verdict };
  });
  const means = [...new Set(found.map(({ allocator }) => allocator))].map((allocator) =>
    meanChange(
      allocator,
      found.filter((one) => one.allocator === allocator),
    ),
  );
  return { by: reference, changes, means, notes };
}

function referenceOf(earlier: Compared, later: Compared, by: string | undefined): string {
  const has = (run: Compared, name: string) =>
    [...run.rows, ...run.teams].some(({ cells }) => measuredOf(cells, name) !== undefined);
  const fitting = (by === undefined ? REFERENCES : [by]).find((name) => has(earlier, name) && has(later, name));
  if (fitting !== undefined) return fitting;
  throw new BenchError(
    `${by ?? REFERENCES.join(' or ')} was not measured in both runs; --by may name an allocator that was`,
  );
}

interface RowPair {
  readonly workload: string;
  readonly before: Row;
  readonly after: Row;
}

/** The rows that both runs have. */
function rowPairs(earlier: Compared, later: Compared, notes: string[]): readonly RowPair[] {
  const old = [...earlier.rows, ...earlier.teams];
  const fresh = [...later.rows, ...later.teams];
  const alone = [...missingFrom(fresh, old), ...missingFrom(old, fresh)];
  if (alone.length > 0) notes.push(`in one of the runs only: ${alone.join(', ')}`);
  return old.flatMap((before) => {
    const after = fresh.find(({ workload }) => workload === before.workload);
    return after === undefined ? [] : [{ workload: before.workload, before, after }];
  });
}

function missingFrom(rows: readonly Row[], others: readonly Row[]): readonly string[] {
  const names = new Set(rows.map(({ workload }) => workload));
  return others.map(({ workload }) => workload).filter((name) => !names.has(name));
}

function normalised({ cells }: Row, allocator: string, reference: string): LogRatio | undefined {
  const [cell, base] = [measuredOf(cells, allocator), measuredOf(cells, reference)];
  return cell === undefined || base === undefined ? undefined : logRatio(cell, base);
}

function meanChange(allocator: string, rows: readonly { old: LogRatio; fresh: LogRatio }[]): MeanChange {
  const ratios = rows.flatMap(({ old, fresh }) => [fresh, old]);
  const weights = rows.flatMap(() => [1 / rows.length, -1 / rows.length]);
  const change = weighted(ratios, weights);
  return { allocator, ...change, rows: rows.length, verdict: verdictOf(change, CHANGE_MARGIN) };
}

function differences(earlier: Compared, later: Compared): readonly string[] {
  const values = ({ machine, form }: Compared) => ({
    form,
    cpu: machine.cpu,
    node: machine.node,
    platform: machine.platform,
  });
  const [old, fresh] = [values(earlier), values(later)];
  return (Object.keys(old) as (keyof typeof old)[])
    .filter((key) => old[key] !== fresh[key])
    .map((key) => `${key}: ${old[key]} then, ${fresh[key]} now`);
}
