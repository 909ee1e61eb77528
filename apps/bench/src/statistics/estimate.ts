/** What is said of a ratio of two rates. */

/** `same`: the whole interval is close to 1. `unclear`: it is neither that nor away from there. */
export type Verdict = 'faster' | 'slower' | 'same' | 'unclear';

/** A ratio of two rates, with its interval. */
export interface Estimate {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}
