/**
 * The random draws of all synthetic workloads.
 *
 * Generator: xorshift32 with shifts 13, 17, 5. It visits every 32-bit number but 0 once per period, so a draw of its upper
 * 16 bits takes every value 0 … 65,535, each equally often to within one part in 65,536.
 *
 * Range reduction: `pick(x, n) = (upper 16 bits of x) * n >>> 16`, a value of 0 … n-1 for n up to 65,536. It costs one
 * multiplication where `%` costs a division, which would take longer than the allocator under test. With 16 bits in,
 * n = 65,536 is the identity and reaches every value; for smaller n each value is hit by floor or ceil of 65,536 / n inputs.
 *
 * Slot and size are drawn from two generators with seeds of their own: drawn from one number, a slot would always ask for
 * the same few sizes. The functions are small enough for V8 to inline them into the hot loops.
 */

/** Start of the generator that draws slots. */
export const SLOT_SEED = 123_456_789;
/** Start of the generator that draws sizes. */
export const SIZE_SEED = 987_654_321;

/** The number after `x`; never 0 unless `x` is. */
export function xorshift32(x: number): number {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
}

/** One of 0 … n-1 from the upper 16 bits of `x`, for n of 1 … 65,536. */
export function pick(x: number, n: number): number {
  return Math.imul(x >>> 16, n) >>> 16;
}
