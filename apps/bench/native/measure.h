/*
 * The clocks, and the measuring of one loop in this process: src/measure.ts in C, step for step.
 *
 *   warm-up   chunks of doubling size until one has the full number of steps, then more of them until the stream is in
 *             its steady state and the last rates agree, or half of the budget is used
 *   timed     repetitions of equal size: at least two, at most `reps`, until the other half is used
 *
 * A chunk that uses up the whole budget, in processor time as well, is given up where it is; the measurement is then
 * `reduced`. Chunks are run in slices of about a millisecond. A slice is one call of the loop: what short calls are
 * good for in V8 does not concern a program that was compiled before.
 *
 * Include it first of all: it asks the system's headers for what is beyond C11.
 */

#ifndef HAKMEM_BENCH_MEASURE_H
#define HAKMEM_BENCH_MEASURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "table.h"

static inline double read_clock_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Milliseconds of a clock that nobody sets. */
static inline double now_ms(void) {
  return read_clock_ms(CLOCK_MONOTONIC);
}

/* Processor time in milliseconds that this process has used, all its threads together. */
static inline double processor_ms(void) {
  return read_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

/* A loop with its state: `run` does the next `steps` operations, a multiple of the workload's unit. */
typedef struct {
  void (*run)(void *state, uint64_t steps);
  void *state;
} Loop;

typedef struct {
  /* Steps of a full repetition; a multiple of `unit`. */
  uint64_t steps;
  uint64_t unit;
  /* Steps after which the stream is in its steady state. */
  uint64_t settling;
  /* Most repetitions to time. */
  uint64_t reps;
  /* Milliseconds for warm-up and repetitions together. */
  double budget_ms;
} MeasureOptions;

typedef struct {
  uint64_t steps;
  double ms;
} Repetition;

typedef struct {
  bool reduced;
  uint64_t count;
  Repetition *repetitions;
  /* All steps of the loop, warm-up included. */
  uint64_t total_steps;
  /* What went before the first repetition. */
  Repetition warm_up;
} Measurement;

enum { FIRST_CHUNK_DIVISOR = 256, LEAST_SLICE = 64, LEAST_REPS = 2, SETTLED_WINDOW = 3 };
static const double SLICE_MS = 1;
static const double SETTLED_SPREAD = 0.03;

static inline uint64_t least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static inline uint64_t round_to_unit(uint64_t steps, uint64_t unit) {
  return (steps + unit - 1) / unit * unit;
}

/* Runs chunks in slices whose size follows the rate of the last one. */
typedef struct {
  Loop loop;
  uint64_t unit;
  double limit_ms;
  uint64_t slice;
  uint64_t total_steps;
} SlicedRunner;

/* Runs a chunk, and stops when it has used up the limit. */
static inline Repetition run_chunk(SlicedRunner *runner, uint64_t chunk) {
  const double started = now_ms();
  const double processor = processor_ms();
  const double limit = runner->limit_ms;
  double now = started;
  uint64_t steps = 0;
  while (steps < chunk && (now - started <= limit || processor_ms() - processor <= limit)) {
    const uint64_t count = least(round_to_unit(runner->slice, runner->unit), chunk - steps);
    runner->loop.run(runner->loop.state, count);
    steps += count;
    const double before = now;
    now = now_ms();
    const double next = now > before ? (double)count * SLICE_MS / (now - before) : 2.0 * (double)count;
    runner->slice = next >= 2.0 * (double)count ? 2 * count : next <= LEAST_SLICE ? LEAST_SLICE : (uint64_t)next;
  }
  runner->total_steps += steps;
  return (Repetition){steps, now - started};
}

/* Whether the last rates, `count` in all, agree. */
static inline bool settled(const double *rates, uint64_t count) {
  if (count < SETTLED_WINDOW) return false;
  double low = rates[0], high = rates[0], sum = 0;
  for (int i = 0; i < SETTLED_WINDOW; i++) {
    low = rates[i] < low ? rates[i] : low;
    high = rates[i] > high ? rates[i] : high;
    sum += rates[i];
  }
  return high - low <= SETTLED_SPREAD * (sum - low - high);
}

/* Full chunks until their rates agree or `end` has come. */
static inline void warm_up(SlicedRunner *runner, const MeasureOptions *options, double end) {
  double rates[SETTLED_WINDOW];
  for (uint64_t count = 0; now_ms() < end;) {
    const Repetition chunk = run_chunk(runner, options->steps);
    rates[count++ % SETTLED_WINDOW] = (double)chunk.steps / chunk.ms;
    if (runner->total_steps >= options->settling && settled(rates, count)) return;
  }
}

/* Needs room for at least two repetitions, which it takes from the system. */
static inline Measurement measure(Loop loop, const MeasureOptions *options) {
  SlicedRunner runner = {loop, options->unit, options->budget_ms, LEAST_SLICE, 0};
  const uint64_t most = options->reps > LEAST_REPS ? options->reps : LEAST_REPS;
  Measurement result = {.repetitions = make_table(most, sizeof(Repetition))};
  const double started = now_ms();

  uint64_t chunk = round_to_unit((options->steps + FIRST_CHUNK_DIVISOR - 1) / FIRST_CHUNK_DIVISOR, options->unit);
  Repetition last = run_chunk(&runner, chunk);
  while (last.steps == chunk && chunk < options->steps) {
    chunk = least(2 * chunk, options->steps);
    last = run_chunk(&runner, chunk);
  }
  const bool given_up = last.steps < chunk;

  if (!given_up) warm_up(&runner, options, started + options->budget_ms / 2);
  result.warm_up = (Repetition){runner.total_steps, now_ms() - started};
  if (given_up) {
    result.repetitions[result.count++] = last;
    result.warm_up.steps -= last.steps;
    result.warm_up.ms -= last.ms;
  }

  const double end = now_ms() + options->budget_ms / 2;
  while (result.count < LEAST_REPS || (!given_up && result.count < options->reps && now_ms() < end)) {
    result.repetitions[result.count++] = run_chunk(&runner, chunk);
  }
  for (uint64_t i = 0; i < result.count; i++) result.reduced |= result.repetitions[i].steps < options->steps;
  result.total_steps = runner.total_steps;
  return result;
}

/* The measurement as JSON, in the form of `Measurement` in src/measure.ts. */
static inline void print_measurement(const Measurement *measurement) {
  printf("{\"reduced\":%s,\"repetitions\":[", measurement->reduced ? "true" : "false");
  for (uint64_t i = 0; i < measurement->count; i++) {
    const Repetition *one = &measurement->repetitions[i];
    printf("%s{\"steps\":%llu,\"ms\":%.6f}", i == 0 ? "" : ",", (unsigned long long)one->steps, one->ms);
  }
  printf("],\"totalSteps\":%llu,", (unsigned long long)measurement->total_steps);
  const Repetition *warm_up = &measurement->warm_up;
  printf("\"warmUp\":{\"steps\":%llu,\"ms\":%.6f}}", (unsigned long long)warm_up->steps, warm_up->ms);
}

#endif
