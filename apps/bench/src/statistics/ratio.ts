/**
 * How many times as fast one cell of a row is as another, and what follows from it.
 *
 * Round i of both cells ran next to each other, so a machine that drifts hits both: the pair's ratio is what one round tells,
 * the median of the pairs' ratios what all tell. Everything is computed with logarithms, so that a/b and b/a say the same.
 *
 * From LEAST_ROUNDS pairs on the interval is bootstrapped: pairs are drawn with replacement, and in each pair the medians that
 * the repetitions might have had; cut off as tail.ts says. Fewer pairs cannot tell how much pairs differ. There the interval
 * is that of Student's t with an assumption mixed in: as if PRIOR_PAIRS pairs before had differed by PRIOR_SPREAD, which is
 * more than processes on a shared machine usually do, and by as much again as the repetitions within these processes did. So
 * one pair is called faster from a factor of 2.5 on, never for less, and on a machine that starves its processes not even then.
 *
 * A verdict asks for more than an interval that leaves out 1: it must leave out all from 1/MARGIN to MARGIN. The test of
 * all this plays a machine with drift, modes and outliers and counts the verdicts on equal cells.
 */

import { mean, median } from 'simple-statistics';
import { cutOff, PLAIN_TAIL, pickOne, RESAMPLES } from './cell.js';
import type { Estimate, Verdict } from './estimate.js';
import { type Process, processesOf, type Rounds } from './processes.js';
import { type RandomSource, seededRandom, seedFrom, studentDraw } from './random.js';
import { tailShare } from './tail.js';

/** The logarithm of a ratio, and draws of what it might be as well. */
export interface LogRatio {
  readonly log: number;
  readonly draws: readonly number[];
  /** Pairs of rounds. */
  readonly rounds: number;
}

/** Pairs that a bootstrap needs. */
export const LEAST_ROUNDS = 6;
/** What differs by less is the same. */
export const MARGIN = 1.03;
const PRIOR_PAIRS = 4;
/** Standard deviation of the logarithm of a pair's ratio. */
const PRIOR_SPREAD = 0.3;

/** By the rounds that both have. Throws when there is none. */
export function logRatio(of: Rounds, to: Rounds): LogRatio {
  const above = processesOf(of);
  const below = processesOf(to);
  const rounds = Math.min(above.length, below.length);
  const pairs = Array.from({ length: rounds }, (_, i): Pair => [above[i], below[i]]);
  const logs = pairs.map(logOf);
  const random = seededRandom(seedFrom(logs));
  return {
    log: median(logs),
    draws: rounds < LEAST_ROUNDS ? assumed(pairs, random) : resampled(pairs, random),
    rounds,
  };
}

/** The ratio itself, with its interval. */
export function estimate(ratio: LogRatio): Estimate {
  return weighted([ratio], [1]);
}

/** Product of the ratios, each to the power of its weight: a mean, or how one ratio changed into another. */
export function weighted(ratios: readonly LogRatio[], weights: readonly number[]): Estimate {
  const draws = Array.from({ length: RESAMPLES }, (_, draw) =>
    ratios.reduce((sum, ratio, i) => sum + weights[i] * ratio.draws[draw], 0),
  );
  const log = ratios.reduce((sum, ratio, i) => sum + weights[i] * ratio.log, 0);
  const bootstrapped = ratios.map(({ rounds }) => rounds).filter((rounds) => rounds >= LEAST_ROUNDS);
  const [low, high] = cutOff(draws, bootstrapped.length === 0 ? PLAIN_TAIL : tailShare(bootstrapped));
  return { ratio: Math.exp(log), low: Math.exp(Math.min(low, log)), high: Math.exp(Math.max(high, log)) };
}

/** `margin`: a factor above 1; what lies within it is no difference. */
export function verdictOf({ low, high }: Estimate, margin: number = MARGIN): Verdict {
  if (low > margin) return 'faster';
  if (high < 1 / margin) return 'slower';
  return low >= 1 / margin && high <= margin ? 'same' : 'unclear';
}

/** How far the interval reaches from the ratio, as a share of it. */
export function halfWidth({ low, high }: Estimate): number {
  return Math.sqrt(high / low) - 1;
}

type Pair = readonly [Process, Process];

function resampled(pairs: readonly Pair[], random: RandomSource): readonly number[] {
  const draw = () => {
    const [a, b] = pickOne(pairs, random);
    return Math.log(pickOne(a.resampled, random) / pickOne(b.resampled, random));
  };
  return Array.from({ length: RESAMPLES }, () => median(pairs.map(draw)));
}

/** Draws of the mean when the spread is what these pairs and those assumed had. */
function assumed(pairs: readonly Pair[], random: RandomSource): readonly number[] {
  const logs = pairs.map(logOf);
  const middle = mean(logs);
  const squares = logs.reduce((sum, log) => sum + (log - middle) ** 2, 0);
  const prior = PRIOR_SPREAD ** 2 + mean(pairs.map(([a, b]) => a.variance + b.variance));
  const degrees = PRIOR_PAIRS + pairs.length - 1;
  const spread = Math.sqrt((PRIOR_PAIRS * prior + squares) / degrees / pairs.length);
  return Array.from({ length: RESAMPLES }, () => middle + spread * studentDraw(random, degrees));
}

function logOf([a, b]: Pair): number {
  return Math.log(a.rate / b.rate);
}
