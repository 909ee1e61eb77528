/**
 * Runs cells round by round until their ratios are known well enough or the time is up.
 *
 * In each round every cell that is still wanted runs once, in odd rounds in the reverse order, so that neighbours change and a
 * cell that disturbs the next one does not always disturb the same. A cell that is no longer wanted does not come back: the
 * processes of a cell are those of the first rounds without a gap, and equal places of two lists ran in the same round.
 *
 *   wanted   while it has fewer processes than `least`, and then, up to `most`, while there is time and the interval of the
 *            subject's ratio to it is wider than the target. One that is no reference also stops when the verdict is clear.
 *   subject  as long as any other cell of its row
 *
 * A cell that refused, failed or was too slow for a full repetition is not repeated. Stopping looks at how wide an interval is,
 * not at which side of 1 it is on; where it looks at the verdict there are few looks. The test of the statistics plays both.
 */

import type { Answer } from './answer.js';
import type { Limits } from './forms.js';
import { isMeasured } from './judge.js';
import type { Rounds } from './statistics/processes.js';
import { estimate, halfWidth, logRatio, verdictOf } from './statistics/ratio.js';

/** A cell of several that are run together. */
export interface CellPlan {
  readonly row: string;
  readonly allocator: string;
  readonly limits: Limits;
  readonly reference: boolean;
}

export interface Repeating<C extends CellPlan, A extends Answer> {
  readonly cells: readonly C[];
  readonly subject: string;
  readonly target: number | null;
  /** Whether there is time for more than the least rounds. */
  readonly hasTime: () => boolean;
  readonly run: (cell: C) => Promise<A>;
}

/** The answers of each cell, in the order of the rounds. */
export async function repeatCells<C extends CellPlan, A extends Answer>(
  plan: Repeating<C, A>,
): Promise<ReadonlyMap<C, readonly A[]>> {
  const answers = new Map<C, A[]>(plan.cells.map((cell) => [cell, []]));
  for (let round = 0; ; round++) {
    const wanted = wantedCells(plan, answers, round);
    if (wanted.length === 0) return answers;
    for (const cell of round % 2 === 0 ? wanted : wanted.reverse()) answers.get(cell)!.push(await plan.run(cell));
  }
}

function wantedCells<C extends CellPlan, A extends Answer>(
  { cells, subject, target, hasTime }: Repeating<C, A>,
  answers: ReadonlyMap<C, readonly A[]>,
  round: number,
): C[] {
  const time = hasTime();
  const repeatable = (cell: C) => {
    const soFar = answers.get(cell)!;
    return soFar.length === round && soFar.every(worthRepeating);
  };
  const wanted = new Set<C>();
  for (const cell of cells.filter((each) => each.allocator !== subject && repeatable(each))) {
    if (round < cell.limits.least) {
      wanted.add(cell);
    } else if (time && target !== null && round < cell.limits.most) {
      const ours = cells.find(({ row, allocator }) => row === cell.row && allocator === subject);
      if (ours !== undefined && repeatable(ours) && isOpen(cell, answers.get(ours)!, answers.get(cell)!, target)) {
        wanted.add(cell);
      }
    }
  }
  const needed = (own: C) => round < own.limits.least || [...wanted].some(({ row }) => row === own.row);
  return cells.filter((cell) => (cell.allocator === subject ? repeatable(cell) && needed(cell) : wanted.has(cell)));
}

function isOpen(cell: CellPlan, ours: readonly Answer[], theirs: readonly Answer[], target: number): boolean {
  const found = estimate(logRatio(roundsOf(ours), roundsOf(theirs)));
  const verdict = verdictOf(found);
  if (!cell.reference && (verdict === 'faster' || verdict === 'slower')) return false;
  return halfWidth(found) > target;
}

/** Of answers that are worth repeating. */
function roundsOf(answers: readonly Answer[]): Rounds {
  return { reduced: false, rounds: answers.filter(isMeasured).map(({ measurement }) => measurement.repetitions) };
}

/** Whether another round may add something: it would not to a refusal, and a reduced cell is too rough to be worth the time. */
export function worthRepeating(answer: Answer): boolean {
  return answer.outcome === 'measured' && !answer.measurement.reduced;
}
