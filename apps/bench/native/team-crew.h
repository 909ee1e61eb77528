/*
 * The threads of a team and how they are driven: src/threads/gate.ts and worker.ts in C. The main thread gives an
 * order; every member does it, answers, and waits for the next one, which is given when all have answered.
 */

#ifndef HAKMEM_BENCH_TEAM_CREW_H
#define HAKMEM_BENCH_TEAM_CREW_H

#include "team.h"

#include <pthread.h>

/* Steps of one call of a part, as in src/measure.ts. */
#define CALL_STEPS 64u

/*
 * JOIN: make the part. RUN: work until `crew_stop`. FINISH: work until the quota is done. DRAIN: free what is left.
 * LEAVE: end.
 */
typedef enum { JOIN = 1, RUN, FINISH, DRAIN, LEAVE } Order;

typedef struct {
  Seat seat;
  Part *part;
  /* Steps that FINISH is to do. */
  uint64_t quota;
  /* When the last order was begun and done. */
  double start_ms;
  double end_ms;
  pthread_t thread;
} Member;

/* Starts the threads of `members`, each of whose seats is set. `parallelism`: threads that the machine runs at once. */
void crew_start(const TeamLoop *loop, Member *members, uint32_t count, uint32_t parallelism);

/* Gives an order. */
void crew_order(Order order);

/* Ends a RUN. */
void crew_stop(void);

/* Waits until all have answered the last order. */
void crew_answers(void);

/* An order from beginning to end. */
static inline void crew_command(Order order) {
  crew_order(order);
  crew_answers();
}

/* Lets all members leave, and waits until their threads have ended. */
void crew_leave(void);

/* Sleeps for so long, or a little longer. */
static inline void sleep_ms(double ms) {
  const double seconds = ms / 1e3;
  const time_t whole = (time_t)seconds;
  nanosleep(&(struct timespec){whole, (long)((seconds - (double)whole) * 1e9)}, NULL);
}

#endif
