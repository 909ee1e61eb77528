/**
 * Whose turn it is: the one rule that decides it, called by whoever has the turn, to keep it or to give it away.
 *
 *   UNPREPARED ─► LATER ─► DUE ─► RUNNING ◄─► STANDING ─► DYING ─► ENDED
 *                                  │  ▲          ▲          ▲
 *                             DONE ◄┘  └─► BLOCKED ──────────┘
 *
 * First everybody is prepared, then everybody runs up to its first step, in the order of the threads. From then on each
 * choice is an event: a step of a thread that stands before one, or the end of a thread. The plan has the first say, then
 * the tail: the current thread goes on, or a random one, or the one of the highest priority.
 *
 * O(number of threads) per choice. Makes no objects.
 */

import {
  at,
  type Board,
  CANDIDATES,
  CHOICE,
  CONTROLLER,
  COUNT,
  CURRENT,
  DIVERGED,
  END,
  EVENT_WORDS,
  EVENTS,
  GIVING_WAY,
  KILL_STEP,
  KILL_THREAD,
  OP,
  PLAN_AT,
  PLAN_LENGTH,
  REQUEST,
  STARTS_AFTER,
  STATUS,
  STEP_LIMIT,
  STEPS,
  Status,
  TERMINATES,
  THREADS,
  VERDICT,
  Verdict,
} from './board.ts';
import { continuation } from './tail.ts';

const NOBODY = -1;

/** @internal Who goes on. A thread finds in its status what it is to do; the controller, in VERDICT and REQUEST. */
export function choose(board: Board): number {
  const { words } = board;
  for (;;) {
    const unprepared = first(words, Status.UNPREPARED);
    if (unprepared !== NOBODY) return unprepared;
    if (words[VERDICT] !== Verdict.GOING) return unwindNext(words);
    const due = first(words, Status.DUE);
    if (due !== NOBODY) return due;

    if (killIsDue(words)) return end(board, words[KILL_THREAD]);
    if (nextInPlanIsAnEnd(board)) return end(board, board.plan[words[PLAN_AT]++] & ~END);

    const ready = allStanding(words);
    if (ready === 0) {
      settle(words);
      continue;
    }
    if (words[STEPS] >= words[STEP_LIMIT]) {
      words[VERDICT] = Verdict.LIVELOCK;
      continue;
    }
    const candidates = ready & ~words[GIVING_WAY] || ready;
    const planned = followPlan(board, ready);
    if (planned !== NOBODY) return grant(board, planned, candidates);
    // A word of the plan that nobody could follow may stand before an end.
    if (words[PLAN_AT] === words[PLAN_LENGTH]) return grant(board, continuation(words, candidates), candidates);
  }
}

/** @internal A thread is over: those that wait for this become due. */
export function release(words: Int32Array, thread: number): void {
  if (words[VERDICT] !== Verdict.GOING) return;
  for (let t = 0; t < words[THREADS]; t++) {
    const own = at(t);
    if (words[own + STARTS_AFTER] === thread + 1 && words[own + STATUS] === Status.LATER)
      words[own + STATUS] = Status.DUE;
  }
}

/** Writes the step down and lets the thread make it. */
function grant(board: Board, thread: number, candidates: number): number {
  const { words } = board;
  writeEvent(board, thread, candidates);
  words[STEPS]++;
  words[at(thread) + COUNT]++;
  words[CURRENT] = thread;
  words[GIVING_WAY] &= 1 << thread;
  return thread;
}

/** Ends a thread that stands or is blocked. A Worker that is to be terminated is the controller's affair. */
function end(board: Board, thread: number): number {
  const { words } = board;
  const own = at(thread);
  writeEvent(board, END | thread, 0);
  if (words[KILL_THREAD] === thread) words[KILL_THREAD] = NOBODY;
  if (words[TERMINATES] === 0) {
    words[own + STATUS] = Status.DYING;
    return thread;
  }
  words[own + STATUS] = Status.ENDED;
  words[REQUEST] = thread + 1;
  release(words, thread);
  return CONTROLLER;
}

function writeEvent({ words, events }: Board, choice: number, candidates: number): void {
  const event = EVENT_WORDS * words[EVENTS]++;
  events[event + CHOICE] = choice;
  events[event + CANDIDATES] = candidates;
  events[event + OP] = 0;
}

function killIsDue(words: Int32Array): boolean {
  const victim = words[KILL_THREAD];
  return victim !== NOBODY && stopped(words[at(victim) + STATUS]) && words[at(victim) + COUNT] === words[KILL_STEP];
}

/** True when the plan goes on with the end of a thread that can be ended now; skips ends that cannot be. */
function nextInPlanIsAnEnd({ words, plan }: Board): boolean {
  while (words[PLAN_AT] < words[PLAN_LENGTH]) {
    const entry = plan[words[PLAN_AT]];
    if ((entry & END) === 0) return false;
    if (stopped(words[at(entry & ~END) + STATUS])) return true;
    skip(words);
  }
  return false;
}

/** The thread that the plan names next, if it is ready; entries up to the next end that name others are skipped. */
function followPlan({ words, plan }: Board, ready: number): number {
  while (words[PLAN_AT] < words[PLAN_LENGTH]) {
    const entry = plan[words[PLAN_AT]];
    if ((entry & END) !== 0) return NOBODY;
    if ((ready >> entry) & 1) {
      words[PLAN_AT]++;
      return entry;
    }
    skip(words);
  }
  return NOBODY;
}

function skip(words: Int32Array): void {
  words[PLAN_AT]++;
  words[DIVERGED] ||= words[PLAN_AT];
}

/** Nobody is ready: a waiting thread times out, or the run is over. */
function settle(words: Int32Array): void {
  const patient = first(words, Status.BLOCKED_FOR_A_TIME);
  if (patient !== NOBODY) words[at(patient) + STATUS] = Status.STANDING;
  else words[VERDICT] = first(words, Status.BLOCKED) === NOBODY ? Verdict.COMPLETE : Verdict.DEADLOCK;
}

/** The run is over, but threads may still stand: they unwind, one after the other. */
function unwindNext(words: Int32Array): number {
  for (let t = 0; t < words[THREADS]; t++) {
    if (!stopped(words[at(t) + STATUS])) continue;
    words[at(t) + STATUS] = Status.DYING;
    return t;
  }
  return CONTROLLER;
}

function first(words: Int32Array, status: number): number {
  for (let t = 0; t < words[THREADS]; t++) if (words[at(t) + STATUS] === status) return t;
  return NOBODY;
}

function allStanding(words: Int32Array): number {
  let mask = 0;
  for (let t = 0; t < words[THREADS]; t++) if (words[at(t) + STATUS] === Status.STANDING) mask |= 1 << t;
  return mask;
}

function stopped(status: number): boolean {
  return status === Status.STANDING || status === Status.BLOCKED || status === Status.BLOCKED_FOR_A_TIME;
}
