/*
 * `trace …`: src/threads/workloads/replay.ts in C. A recorded program divided among its threads (program.ts), which
 * go through it again and again. Where an object goes from one thread to another, its address is handed over through
 * a box.
 *
 *   box   NULL → the address → NULL      each release of the one pairs with the next acquire of the other
 *
 * The divided trace comes on the standard input, as src/threads/workloads/program.ts writes it, numbers as this
 * machine has them:
 *
 *   u32 objects │ u32 boxes │ u32 threads │ per thread: u32 length, then `length` each of u32 object, u32 size,
 *   u32 takes, u32 gives, u8 operation, u8 log2 of alignment
 */

#include "team.h"

#include <stdatomic.h>

#include "replay.h"

/* What one thread does. All arrays have one element per step. */
typedef struct {
  uint32_t length;
  const uint32_t *object;
  const uint32_t *size;
  /* The box that the address is taken from before the step, and that it is given to after it; 0 for none. */
  const uint32_t *takes;
  const uint32_t *gives;
  const uint8_t *op;
  const uint8_t *align_log2;
} Program;

static struct {
  uint32_t objects;
  uint32_t boxes;
  Program programs[MOST_MEMBERS];
} divided;

typedef struct {
  Part part;
  Program program;
  _Atomic(void *) *boxes;
  /* The block of each object; NULL when this thread does not have it. */
  void **table;
  uint32_t cursor;
  uint64_t passes;
  uint64_t drained;
} ReplayPart;

/* From one step up to another, or to one that has to wait; returns where it stopped. */
static uint32_t replay(ReplayPart *self, uint32_t from, uint32_t to) {
  const Program program = self->program;
  _Atomic(void *) *const boxes = self->boxes;
  void **const table = self->table;
  uint32_t i = from;
  for (; i < to; i++) {
    const uint32_t which = program.object[i], takes = program.takes[i], gives = program.gives[i];
    if (gives != 0 && atomic_load_explicit(&boxes[gives], memory_order_acquire) != NULL) break;
    if (takes != 0) {
      void *given = atomic_load_explicit(&boxes[takes], memory_order_acquire);
      if (given == NULL) break;
      table[which] = given;
      atomic_store_explicit(&boxes[takes], NULL, memory_order_release);
    }
    const uint32_t size = program.size[i];
    void *block;
    switch (program.op[i]) {
      case OP_MALLOC:
        block = malloc(room_for(size));
        break;
      case OP_FREE:
        give_back(&self->part, table[which]);
        table[which] = NULL;
        continue;
      case OP_CALLOC:
        block = calloc(1, room_for(size));
        break;
      case OP_REALLOC:
        is_returned(&self->part, table[which]);
        block = realloc(table[which], room_for(size == 0 ? 1 : size));
        break;
      default:
        block = aligned_block(program.align_log2[i], room_for(size));
    }
    table[which] = take(&self->part, block, size);
    if (gives != 0) {
      atomic_store_explicit(&boxes[gives], block, memory_order_release);
      table[which] = NULL;
    }
  }
  return i;
}

static uint32_t replay_run(Part *part, uint32_t steps) {
  ReplayPart *self = (ReplayPart *)part;
  const uint32_t length = self->program.length, from = self->cursor;
  self->cursor = replay(self, from, length - from < steps ? length : from + steps);
  const uint32_t done = self->cursor - from;
  if (self->cursor == length) {
    self->cursor = 0;
    self->passes++;
  }
  return done;
}

static void replay_rest(Part *part) {
  (void)part;
}

static void replay_drain(Part *part) {
  ReplayPart *self = (ReplayPart *)part;
  for (uint32_t i = 0; i < self->program.length; i++) {
    const uint32_t box = self->program.takes[i];
    void *given = box == 0 ? NULL : atomic_exchange(&self->boxes[box], NULL);
    if (given == NULL) continue;
    give_back(part, given);
    self->drained++;
  }
  for (uint32_t object = 1; object <= divided.objects; object++) {
    if (self->table[object] == NULL) continue;
    give_back(part, self->table[object]);
    self->table[object] = NULL;
    self->drained++;
  }
}

static Tally tally_of(const Program *program, uint32_t length) {
  Tally tally = { 0};
  for (uint32_t i = 0; i < length; i++) {
    if (program->op[i] == OP_FREE) tally.freed++;
    else if (program->op[i] == OP_REALLOC) tally.changed++;
    else tally.made++;
  }
  return tally;
}

static Tally replay_tally(const Part *part) {
  const ReplayPart *self = (const ReplayPart *)part;
  const Tally whole = tally_of(&self->program, self->program.length);
  const Tally begun = tally_of(&self->program, self->cursor);
  return (Tally){
    .made = self->passes * whole.made + begun.made,
    .freed = self->passes * whole.freed + begun.freed + self->drained,
    .changed = self->passes * whole.changed + begun.changed,
 };
}

static uint32_t *read_words(size_t count) {
  return read_plane(stdin, count, sizeof(uint32_t));
}

static uint8_t *read_bytes(size_t count) {
  return read_plane(stdin, count, sizeof(uint8_t));
}

static Program read_program(void) {
  Program program = {.length = *read_words(1)};
  if (program.length == 0) give_up("a thread of the trace has no steps");
  program.object = read_words(program.length);
  program.size = read_words(program.length);
  program.takes = read_words(program.length);
  program.gives = read_words(program.length);
  program.op = read_bytes(program.length);
  program.align_log2 = read_bytes(program.length);
  return program;
}

static size_t replay_shared_bytes(const uint32_t *numbers, uint32_t members) {
  (void)numbers;
  setvbuf(stdin, NULL, _IONBF, 0);
  const uint32_t *head = read_words(3);
  divided.objects = head[0];
  divided.boxes = head[1];
  if (head[2] != members) give_up("the trace has %u threads, the team %u members", head[2], members);
  for (uint32_t thread = 0; thread < members; thread++) divided.programs[thread] = read_program();
  return sizeof(void *) * (divided.boxes + 1);
}

static Part *replay_join(const Seat *seat) {
  ReplayPart *self = make_table(1, sizeof *self);
  *self = (ReplayPart){
    .part = {.run = replay_run, .rest = replay_rest, .drain = replay_drain, .tally = replay_tally},
    .program = divided.programs[seat->member],
    .boxes = (_Atomic(void *) *)seat->shared,
    .table = make_table(divided.objects + 1, sizeof(void *)),
 };
  return &self->part;
}

const TeamLoop replay_loop = {"replay", false, 0, replay_shared_bytes, replay_join};
