/** Runs of ones in 32-bit masks. */

/** A mask of `count` ones (1 … 32) from bit `from` on. */
export function ones(from: number, count: number): number {
  return (count === 32 ? -1 : (1 << count) - 1) << from;
}

/** Index of the lowest one; 32 when there is none. */
export function lowest(mask: number): number {
  return mask === 0 ? 32 : 31 - Math.clz32(mask & -mask);
}

/** Number of ones. */
export function population(mask: number): number {
  let m = mask - ((mask >>> 1) & 0x55555555);
  m = (m & 0x33333333) + ((m >>> 2) & 0x33333333);
  return Math.imul((m + (m >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** First bit of the lowest run of at least `length` ones (1 … 32); -1 when there is none. Doubles the run it looks for. */
export function runOf(mask: number, length: number): number {
  let m = mask;
  let have = 1;
  while (have < length && m !== 0) {
    const step = Math.min(have, length - have);
    m &= m >>> step;
    have += step;
  }
  return m === 0 ? -1 : lowest(m);
}
