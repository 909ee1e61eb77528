/*
 * `producer → consumer`: src/threads/workloads/pipeline.ts in C. Members 0 and 1 are a pair, 2 and 3, and so on. The
 * even one allocates and passes the addresses through a ring to the odd one, which frees them. A thread alone is both
 * in turn.
 */

#include "team-ring.h"

enum { CAPACITY, LOW, CHOICES, NUMBERS };

/* The halves that a member does not have stay unused. */
typedef struct {
  Part part;
  RingWriter writer;
  RingReader reader;
  uint32_t capacity;
  uint32_t low;
  uint32_t choices;
  uint32_t size_draw;
  uint64_t made;
  uint64_t freed;
  /* Alone: whether it is the consumer's turn. */
  bool consuming;
} PipelinePart;

static uint32_t produce(Part *part, uint32_t steps) {
  PipelinePart *self = (PipelinePart *)part;
  const uint32_t low = self->low, choices = self->choices;
  const uint32_t count = ring_room(&self->writer, steps);
  uint32_t y = self->size_draw;
  for (uint32_t i = 0; i < count; i++) {
    y = xorshift32(y);
    const uint32_t size = low + pick(y, choices);
    ring_push(&self->writer, take(part, malloc(room_for(size)), size));
  }
  self->size_draw = y;
  self->made += count;
  return count;
}

static uint32_t consume(Part *part, uint32_t steps) {
  PipelinePart *self = (PipelinePart *)part;
  const uint32_t count = ring_ready(&self->reader, steps);
  for (uint32_t i = 0; i < count; i++) give_back(part, ring_pop(&self->reader));
  self->freed += count;
  return count;
}

static uint32_t take_turn(Part *part, uint32_t steps) {
  PipelinePart *self = (PipelinePart *)part;
  return self->consuming ? consume(part, steps) : produce(part, steps);
}

static uint32_t run_alone(Part *part, uint32_t steps) {
  PipelinePart *self = (PipelinePart *)part;
  const uint32_t done = take_turn(part, steps);
  if (done > 0) return done;
  self->consuming = !self->consuming;
  return take_turn(part, steps);
}

static void pipeline_rest(Part *part) {
  PipelinePart *self = (PipelinePart *)part;
  if (part->run != consume) ring_publish(&self->writer);
}

static void pipeline_drain(Part *part) {
  if (part->run == produce) return;
  while (consume(part, ((PipelinePart *)part)->capacity) > 0) continue;
}

static Tally pipeline_tally(const Part *part) {
  const PipelinePart *self = (const PipelinePart *)part;
  return (Tally){.made = self->made, .freed = self->freed};
}

static size_t pipeline_shared_bytes(const uint32_t *numbers, uint32_t members) {
  return (members + 1) / 2 * ring_bytes(numbers[CAPACITY]);
}

static Part *pipeline_join(const Seat *seat) {
  const uint32_t *numbers = seat->numbers;
  unsigned char *ring = seat->shared + seat->member / 2 * ring_bytes(numbers[CAPACITY]);
  PipelinePart *self = make_table(1, sizeof *self);
  *self = (PipelinePart){
    .part = {
      .run = seat->members == 1 ? run_alone : seat->member % 2 == 0 ? produce : consume,
      .rest = pipeline_rest,
      .drain = pipeline_drain,
      .tally = pipeline_tally,
   },
    .writer = ring_writer(ring, numbers[CAPACITY]),
    .reader = ring_reader(ring, numbers[CAPACITY]),
    .capacity = numbers[CAPACITY],
    .low = numbers[LOW],
    .choices = numbers[CHOICES],
    .size_draw = seed_for(SIZE_SEED, seat->member),
 };
  return &self->part;
}

const TeamLoop pipeline_loop = {"pipeline", true, NUMBERS, pipeline_shared_bytes, pipeline_join};
