/*
 * What the program for several threads knows of a workload: src/threads/workloads/workload.ts in C. Each thread has a
 * part, an endless stream of operations that meets the other parts in shared memory. A part never blocks: what has to
 * wait for another part returns with less done. A request that is refused ends the program.
 *
 * Parts, what they share and their slots are tables (table.h): no memory of the allocator that is measured.
 *
 * Compiled with COUNT_SIZES, a part adds up the sizes of the blocks that it asks for and of those that it gives back,
 * so that they can be compared with those of the Workers; a block then has its size in its first four bytes. What is
 * measured is compiled without: its loops do, operation by operation, what those of the Workers do.
 */

#ifndef HAKMEM_BENCH_TEAM_H
#define HAKMEM_BENCH_TEAM_H

#include "measure.h"
#include "random.h"

#define MOST_MEMBERS 64
#define MOST_NUMBERS 8
/* As in src/threads/lines.ts. */
#define LINE_BYTES 128

/* Calls of one thread so far. */
typedef struct {
  uint64_t made;
  uint64_t freed;
  uint64_t changed;
} Tally;

typedef struct Part Part;

/* The head of every part. */
struct Part {
  /* Does up to `steps` operations and returns how many; 0 when it has to wait for another part. */
  uint32_t (*run)(Part *part, uint32_t steps);
  /* Shows the others what this part has held back. Called when it pauses. */
  void (*rest)(Part *part);
  /* Frees what this part is to free in the end. All parts rest. */
  void (*drain)(Part *part);
  Tally (*tally)(const Part *part);
  /* Sums of all sizes that were asked for and given back, modulo 2^32; 0 when they are not counted. */
  uint32_t asked;
  uint32_t returned;
};

/* One thread's place in a team. */
typedef struct {
  uint32_t member;
  uint32_t members;
  /* The numbers of the workload, in the order of its `native` (src/threads/workloads). */
  const uint32_t *numbers;
  /* The same for all; zero when the first one joins. */
  unsigned char *shared;
} Seat;

/* A workload, by the name of its loop. */
typedef struct {
  const char *name;
  /* Whether the rate counts blocks freed, not calls. */
  bool in_blocks;
  /* How many numbers it takes. */
  uint32_t numbers;
  /* Bytes of the shared memory; a workload that reads a file does it here. */
  size_t (*shared_bytes)(const uint32_t *numbers, uint32_t members);
  /* Every thread makes its own part. */
  Part *(*join)(const Seat *seat);
} TeamLoop;

extern const TeamLoop replace_loop;
extern const TeamLoop pipeline_loop;
extern const TeamLoop mixed_loop;
extern const TeamLoop replay_loop;

/* The start of a generator for one thread; that of member 0 is `seed`. */
static inline uint32_t seed_for(uint32_t seed, uint32_t member) {
  return seed ^ (member * UINT32_C(0x9e3779b1));
}

/* Room for `bytes` whose lines nothing else is on; a multiple of a line. */
static inline size_t padded(size_t bytes) {
  return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES + LINE_BYTES;
}

#ifdef COUNT_SIZES

static inline uint32_t *size_in(void *block) {
  return block;
}

#define asked_for(part, block, bytes) ((part)->asked += *size_in(block) = (bytes))
#define is_returned(part, block) ((part)->returned += *size_in(block))
#define room_for(bytes) ((bytes) < sizeof(uint32_t) ? sizeof(uint32_t) : (bytes))

#else

#define asked_for(part, block, bytes) ((void)(part))
#define is_returned(part, block) ((void)(part))
#define room_for(bytes) (bytes)

#endif

/* To be called with every block that was asked for: `take(part, malloc(room_for(bytes)), bytes)`. */
static inline void *take(Part *part, void *block, uint32_t bytes) {
  if (__builtin_expect(block == NULL, 0)) refused(bytes);
  asked_for(part, block, bytes);
  return block;
}

static inline void give_back(Part *part, void *block) {
  is_returned(part, block);
  free(block);
}

#endif
