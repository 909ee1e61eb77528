/**
 * What one process of a cell found, as the statistics see it: a rate, and how it might have come out had its repetitions been
 * others.
 *
 *   rate        the median of the repetitions; of a reduced cell, whose repetitions are different stretches of the stream, all
 *               operations over all time
 *   resampled   medians of repetitions drawn with replacement, in no order; for a reduced cell just the rate
 *   variance    of the logarithms of the repetitions' rates: how restless the machine was meanwhile; 0 for a reduced cell
 */

import { median, sampleVariance, sampleWithReplacement } from 'simple-statistics';
import { type Repetition, rateOf } from '../measure.js';
import { RESAMPLING_SEED, seededRandom } from './random.js';

export interface Process {
  readonly rate: number;
  readonly resampled: readonly number[];
  readonly variance: number;
}

/** The part of a measured cell that statistics need. */
export interface Rounds {
  readonly reduced: boolean;
  /** One list per process. */
  readonly rounds: readonly (readonly Repetition[])[];
}

const RESAMPLES = 100;

/** Of cells that are not reduced. */
const known = new WeakMap<readonly Repetition[], Process>();

/** The processes of a cell. What is costly is kept with each list of repetitions. */
export function processesOf({ reduced, rounds }: Rounds): readonly Process[] {
  return rounds.map((repetitions) => {
    if (reduced) {
      const rate = overall(repetitions);
      return { rate, resampled: [rate], variance: 0 };
    }
    const process = known.get(repetitions) ?? resample(repetitions);
    known.set(repetitions, process);
    return process;
  });
}

function resample(repetitions: readonly Repetition[]): Process {
  const rates = repetitions.map(rateOf);
  const random = seededRandom(RESAMPLING_SEED);
  const draw = () => median(sampleWithReplacement(rates, rates.length, random));
  const variance = rates.length > 1 ? sampleVariance(rates.map(Math.log)) : 0;
  return { rate: median(rates), resampled: Array.from({ length: RESAMPLES }, draw), variance };
}

function overall(repetitions: readonly Repetition[]): number {
  const steps = repetitions.reduce((sum, repetition) => sum + repetition.steps, 0);
  const ms = repetitions.reduce((sum, repetition) => sum + repetition.ms, 0);
  return rateOf({ steps, ms });
}
