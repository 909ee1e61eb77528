/*
 * The random draws of all synthetic workloads: src/random.ts in C, number for number. A draw there is a signed 32-bit
 * number, here an unsigned one with the same bits. What the generator is and why a draw is reduced in this way stands
 * there.
 */

#ifndef HAKMEM_BENCH_RANDOM_H
#define HAKMEM_BENCH_RANDOM_H

#include <stdint.h>

/* Start of the generator that draws slots. */
#define SLOT_SEED UINT32_C(123456789)
/* Start of the generator that draws sizes. */
#define SIZE_SEED UINT32_C(987654321)

/* The number after `x`; never 0 unless `x` is. */
static inline uint32_t xorshift32(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x;
}

/* One of 0 … n-1 from the upper 16 bits of `x`, for n of 1 … 65,536. */
static inline uint32_t pick(uint32_t x, uint32_t n) {
  return ((x >> 16) * n) >> 16;
}

#endif
