/*
 * The gate, and the program of a thread. `number` counts the orders; `stop` stands on a line of its own, as every
 * member looks at it after each call of its part.
 *
 * How a thread waits for another one is src/threads/patience.ts: it looks again after some ten nanoseconds, and
 * sleeps for fifty microseconds between two looks when that was in vain for long.
 */

#include "team-crew.h"

#include <stdatomic.h>

/* As in src/threads/patience.ts. */
enum { LOOKS = 10000, LOOKS_IN_A_CROWD = 1000, IDLE_LOADS = 32 };
#define SLEEP_MS 0.05

static struct {
  pthread_mutex_t lock;
  /* The main thread has given an order; the last member has answered. */
  pthread_cond_t ordered;
  pthread_cond_t answered;
  uint32_t number;
  uint32_t unanswered;
  Order order;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .ordered = PTHREAD_COND_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER};

static struct {
  _Alignas(LINE_BYTES) atomic_bool stop;
  _Alignas(LINE_BYTES) const TeamLoop *loop;
  const Member *members;
  uint32_t count;
  uint32_t looks;
} crew;

typedef struct {
  uint32_t vain;
  /* Never changes. */
  volatile uint32_t word;
} Patience;

/* After a look in vain. */
static void pause_for(Patience *patience) {
  if (++patience->vain > crew.looks) sleep_ms(SLEEP_MS);
  else for (int i = 0; i < IDLE_LOADS; i++) (void)patience->word;
}

/* Runs the part until the gate says stop; once at least, however late it is. */
static void work(Part *part) {
  Patience patience = {0};
  do {
    if (part->run(part, CALL_STEPS) == 0) pause_for(&patience);
    else patience.vain = 0;
  } while (!atomic_load_explicit(&crew.stop, memory_order_acquire));
}

static void finish(Part *part, uint64_t quota) {
  Patience patience = {0};
  for (uint64_t left = quota; left > 0;) {
    const uint32_t done = part->run(part, (uint32_t)least(CALL_STEPS, left));
    left -= done;
    if (done == 0) pause_for(&patience);
    else patience.vain = 0;
  }
}

static Order next_order(uint32_t *seen) {
  pthread_mutex_lock(&gate.lock);
  while (gate.number == *seen) pthread_cond_wait(&gate.ordered, &gate.lock);
  *seen = gate.number;
  const Order order = gate.order;
  pthread_mutex_unlock(&gate.lock);
  return order;
}

static void answer(void) {
  pthread_mutex_lock(&gate.lock);
  if (--gate.unanswered == 0) pthread_cond_signal(&gate.answered);
  pthread_mutex_unlock(&gate.lock);
}

static void obey(Member *self, Order order) {
  self->start_ms = now_ms();
  if (order == JOIN) self->part = crew.loop->join(&self->seat);
  if (order == RUN) work(self->part);
  if (order == FINISH) finish(self->part, self->quota);
  if (order == DRAIN) self->part->drain(self->part);
  self->end_ms = now_ms();
  self->part->rest(self->part);
}

static void *run_member(void *argument) {
  uint32_t seen = 0;
  Order order;
  do {
    order = next_order(&seen);
    obey(argument, order);
    answer();
  } while (order != LEAVE);
  return NULL;
}

void crew_start(const TeamLoop *loop, Member *members, uint32_t count, uint32_t parallelism) {
  crew.loop = loop;
  crew.members = members;
  crew.count = count;
  crew.looks = count > parallelism ? LOOKS_IN_A_CROWD : LOOKS;
  for (uint32_t i = 0; i < count; i++) {
    const int code = pthread_create(&members[i].thread, NULL, run_member, &members[i]);
    if (code != 0) give_up("thread %u of %u cannot be started, error %d", i + 1, count, code);
  }
}

void crew_order(Order order) {
  pthread_mutex_lock(&gate.lock);
  atomic_store(&crew.stop, false);
  gate.order = order;
  gate.unanswered = crew.count;
  gate.number++;
  pthread_cond_broadcast(&gate.ordered);
  pthread_mutex_unlock(&gate.lock);
}

void crew_stop(void) {
  atomic_store(&crew.stop, true);
}

void crew_answers(void) {
  pthread_mutex_lock(&gate.lock);
  while (gate.unanswered > 0) pthread_cond_wait(&gate.answered, &gate.lock);
  pthread_mutex_unlock(&gate.lock);
}

void crew_leave(void) {
  crew_command(LEAVE);
  for (uint32_t i = 0; i < crew.count; i++) pthread_join(crew.members[i].thread, NULL);
}
