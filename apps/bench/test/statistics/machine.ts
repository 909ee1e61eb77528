/**
 * A machine that is shared with others, played: what a process finds is the true rate times
 *
 *   drift     a walk in small steps that all processes on the machine go along with
 *   process   its own luck: layout, what the compiler did
 *   mode      one speed or another one, at random
 *   outlier   now and then much slower
 *   repetition  each one's own, some of them disturbed
 *
 * The numbers are standard deviations, shares and probabilities; all are logarithms of rates.
 */

import type { Repetition } from '../../src/measure.js';
import type { Rounds } from '../../src/statistics/processes.js';
import { normalDraw, type RandomSource } from '../../src/statistics/random.js';

export interface Noise {
  readonly drift: number;
  readonly process: number;
  readonly mode: { readonly share: number; readonly loss: number };
  readonly outlier: { readonly share: number; readonly loss: number };
  readonly repetition: number;
}

export const QUIET: Noise = {
  drift: 0.003,
  process: 0.01,
  mode: { share: 0, loss: 0 },
  outlier: { share: 0.02, loss: 0.4 },
  repetition: 0.01,
};

export const SHARED: Noise = {
  drift: 0.01,
  process: 0.02,
  mode: { share: 0.2, loss: 0.15 },
  outlier: { share: 0.05, loss: 0.4 },
  repetition: 0.015,
};

/** Half of all processes in another mode. */
export const MODES: Noise = { ...QUIET, mode: { share: 0.5, loss: 0.15 } };

/** Far worse than what one should measure on. */
export const WILD: Noise = {
  drift: 0.03,
  process: 0.06,
  mode: { share: 0.2, loss: 0.25 },
  outlier: { share: 0.1, loss: 0.6 },
  repetition: 0.03,
};

const REPETITIONS = 7;
const STEPS = 1_000;
const DISTURBED = { share: 0.1, loss: 0.2 };

export class Machine {
  private drift = 0;
  private readonly noise: Noise;
  private readonly random: RandomSource;

  constructor(noise: Noise, random: RandomSource) {
    this.noise = noise;
    this.random = random;
  }

  /** What a process reports whose true rate is `rate` M/s. */
  process(rate: number): readonly Repetition[] {
    const { drift, process, mode, outlier, repetition } = this.noise;
    const { random } = this;
    this.drift += drift * normalDraw(random);
    let luck = this.drift + process * normalDraw(random);
    if (random() < mode.share) luck -= mode.loss;
    if (random() < outlier.share) luck -= outlier.loss;
    return Array.from({ length: REPETITIONS }, () => {
      let own = luck + repetition * normalDraw(random);
      if (random() < DISTURBED.share) own -= DISTURBED.loss * random();
      return { steps: STEPS, ms: STEPS / (1_000 * rate * Math.exp(own)) };
    });
  }

  /** One round of several cells, in turns: odd rounds the other way round. */
  round(rates: readonly number[], index: number): readonly (readonly Repetition[])[] {
    const order = index % 2 === 0 ? [...rates.keys()] : [...rates.keys()].reverse();
    const found: (readonly Repetition[])[] = [];
    for (const cell of order) found[cell] = this.process(rates[cell]);
    return found;
  }

  /** Cells of these true rates after so many rounds. */
  cells(rates: readonly number[], rounds: number): readonly Rounds[] {
    const all = Array.from({ length: rounds }, (_, index) => this.round(rates, index));
    return rates.map((_, cell) => ({ reduced: false, rounds: all.map((round) => round[cell]) }));
  }
}
