/*
 * The workloads for several threads on the malloc that this program was started with: the native rival of the Workers
 * in src/threads. The loops are in team-*.c, the threads in team-crew.c; src/native/team.ts compiles and starts it.
 *
 *   team measure <members> <parallelism> <loop> <numbers…> <reps> <budget ms>       as src/threads/windows.ts
 *   team free    <members> <parallelism> <loop> <numbers…> <steps of each member…>  all threads at once
 *   team turns   <members> <parallelism> <loop> <numbers…> <steps of each member…>  one thread, in turns
 *
 * It prints one line of JSON: an Answer (src/answer.ts) for `measure`, the members' Counts (src/threads/counted.ts)
 * for the others. In the end everything is freed; if then not as many blocks were freed as were allocated, or a
 * request was refused, it exits with 1.
 */

#include "team-crew.h"

#include <string.h>

/* As in src/threads/windows.ts. */
enum { WINDOWS = 16 };
#define LEAST_WINDOW_MS 10.0
#define MOST_WINDOW_MS 100.0

static const TeamLoop *const loops[] = {&replace_loop, &pipeline_loop, &mixed_loop, &replay_loop};

static const TeamLoop *loop;
static Member members[MOST_MEMBERS];
static uint32_t member_count;

/* The tallies of all members, added up. */
static Tally team_tally(void) {
  Tally sum = {0};
  for (uint32_t i = 0; i < member_count; i++) {
    const Tally one = members[i].part->tally(members[i].part);
    sum = (Tally){sum.made + one.made, sum.freed + one.freed, sum.changed + one.changed};
  }
  return sum;
}

static uint64_t calls_of(Tally tally) {
  return tally.made + tally.freed + tally.changed;
}

/* What the rate of the workload counts. */
static uint64_t units_done(void) {
  const Tally tally = team_tally();
  return loop->in_blocks ? tally.freed : calls_of(tally);
}

/* Lets all work for so long. The time is that from the first to begin to the last to end. */
static Repetition run_window(double ms) {
  const uint64_t before = units_done();
  crew_order(RUN);
  sleep_ms(ms);
  crew_stop();
  crew_answers();
  double started = members[0].start_ms, ended = members[0].end_ms;
  for (uint32_t i = 1; i < member_count; i++) {
    if (members[i].start_ms < started) started = members[i].start_ms;
    if (members[i].end_ms > ended) ended = members[i].end_ms;
  }
  return (Repetition){units_done() - before, ended - started};
}

/* Windows until the last rates agree or half of the budget is used, then those that count. `started`: with JOIN. */
static Measurement measure_windows(uint64_t reps, double budget_ms, double started) {
  double ms = budget_ms / WINDOWS;
  ms = ms < LEAST_WINDOW_MS ? LEAST_WINDOW_MS : ms > MOST_WINDOW_MS ? MOST_WINDOW_MS : ms;
  const double warm_until = now_ms() + budget_ms / 2;
  double rates[SETTLED_WINDOW];
  for (uint64_t count = 0; now_ms() < warm_until && !settled(rates, count); count++) {
    const Repetition window = run_window(ms);
    rates[count % SETTLED_WINDOW] = (double)window.steps / window.ms;
  }

  Measurement result = {.repetitions = make_table(reps > LEAST_REPS ? reps : LEAST_REPS, sizeof(Repetition))};
  result.warm_up = (Repetition){units_done(), now_ms() - started};
  const double end = now_ms() + budget_ms / 2;
  while (result.count < LEAST_REPS || (result.count < reps && now_ms() < end)) {
    result.repetitions[result.count++] = run_window(ms);
  }
  result.total_steps = calls_of(team_tally());
  return result;
}

/* Gives each member calls in turn until all have done their steps. */
static void take_turns(void) {
  uint64_t left[MOST_MEMBERS], sum = 0, before;
  for (uint32_t i = 0; i < member_count; i++) sum += left[i] = members[i].quota;
  do {
    before = sum;
    for (uint32_t i = 0; i < member_count; i++) {
      if (left[i] == 0) continue;
      Part *part = members[i].part;
      const uint32_t done = part->run(part, (uint32_t)least(CALL_STEPS, left[i]));
      left[i] -= done;
      sum -= done;
      if (left[i] == 0) part->rest(part);
    }
  } while (sum > 0 && sum < before);
  if (sum > 0) give_up("all wait for one another, %llu steps before the end", (unsigned long long)sum);
}

