/*
 * `larson` and `mid`: src/threads/workloads/replace.ts in C. Arrays of slots that are always full; each replacement
 * draws a slot, frees its block and allocates one of a random size. With a round, the arrays go from thread to
 * thread.
 *
 *   shared   ┌ turns: n × a line ┐┌ array 0 ┐┌ array 1 ┐ …      turns[a] = rounds that are over for array a
 *
 * The release of a turn pairs with the acquire in `take_over`: what is in the array is visible.
 */

#include "team.h"

#include <stdatomic.h>

enum { SLOTS, LOW, CHOICES, ROUND, NUMBERS };

/* `left` where the arrays stay where they are. */
#define NO_END UINT64_MAX

typedef struct {
  Part part;
  uint32_t count;
  uint32_t low;
  uint32_t choices;
  uint32_t slot_draw;
  uint32_t size_draw;
  uint32_t member;
  uint32_t members;
  uint32_t array;
  uint32_t round;
  /* Replacements of a round, and those that are left of this one. */
  uint64_t per_round;
  uint64_t left;
  uint64_t replaced;
  uint64_t drained;
  unsigned char *turns;
  unsigned char *arrays;
} ReplacePart;

static void **array_at(const ReplacePart *self, uint32_t array) {
  return (void **)(self->arrays + array * padded(sizeof(void *) * self->count));
}

static _Atomic uint32_t *turn_of(const ReplacePart *self, uint32_t array) {
  return (_Atomic uint32_t *)(self->turns + array * LINE_BYTES);
}

static void replace(ReplacePart *self, void **slots, uint32_t replacements) {
  const uint32_t count = self->count, low = self->low, choices = self->choices;
  uint32_t x = self->slot_draw, y = self->size_draw;
  for (uint32_t i = 0; i < replacements; i++) {
    x = xorshift32(x);
    y = xorshift32(y);
    const uint32_t slot = pick(x, count);
    const uint32_t size = low + pick(y, choices);
    give_back(&self->part, slots[slot]);
    slots[slot] = take(&self->part, malloc(room_for(size)), size);
  }
  self->slot_draw = x;
  self->size_draw = y;
}

static bool take_over(ReplacePart *self) {
  if (atomic_load_explicit(turn_of(self, self->array), memory_order_acquire) != self->round) return false;
  self->left = self->per_round;
  return true;
}

static void hand_on(ReplacePart *self) {
  self->round++;
  atomic_store_explicit(turn_of(self, self->array), self->round, memory_order_release);
  self->array = (self->member + self->round) % self->members;
}

static uint32_t replace_run(Part *part, uint32_t steps) {
  ReplacePart *self = (ReplacePart *)part;
  if (self->left == 0 && !take_over(self)) return 0;
  const uint32_t replacements = steps / 2 < self->left ? steps / 2 : (uint32_t)self->left;
  replace(self, array_at(self, self->array), replacements);
  self->replaced += replacements;
  if (self->left != NO_END) self->left -= replacements;
  if (self->left == 0) hand_on(self);
  return 2 * replacements;
}

static void replace_rest(Part *part) {
  (void)part;
}

static void replace_drain(Part *part) {
  ReplacePart *self = (ReplacePart *)part;
  void **slots = array_at(self, self->member);
  for (uint32_t i = 0; i < self->count; i++) give_back(&self->part, slots[i]);
  self->drained = self->count;
}

static Tally replace_tally(const Part *part) {
  const ReplacePart *self = (const ReplacePart *)part;
  return (Tally){.made = self->count + self->replaced, .freed = self->replaced + self->drained};
}

static void fill(ReplacePart *self) {
  void **slots = array_at(self, self->member);
  for (uint32_t i = 0; i < self->count; i++) {
    self->size_draw = xorshift32(self->size_draw);
    const uint32_t size = self->low + pick(self->size_draw, self->choices);
    slots[i] = take(&self->part, malloc(room_for(size)), size);
  }
}

static size_t replace_shared_bytes(const uint32_t *numbers, uint32_t members) {
  return members * (LINE_BYTES + padded(sizeof(void *) * numbers[SLOTS]));
}

static Part *replace_join(const Seat *seat) {
  const uint32_t *numbers = seat->numbers;
  const uint64_t round = numbers[ROUND] == 0 ? NO_END : numbers[ROUND];
  ReplacePart *self = make_table(1, sizeof *self);
  *self = (ReplacePart){
    .part = {.run = replace_run, .rest = replace_rest, .drain = replace_drain, .tally = replace_tally},
    .count = numbers[SLOTS],
    .low = numbers[LOW],
    .choices = numbers[CHOICES],
    .slot_draw = seed_for(SLOT_SEED, seat->member),
    .size_draw = seed_for(SIZE_SEED, seat->member),
    .member = seat->member,
    .members = seat->members,
    .array = seat->member,
    .per_round = round,
    .left = round,
    .turns = seat->shared,
    .arrays = seat->shared + seat->members * LINE_BYTES,
 };
  fill(self);
  return &self->part;
}

const TeamLoop replace_loop = {"replace", false, NUMBERS, replace_shared_bytes, replace_join};
