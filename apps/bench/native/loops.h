/*
 * The synthetic workloads of src/workloads in C: churn.ts, bursts.ts and cold.ts, operation for operation. What they
 * do and why stands there. The blocks are in tables of pointers; the calls are plain calls of malloc and free, which
 * the compiler is told to know nothing about.
 *
 * Each loop is a struct with its numbers and where it stopped, and a `run` as measure.h wants it, which keeps what it
 * uses in local variables. `checksum` is the sum of all sizes so far (cold counts its frees, too), modulo 2^32.
 */

#ifndef HAKMEM_BENCH_LOOPS_H
#define HAKMEM_BENCH_LOOPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "random.h"
#include "table.h"

static inline void *must_malloc(size_t bytes) {
  void *block = malloc(bytes);
  if (__builtin_expect(block == NULL, 0)) refused(bytes);
  return block;
}

/* size = low + pick(draw, choices) << grain */
typedef struct {
  uint32_t count, low, choices, grain;
  uint32_t slot_draw, size_draw, checksum;
  void **slots;
} Churn;

static inline void run_churn(void *state, uint64_t steps) {
  Churn *const churn = state;
  const uint32_t count = churn->count, low = churn->low, choices = churn->choices, grain = churn->grain;
  void **const slots = churn->slots;
  uint32_t x = churn->slot_draw, y = churn->size_draw, sum = churn->checksum;
  for (uint64_t i = 0; i < steps; i++) {
    x = xorshift32(x);
    y = xorshift32(y);
    const uint32_t slot = pick(x, count);
    void *const block = slots[slot];
    if (block != NULL) {
      free(block);
      slots[slot] = NULL;
    } else {
      const uint32_t size = low + (pick(y, choices) << grain);
      slots[slot] = must_malloc(size);
      sum += size;
    }
  }
  churn->slot_draw = x;
  churn->size_draw = y;
  churn->checksum = sum;
}

/* Blocks of one size, `burst` of them at a time. */
typedef struct {
  uint32_t bytes, burst, checksum;
  void **slots;
} Burst;

static inline void run_pair(void *state, uint64_t steps) {
  Burst *const pair = state;
  const uint32_t bytes = pair->bytes;
  void **const slots = pair->slots;
  uint32_t sum = pair->checksum;
  for (uint64_t i = 0; i < steps; i += 2) {
    slots[0] = must_malloc(bytes);
    sum += bytes;
    free(slots[0]);
    slots[0] = NULL;
  }
  pair->checksum = sum;
}

static inline uint32_t fill_burst(void **slots, uint32_t burst, uint32_t bytes) {
  for (uint32_t k = 0; k < burst; k++) slots[k] = must_malloc(bytes);
  return burst * bytes;
}

static inline void run_lifo(void *state, uint64_t steps) {
  Burst *const lifo = state;
  const uint32_t bytes = lifo->bytes, burst = lifo->burst;
  void **const slots = lifo->slots;
  for (uint64_t i = 0; i < steps; i += 2 * burst) {
    lifo->checksum += fill_burst(slots, burst, bytes);
    for (uint32_t k = burst; k-- > 0;) {
      free(slots[k]);
      slots[k] = NULL;
    }
  }
}

static inline void run_fifo(void *state, uint64_t steps) {
  Burst *const fifo = state;
  const uint32_t bytes = fifo->bytes, burst = fifo->burst;
  void **const slots = fifo->slots;
  for (uint64_t i = 0; i < steps; i += 2 * burst) {
    fifo->checksum += fill_burst(slots, burst, bytes);
    for (uint32_t k = 0; k < burst; k++) {
      free(slots[k]);
      slots[k] = NULL;
    }
  }
}

/* All blocks made in the order of the slots, then all freed in the order of `order`. */
typedef struct {
  uint32_t count, low, choices;
  uint32_t size_draw, checksum;
  /* Steps into the cycle of 2 × count. */
  uint32_t cursor;
  void **slots;
  const uint32_t *order;
} Cold;

/* The numbers 0 … count-1, shuffled. */
static inline const uint32_t *shuffled(uint32_t count) {
  uint32_t *const order = make_table(count, sizeof(uint32_t));
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  uint32_t draw = SLOT_SEED;
  for (uint32_t i = count - 1; i > 0; i--) {
    draw = xorshift32(draw);
    const uint32_t other = (uint32_t)(((uint64_t)draw * (i + 1)) >> 32);
    const uint32_t moved = order[i];
    order[i] = order[other];
    order[other] = moved;
  }
  return order;
}

static inline void make_blocks(Cold *cold, uint32_t from, uint32_t to) {
  const uint32_t low = cold->low, choices = cold->choices;
  void **const slots = cold->slots;
  uint32_t y = cold->size_draw, sum = cold->checksum;
  for (uint32_t slot = from; slot < to; slot++) {
    y = xorshift32(y);
    const uint32_t size = low + pick(y, choices);
    slots[slot] = must_malloc(size);
    sum += size;
  }
  cold->size_draw = y;
  cold->checksum = sum;
}

static inline void free_blocks(Cold *cold, uint32_t from, uint32_t to) {
  const uint32_t *const order = cold->order;
  void **const slots = cold->slots;
  for (uint32_t i = from; i < to; i++) {
    const uint32_t slot = order[i];
    free(slots[slot]);
    slots[slot] = NULL;
  }
  cold->checksum += to - from;
}

static inline void run_cold(void *state, uint64_t steps) {
  Cold *const cold = state;
  const uint32_t count = cold->count;
  while (steps > 0) {
    const bool making = cold->cursor < count;
    const uint32_t from = making ? cold->cursor : cold->cursor - count;
    const uint32_t to = steps < count - from ? from + (uint32_t)steps : count;
    if (making) make_blocks(cold, from, to);
    else free_blocks(cold, from, to);
    steps -= to - from;
    cold->cursor = (cold->cursor + (to - from)) % (2 * count);
  }
}

#endif
