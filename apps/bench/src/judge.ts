/**
 * Makes the cells of a row out of what its processes answered.
 *
 * Each process reports the checksum of all that it asked for. The row's reference, advanced to the same number of
 * operations, must give the same; otherwise the allocator did not serve some request and its cell has failed. A cell fails
 * with any of its processes.
 */

import type { Answer, Measured } from './answer.js';
import type { CellAnswer, MeasuredCell } from './cell.js';
import type { CellResult } from './results.js';
import { summarizeCell } from './statistics/cell.js';
import type { Workload } from './workloads/index.js';

const NOT_SERVED: Answer = {
  outcome: 'failed',
  reason: 'a request was not served (the checksum of the sizes is wrong)',
};

/** `answers`: those of each allocator, in the order of the columns. */
export function judge(workload: Workload, answers: ReadonlyMap<string, readonly CellAnswer[]>): readonly CellResult[] {
  const wrong = findWrong(workload, [...answers.values()].flat());
  return [...answers].map(([allocator, rounds]) =>
    joinRounds(
      allocator,
      rounds.map((answer) => (wrong.has(answer) ? NOT_SERVED : answer)),
    ),
  );
}

/** The answers with a wrong checksum. `answers` are those of all allocators: the reference runs through the stream once. */
function findWrong(workload: Workload, answers: readonly CellAnswer[]): ReadonlySet<CellAnswer> {
  const measured = answers
    .filter((answer): answer is MeasuredCell => isMeasured(answer))
    .sort((a, b) => a.measurement.totalSteps - b.measurement.totalSteps);
  const wrong = new Set<CellAnswer>();
  const reference = workload.reference();
  let at = 0;
  for (const answer of measured) {
    const { totalSteps } = answer.measurement;
    if (reference.advance(totalSteps - at) !== answer.checksum) wrong.add(answer);
    at = totalSteps;
  }
  return wrong;
}

/** One cell out of the answers of its processes. */
export function joinRounds(allocator: string, answers: readonly Answer[]): CellResult {
  const bad = answers.find((answer) => answer.outcome !== 'measured');
  if (bad !== undefined) return { allocator, outcome: bad.outcome, reason: bad.reason };
  const measurements = answers.filter(isMeasured).map(({ measurement }) => measurement);
  const reduced = measurements.some((measurement) => measurement.reduced);
  const rounds = measurements.map(({ repetitions }) => repetitions);
  const warmUps = measurements.flatMap(({ warmUp }) => (warmUp === undefined ? [] : [warmUp]));
  const summary = summarizeCell({ rounds, reduced });
  const told = warmUps.length === rounds.length ? { warmUps } : {};
  return { allocator, outcome: 'measured', ...summary, reduced, rounds, ...told };
}

export function isMeasured(answer: Answer): answer is Measured {
  return answer.outcome === 'measured';
}
