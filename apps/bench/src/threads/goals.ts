/** What the project promises for several Workers. */

import { type Goal, measuredRate, type Results } from '../results.js';
import { speedUp } from './report.js';
import { rowName } from './workloads/index.js';

const SUBJECT = 'hakmem-shared';
/** Workers, and the processors that they need. */
const MEMBERS = 2;

export function teamGoals({ teams, machine }: Pick<Results, 'teams' | 'machine'>): readonly Goal[] {
  const goals = [
    ...['larson', 'mid 8-32K'].map((base) => ({
      what: `${base} on ${MEMBERS} Workers: times as fast as on one${besideLoop(speedUp(teams, base, MEMBERS, 'empty'))}`,
      wanted: 1.8,
      seen: speedUp(teams, base, MEMBERS, SUBJECT),
      digits: 2,
    })),
    {
      what: `producer → consumer on ${MEMBERS} Workers: M blocks/s`,
      wanted: 30,
      seen: measuredRate(teams, rowName('producer → consumer', MEMBERS), SUBJECT),
      digits: 1,
    },
  ];
  return goals.flatMap(({ what, wanted, seen, digits }): readonly Goal[] => {
    if (seen === undefined) return [];
    const goal = { what, wanted: `≥ ${wanted}` };
    if (machine.parallelism < MEMBERS) return [{ ...goal, seen: `needs ${MEMBERS} cores`, met: null }];
    return [{ ...goal, seen: seen.toFixed(digits), met: seen >= wanted }];
  });
}

/** What the machine itself gives: two processors that share a core do not work twice as fast as one. */
function besideLoop(ratio: number | undefined): string {
  return ratio === undefined ? '' : ` (the empty loop: ${ratio.toFixed(2)})`;
}
