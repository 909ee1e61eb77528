/**
 * One number for all repetitions of a cell, its interval, and the repetitions that lie far from the others.
 *
 *   rate       the median of the processes' rates
 *   interval   resampled twice over: processes are drawn with replacement, and for each one of the medians that its repetitions
 *              might have had; cut off as tail.ts says. With two to five processes that is everything between the extremes,
 *              with one it knows of differences among repetitions only.
 *   outliers   beyond 1.5 times the distance of the quartiles from them (Tukey's fences). They are in all numbers.
 */

import { median, quantile, quantileSorted } from 'simple-statistics';
import { rateOf } from '../measure.js';
import type { Interval, Outlier } from '../results.js';
import { processesOf, type Rounds } from './processes.js';
import { RESAMPLING_SEED, seededRandom } from './random.js';
import { tailShare } from './tail.js';

export interface Summary {
  readonly rate: number;
  readonly interval: Interval;
  readonly outliers: readonly Outlier[];
}

/** How often everything is resampled. */
export const RESAMPLES = 2_000;
/** What is cut off on either side where no allowance is to be made. */
export const PLAIN_TAIL = 0.025;
const FENCE = 1.5;

/** Throws when there is no round or one without repetitions. */
export function summarizeCell(cell: Rounds): Summary {
  const processes = processesOf(cell);
  const random = seededRandom(RESAMPLING_SEED);
  const draws = Array.from({ length: RESAMPLES }, () =>
    median(processes.map(() => pickOne(pickOne(processes, random).resampled, random))),
  );
  return {
    rate: median(processes.map(({ rate }) => rate)),
    interval: cutOff(draws, processes.length === 1 ? PLAIN_TAIL : tailShare([processes.length])),
    outliers: cell.reduced ? [] : outliersOf(cell),
  };
}

/** One element, each as likely. */
export function pickOne<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)];
}

/** What lies between the shares `tail` and 1 - `tail` of the draws. */
export function cutOff(draws: readonly number[], tail: number): Interval {
  const sorted = Float64Array.from(draws).sort() as unknown as number[];
  return [quantileSorted(sorted, tail), quantileSorted(sorted, 1 - tail)];
}

function outliersOf({ rounds }: Rounds): readonly Outlier[] {
  const rates = rounds.flat().map(rateOf);
  const [lower, upper] = [quantile(rates, 0.25), quantile(rates, 0.75)];
  const reach = FENCE * (upper - lower);
  return rounds.flatMap((repetitions, round) =>
    repetitions.flatMap((repetition, index) => {
      const rate = rateOf(repetition);
      return rate < lower - reach || rate > upper + reach ? [{ round, repetition: index, rate }] : [];
    }),
  );
}
