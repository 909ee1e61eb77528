/*
 * One cell of the table as a native program: one workload under whatever malloc this process has, the system's or a
 * preloaded one. src/cell.ts in C; it prints the same line of JSON.
 *
 *   cell which                                          whose malloc it is (which.h)
 *   cell <steps> <unit> <settling> <reps> <budget ms> <loop>
 *        churn <slots> <low> <choices> <grain>          (loops.h)
 *        pair <bytes>
 *        lifo <bytes> <burst>
 *        fifo <bytes> <burst>
 *        cold <blocks> <low> <choices>
 *        replay                                         the program on the standard input (replay.h)
 *
 * Ends with 1 and a message when a request is refused or the command line makes no sense. One thread. What the
 * program itself needs does not come from malloc, so that the malloc under test sees the loop's calls and nothing
 * else before the answer.
 */

#include "measure.h"

#include <string.h>

#include "loops.h"
#include "replay.h"
#include "which.h"

/* Of slots, and of sizes to draw from: what `pick` can reach. */
static const uint64_t MOST_PICKS = 65536;
static const uint64_t MOST_BYTES = UINT32_MAX;
static const uint64_t MOST_BLOCKS = 1 << 24;

/* What is measured, and where it keeps its checksum. */
typedef struct {
  Loop loop;
  const uint32_t *checksum;
} Work;

static Work make_churn(const char *const *numbers) {
  static Churn churn = {.slot_draw = SLOT_SEED, .size_draw = SIZE_SEED};
  churn.count = (uint32_t)read_number(numbers[0], 1, MOST_PICKS);
  churn.low = (uint32_t)read_number(numbers[1], 0, MOST_BYTES);
  churn.choices = (uint32_t)read_number(numbers[2], 1, MOST_PICKS);
  churn.grain = (uint32_t)read_number(numbers[3], 0, 15);
  churn.slots = make_table(churn.count, sizeof(void *));
  return (Work){{run_churn, &churn}, &churn.checksum};
}

static Work make_burst(void (*run)(void *, uint64_t), const char *bytes, const char *blocks) {
  static Burst burst;
  burst.bytes = (uint32_t)read_number(bytes, 0, MOST_BYTES);
  burst.burst = (uint32_t)read_number(blocks, 1, MOST_BLOCKS);
  burst.slots = make_table(burst.burst, sizeof(void *));
  return (Work){{run, &burst}, &burst.checksum};
}

static Work make_pair(const char *const *numbers) {
  return make_burst(run_pair, numbers[0], "1");
}

static Work make_lifo(const char *const *numbers) {
  return make_burst(run_lifo, numbers[0], numbers[1]);
}

static Work make_fifo(const char *const *numbers) {
  return make_burst(run_fifo, numbers[0], numbers[1]);
}

static Work make_cold(const char *const *numbers) {
  static Cold cold = {.size_draw = SIZE_SEED};
  cold.count = (uint32_t)read_number(numbers[0], 1, MOST_BLOCKS);
  cold.low = (uint32_t)read_number(numbers[1], 0, MOST_BYTES);
  cold.choices = (uint32_t)read_number(numbers[2], 1, MOST_PICKS);
  cold.slots = make_table(cold.count, sizeof(void *));
  cold.order = shuffled(cold.count);
  return (Work){{run_cold, &cold}, &cold.checksum};
}

static Work make_replay(const char *const *numbers) {
  static Replay replay;
  (void)numbers;
  replay = read_replay(stdin);
  return (Work){{run_replay, &replay}, &replay.checksum};
}

static const struct {
  const char *name;
  int numbers;
  Work (*make)(const char *const *numbers);
} LOOPS[] = {
    {"churn", 4, make_churn}, {"pair", 1, make_pair}, {"lifo", 2, make_lifo},
    {"fifo", 2, make_fifo},   {"cold", 3, make_cold}, {"replay", 0, make_replay},
};

/* `words`: the name of a loop, and its numbers. */
static Work make_work(const char *const *words, int count) {
  for (size_t i = 0; i < sizeof LOOPS / sizeof *LOOPS; i++) {
    if (strcmp(LOOPS[i].name, words[0]) != 0) continue;
    if (count - 1 == LOOPS[i].numbers) return LOOPS[i].make(words + 1);
    give_up("%s takes %d numbers, %d are given", words[0], LOOPS[i].numbers, count - 1);
  }
  give_up("no loop is called \"%s\"", words[0]);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "which") == 0) {
    print_malloc();
    return 0;
  }
  if (argc < 7) give_up("which, or <steps> <unit> <settling> <reps> <budget ms> <loop> …, is wanted");
  const MeasureOptions options = {
      .steps = read_number(argv[1], 1, INT64_MAX),
      .unit = read_number(argv[2], 1, INT64_MAX),
      .settling = read_number(argv[3], 0, INT64_MAX),
      .reps = read_number(argv[4], 1, INT64_MAX),
      .budget_ms = (double)read_number(argv[5], 0, INT64_MAX),
  };
  const Work work = make_work((const char *const *)argv + 6, argc - 6);
  const Measurement measurement = measure(work.loop, &options);
  printf("{\"outcome\":\"measured\",\"measurement\":");
  print_measurement(&measurement);
  printf(",\"checksum\":%d}\n", (int)(int32_t)*work.checksum);
  return 0;
}
