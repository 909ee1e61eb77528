/**
 * Which blocks are sampled: one each time the sum of the weights (1 a block, or its bytes) has reached the next distance. Distances are
 * all the mean, or drawn from 1 … 2 × mean - 1, which has the same mean, by a generator with a seed (mulberry32).
 */

/** Whether the block of this weight is sampled. */
export type Sampler = (weight: number) => boolean;

/** A sampler with this mean distance; `seed` null draws nothing. */
export function sampler(mean: number, seed: number | null): Sampler {
  let state = seed ?? 0;
  const distance = (): number => {
    if (seed === null) return mean;
    state = (state + 0x6d2b_79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return 1 + Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296) * (2 * mean - 1));
  };
  let left = distance();
  return (weight) => {
    left -= weight;
    if (left > 0) return false;
    // A block that is larger than the distance is one sample, and the next distance begins behind it.
    left = distance();
    return true;
  };
}
