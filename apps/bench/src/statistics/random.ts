/** The random numbers of all resampling: the same data always get the same interval. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers of 0 up to 1, as simple-statistics takes them. */
export type RandomSource = () => number;

/** What resampling starts from. */
export const RESAMPLING_SEED = 20_240_229;

/** A seed that differs where the data differ, so that the draws for two sets of data have nothing to do with each other. */
export function seedFrom(data: readonly number[]): number {
  const words = new Int32Array(Float64Array.from(data).buffer);
  return words.reduce((hash, word) => Math.imul(hash ^ word, 0x0100_0193), RESAMPLING_SEED);
}

/** Always the same sequence for the same seed. */
export function seededRandom(seed: number): RandomSource {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** A draw from the normal distribution with mean 0 and deviation 1 (Box and Muller, 1958). */
export function normalDraw(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A draw from Student's t distribution. `degrees`: a whole number. */
export function studentDraw(random: RandomSource, degrees: number): number {
  let squares = 0;
  for (let i = 0; i < degrees; i++) squares += normalDraw(random) ** 2;
  return normalDraw(random) / Math.sqrt(squares / degrees);
}
