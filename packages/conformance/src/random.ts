/** A generator of unsigned 32-bit numbers, the same for the same seed (xorshift32, Marsaglia 2003): for Workers. */
export function generator(seed: number): (below: number) => number {
  let x = seed | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
