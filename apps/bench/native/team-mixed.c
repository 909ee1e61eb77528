/*
 * `mixed 10% remote`: src/threads/workloads/mixed.ts in C. random_mixed, but one block in so many that is to go is
 * passed to another thread, which frees it when it looks into its rings, after each run. A thread alone frees
 * everything itself.
 *
 *   shared   ring of 0 → 1, 0 → 2, …, 1 → 0, 1 → 2, …        n × (n - 1) rings
 */

#include "team-ring.h"

enum { CAPACITY, SLOTS, LOW, CHOICES, ONE_IN, NUMBERS };

typedef struct {
  Part part;
  void **slots;
  uint32_t capacity;
  uint32_t count;
  uint32_t low;
  uint32_t choices;
  uint32_t one_in;
  /* How many other members there are; a writer to each and a reader from each, in the order of their numbers. */
  uint32_t targets;
  uint32_t slot_draw;
  uint32_t size_draw;
  uint64_t made;
  uint64_t freed;
  RingWriter writers[MOST_MEMBERS];
  RingReader readers[MOST_MEMBERS];
} MixedPart;

static bool pass(MixedPart *self, void *block, uint32_t draw) {
  if (self->targets == 0) return false;
  RingWriter *writer = &self->writers[pick(draw << 16, self->targets)];
  if (ring_room(writer, 1) == 0) return false;
  ring_push(writer, block);
  return true;
}

static void churn(MixedPart *self, uint32_t steps) {
  const uint32_t count = self->count, low = self->low, choices = self->choices, one_in = self->one_in;
  void **const slots = self->slots;
  uint32_t x = self->slot_draw, y = self->size_draw;
  uint32_t mallocs = 0, passed = 0;
  for (uint32_t i = 0; i < steps; i++) {
    x = xorshift32(x);
    y = xorshift32(y);
    const uint32_t slot = pick(x, count);
    void *block = slots[slot];
    if (block == NULL) {
      const uint32_t size = low + pick(y, choices);
      slots[slot] = take(&self->part, malloc(room_for(size)), size);
      mallocs++;
    } else {
      slots[slot] = NULL;
      if (pick(y, one_in) == 0 && pass(self, block, y)) passed++;
      else give_back(&self->part, block);
    }
  }
  self->slot_draw = x;
  self->size_draw = y;
  self->made += mallocs;
  self->freed += steps - mallocs - passed;
}

/* Frees what others have passed on, as far as it is published. */
static void receive(MixedPart *self, uint32_t limit) {
  for (uint32_t from = 0; from < self->targets; from++) {
    RingReader *reader = &self->readers[from];
    const uint32_t count = ring_ready(reader, limit);
    for (uint32_t i = 0; i < count; i++) give_back(&self->part, ring_pop(reader));
    self->freed += count;
  }
}

static uint32_t mixed_run(Part *part, uint32_t steps) {
  MixedPart *self = (MixedPart *)part;
  churn(self, steps);
  receive(self, steps);
  return steps;
}

static void mixed_rest(Part *part) {
  MixedPart *self = (MixedPart *)part;
  for (uint32_t to = 0; to < self->targets; to++) ring_publish(&self->writers[to]);
}

static void mixed_drain(Part *part) {
  MixedPart *self = (MixedPart *)part;
  receive(self, self->capacity);
  for (uint32_t slot = 0; slot < self->count; slot++) {
    if (self->slots[slot] == NULL) continue;
    give_back(part, self->slots[slot]);
    self->slots[slot] = NULL;
    self->freed++;
  }
}

static Tally mixed_tally(const Part *part) {
  const MixedPart *self = (const MixedPart *)part;
  return (Tally){.made = self->made, .freed = self->freed};
}

static size_t mixed_shared_bytes(const uint32_t *numbers, uint32_t members) {
  return members * (members - 1) * ring_bytes(numbers[CAPACITY]);
}

static unsigned char *ring_of(const Seat *seat, uint32_t from, uint32_t to) {
  return seat->shared + (from * (seat->members - 1) + (to < from ? to : to - 1)) * ring_bytes(seat->numbers[CAPACITY]);
}

static Part *mixed_join(const Seat *seat) {
  const uint32_t *numbers = seat->numbers;
  const uint32_t member = seat->member;
  MixedPart *self = make_table(1, sizeof *self);
  *self = (MixedPart){
    .part = {.run = mixed_run, .rest = mixed_rest, .drain = mixed_drain, .tally = mixed_tally},
    .slots = make_table(numbers[SLOTS], sizeof(void *)),
    .capacity = numbers[CAPACITY],
    .count = numbers[SLOTS],
    .low = numbers[LOW],
    .choices = numbers[CHOICES],
    .one_in = seat->members == 1 ? 65536 : numbers[ONE_IN],
    .targets = seat->members - 1,
    .slot_draw = seed_for(SLOT_SEED, member),
    .size_draw = seed_for(SIZE_SEED, member),
 };
  for (uint32_t i = 0; i < self->targets; i++) {
    const uint32_t other = i < member ? i : i + 1;
    self->writers[i] = ring_writer(ring_of(seat, member, other), numbers[CAPACITY]);
    self->readers[i] = ring_reader(ring_of(seat, other, member), numbers[CAPACITY]);
  }
  return &self->part;
}

const TeamLoop mixed_loop = {"mixed", false, NUMBERS, mixed_shared_bytes, mixed_join};
