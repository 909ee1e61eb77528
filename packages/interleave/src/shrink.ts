/**
 * Makes a failing schedule simpler: fewer switches, then fewer steps.
 *
 *   0*3 1*2 0 1*4 0*2   ──►   leave the end to the default continuation, or swap two neighbours so that others join
 *
 * Greedy, with a bounded number of runs. Each candidate is run; what the run really did is what is kept.
 */

import { END } from './board.ts';

/** @internal Runs a plan as far as it can be followed: what was done, if that fails in the same way; null if not. */
export type Attempt = (plan: readonly number[]) => Promise<number[] | null>;

/** @internal A schedule that fails in the same way and is no more complicated. */
export async function shrink(failing: readonly number[], attempt: Attempt, budget: number): Promise<readonly number[]> {
  let best = failing;
  for (let improved = true; improved; ) {
    improved = false;
    for (const plan of simpler(blocksOf(best))) {
      if (budget-- <= 0) return best;
      const done = await attempt(plan);
      if (done === null || !isSimpler(done, best)) continue;
      best = done;
      improved = true;
      break;
    }
  }
  return best;
}

/** The beginnings of the schedule, from the shortest on; then each pair of neighbours swapped. */
function* simpler(blocks: readonly number[][]): Generator<number[]> {
  for (let length = 0; length < blocks.length - 1; length++) yield blocks.slice(0, length).flat();
  for (let i = 0; i + 1 < blocks.length; i++) {
    const swapped = blocks.with(i, blocks[i + 1]).with(i + 1, blocks[i]);
    if (blocksOf(swapped.flat()).length < blocks.length) yield swapped.flat();
  }
}

function isSimpler(a: readonly number[], b: readonly number[]): boolean {
  const difference = blocksOf(a).length - blocksOf(b).length;
  return difference < 0 || (difference === 0 && a.length < b.length);
}

/** Steps of the same thread that follow each other; each end by itself. */
function blocksOf(plan: readonly number[]): number[][] {
  const blocks: number[][] = [];
  for (const entry of plan) {
    const last = blocks.at(-1);
    if (last !== undefined && last[0] === entry && (entry & END) === 0) last.push(entry);
    else blocks.push([entry]);
  }
  return blocks;
}
