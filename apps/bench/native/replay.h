/*
 * The replay of a trace, src/workloads/replay.ts in C. The program (a trace with its closing frees) comes from a
 * stream in the form that src/native/program.ts writes, numbers as this machine has them:
 *
 *   u32 length │ u32 objects │ u32 object × n │ u32 size × n │ u8 operation × n │ u8 log2 of alignment × n       n = length
 *
 * It was checked before it was written. A realloc to 0 bytes asks for 1: what C does with 0 is a free in some
 * libraries.
 */

#ifndef HAKMEM_BENCH_REPLAY_H
#define HAKMEM_BENCH_REPLAY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

/* The operations of src/trace.ts. */
enum { OP_MALLOC = 1, OP_FREE, OP_CALLOC, OP_REALLOC, OP_MEMALIGN };

typedef struct {
  uint32_t length;
  uint32_t checksum;
  uint32_t cursor;
  const uint32_t *object;
  const uint32_t *size;
  const uint8_t *op;
  const uint8_t *align_log2;
  /* The block of each object, 1 … objects; NULL before it is made and after it is freed. */
  void **table;
} Replay;

static inline void *read_plane(FILE *file, size_t count, size_t element_bytes) {
  void *plane = make_table(count, element_bytes);
  if (fread(plane, element_bytes, count, file) != count) give_up("the program of a trace ends too early");
  return plane;
}

/* Unbuffered: a buffer would come from the malloc under test. */
static inline Replay read_replay(FILE *file) {
  setvbuf(file, NULL, _IONBF, 0);
  const uint32_t *header = read_plane(file, 2, sizeof(uint32_t));
  const uint32_t length = header[0];
  Replay replay = {.length = length, .table = make_table((size_t)header[1] + 1, sizeof(void *))};
  if (length == 0) give_up("the program of a trace has no steps");
  replay.object = read_plane(file, length, sizeof(uint32_t));
  replay.size = read_plane(file, length, sizeof(uint32_t));
  replay.op = read_plane(file, length, sizeof(uint8_t));
  replay.align_log2 = read_plane(file, length, sizeof(uint8_t));
  return replay;
}

/* posix_memalign takes no alignment below that of a pointer. */
static inline void *aligned_block(uint32_t align_log2, size_t bytes) {
  const size_t alignment = (size_t)1 << align_log2;
  void *block = NULL;
  const int error = posix_memalign(&block, alignment < sizeof(void *) ? sizeof(void *) : alignment, bytes);
  return error == 0 ? block : NULL;
}

static inline void replay_steps(Replay *replay, uint32_t from, uint32_t to) {
  const uint32_t *const object = replay->object, *const size = replay->size;
  const uint8_t *const op = replay->op, *const align_log2 = replay->align_log2;
  void **const table = replay->table;
  uint32_t sum = replay->checksum;
  for (uint32_t i = from; i < to; i++) {
    const uint32_t bytes = size[i];
    void **const held = &table[object[i]];
    void *block;
    switch (op[i]) {
      case OP_FREE:
        free(*held);
        *held = NULL;
        sum++;
        continue;
      case OP_MALLOC:
        block = malloc(bytes);
        break;
      case OP_CALLOC:
        block = calloc(1, bytes);
        break;
      case OP_REALLOC:
        block = realloc(*held, bytes == 0 ? 1 : bytes);
        break;
      default:
        block = aligned_block(align_log2[i], bytes);
    }
    if (__builtin_expect(block == NULL, 0)) refused(bytes);
    *held = block;
    sum += bytes;
  }
  replay->checksum = sum;
}

static inline void run_replay(void *state, uint64_t steps) {
  Replay *const replay = state;
  while (steps > 0) {
    const uint32_t left = replay->length - replay->cursor;
    const uint32_t count = steps < left ? (uint32_t)steps : left;
    replay_steps(replay, replay->cursor, replay->cursor + count);
    replay->cursor = count == left ? 0 : replay->cursor + count;
    steps -= count;
  }
}

#endif