static void print_counts(void) {
  printf("[");
  for (uint32_t i = 0; i < member_count; i++) {
    const Part *part = members[i].part;
    const Tally tally = part->tally(part);
    printf("%s{\"made\":%llu,\"freed\":%llu,\"changed\":%llu,\"asked\":%d,\"returned\":%d}", i == 0 ? "" : ",",
           (unsigned long long)tally.made, (unsigned long long)tally.freed, (unsigned long long)tally.changed,
           (int32_t)part->asked, (int32_t)part->returned);
  }
  printf("]\n");
}

static void expect_balance(void) {
  const Tally tally = team_tally();
  if (tally.made == tally.freed) return;
  const unsigned long long made = tally.made, freed = tally.freed;
  give_up("%llu blocks were allocated, but %llu freed", made, freed);
}

/* The next argument. */
static char **arguments;

static const char *next_word(void) {
  if (*arguments == NULL) give_up("an argument is missing; the head of team.c says which there are");
  return *arguments++;
}

static uint64_t next_number(uint64_t low, uint64_t high) {
  return read_number(next_word(), low, high);
}

static const TeamLoop *find_loop(const char *name) {
  for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
    if (strcmp(loops[i]->name, name) == 0) return loops[i];
  }
  give_up("no loop is called \"%s\"", name);
}

/* Seats all, and returns how many threads the machine runs at once. */
static uint32_t seat_all(void) {
  static uint32_t numbers[MOST_NUMBERS];
  member_count = (uint32_t)next_number(1, MOST_MEMBERS);
  const uint32_t parallelism = (uint32_t)next_number(1, UINT32_MAX);
  loop = find_loop(next_word());
  for (uint32_t i = 0; i < loop->numbers; i++) numbers[i] = (uint32_t)next_number(0, UINT32_MAX);
  unsigned char *shared = make_table(loop->shared_bytes(numbers, member_count), 1);
  for (uint32_t i = 0; i < member_count; i++) members[i].seat = (Seat){i, member_count, numbers, shared};
  return parallelism;
}

static void run_measured(uint32_t parallelism) {
  const uint64_t reps = next_number(1, 1000000);
  const double budget_ms = (double)next_number(1, 1000000000);
  crew_start(loop, members, member_count, parallelism);
  const double started = now_ms();
  crew_command(JOIN);
  const Measurement measurement = measure_windows(reps, budget_ms, started);
  crew_command(DRAIN);
  crew_leave();
  expect_balance();
  printf("{\"outcome\":\"measured\",\"measurement\":");
  print_measurement(&measurement);
  printf("}\n");
}

static void run_counted(bool in_turns, uint32_t parallelism) {
  for (uint32_t i = 0; i < member_count; i++) members[i].quota = next_number(1, UINT32_MAX);
  if (in_turns) {
    for (uint32_t i = 0; i < member_count; i++) members[i].part = loop->join(&members[i].seat);
    take_turns();
    print_counts();
    for (uint32_t i = 0; i < member_count; i++) members[i].part->drain(members[i].part);
  } else {
    crew_start(loop, members, member_count, parallelism);
    crew_command(JOIN);
    crew_command(FINISH);
    print_counts();
    crew_command(DRAIN);
    crew_leave();
  }
  expect_balance();
}

int main(int argc, char **argv) {
  (void)argc;
  arguments = argv + 1;
  const char *mode = next_word();
  const uint32_t parallelism = seat_all();
  if (strcmp(mode, "measure") == 0) run_measured(parallelism);
  else if (strcmp(mode, "turns") == 0) run_counted(true, parallelism);
  else if (strcmp(mode, "free") == 0) run_counted(false, parallelism);
  else give_up("\"%s\" is neither measure nor turns nor free", mode);
  return 0;
}
