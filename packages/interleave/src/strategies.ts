/**
 * Strategies: each is a generator of jobs that is told how the last one went. What it returns says whether it has tried all.
 */

import { type Board, CHOICE, END, EVENT_WORDS, EVENTS, MAX_POINTS, STEPS } from './board.ts';
import type { Job, Ran } from './crew.ts';
import { integer } from './errors.ts';
import { candidatesOf } from './trace.ts';

/** @internal What a strategy decides of a job. */
export type Choice = Pick<Job, 'plan' | 'lenient' | 'seed' | 'priorities' | 'kill'>;

/** @internal */
export type Strategy = Generator<Choice, boolean, Ran>;

/** @internal Most change points and one. */
export const MAX_DEPTH: number = MAX_POINTS + 1;

/** @internal Each choice is random. */
export function* randomWalk(runs: number, seed: number): Strategy {
  for (let run = 0; run < runs; run++) yield { seed: seedOf(seed, run) };
  return false;
}

/**
 * @internal Probabilistic concurrency testing: the thread of the highest priority goes on; at `depth - 1` random steps it falls
 * below all others. A bug that needs `depth` orderings is found by a run with a probability of at least 1 / (n · k^(depth-1)),
 * for n threads and k steps. Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs", ASPLOS 2010.
 */
export function* priorities(board: Board, threads: number, runs: number, seed: number, depth: number): Strategy {
  let longest = 1;
  for (let run = 0; run < runs; run++) {
    const random = generator(seedOf(seed, run));
    const points = Array.from({ length: depth - 1 }, () => 1 + random(longest)).sort((a, b) => a - b);
    yield { priorities: { threads: shuffled(threads, random), points } };
    longest = Math.max(longest, board.words[STEPS]);
  }
  return false;
}

/** A choice on the way to where the search is: what has not been tried there, and the preemptions made up to there. */
interface Branch {
  readonly choice: number;
  rest: number;
  /** The thread that made the step before, if it could go on: another choice is a preemption. */
  readonly preempted: number;
  readonly preemptions: number;
}

const NOBODY = -1;

/**
 * @internal Depth first through all schedules with at most `bound` preemptions. Iterative context bounding: Musuvathi, Qadeer,
 * "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007.
 */
export function* depthFirst(board: Board, bound: number, kill: Choice['kill']): Strategy {
  const path: Branch[] = [];
  for (;;) {
    // What the kill ends, the plan need not.
    yield { plan: path.map(({ choice }) => choice).filter((choice) => (choice & END) === 0), kill };
    extend(path, board, bound);
    while (path.length > 0 && path.at(-1)!.rest === 0) path.pop();
    const last = path.pop();
    if (last === undefined) return true;
    const choice = 31 - Math.clz32(last.rest & -last.rest);
    path.push({ ...last, choice, rest: last.rest & ~(1 << choice) });
  }
}

/** Adds the choices that the run made beyond the path. */
function extend(path: Branch[], board: Board, bound: number): void {
  for (let event = path.length; event < board.words[EVENTS]; event++) {
    const choice = board.events[EVENT_WORDS * event + CHOICE];
    const candidates = candidatesOf(board, event);
    const last = path.at(-1);
    const before = path.findLast((branch) => (branch.choice & END) === 0)?.choice ?? NOBODY;
    const preempted = before !== NOBODY && (candidates >> before) & 1 ? before : NOBODY;
    const preemptions = last === undefined ? 0 : last.preemptions + Number(isPreemption(last));
    const free = preempted === NOBODY || preemptions < bound;
    path.push({ choice, rest: free ? candidates & ~(1 << choice) : 0, preempted, preemptions });
  }
}

function isPreemption({ choice, preempted }: Branch): boolean {
  return preempted !== NOBODY && choice !== preempted && (choice & END) === 0;
}

/** @internal Each of `victims` is ended before each of its steps under the plan, then under `walks` random schedules. */
export function* kills(victims: readonly number[], plan: readonly number[], walks: number, seed: number): Strategy {
  let walk = 0;
  for (const thread of victims) {
    for (let step = 0; ; step++) {
      const kill = { thread, step };
      const { outcome } = yield { plan, lenient: true, kill };
      if (!outcome.ended.some((end) => end.thread === thread && end.step === step)) break;
      for (let i = 0; i < walks; i++) yield { seed: seedOf(seed, walk++), kill };
    }
  }
  return true;
}

/** @internal The strategy, for at most `limit` runs. */
export function* limited(strategy: Strategy, limit: number | undefined): Strategy {
  const runs = integer('limit', limit ?? 100_000, 1, 1e9);
  let next = strategy.next();
  for (let run = 0; !next.done; run++) {
    if (run === runs) return false;
    next = strategy.next(yield next.value);
  }
  return next.value;
}

/** @internal The strategy, with a thread ended in each run. */
export function* withKill(strategy: Strategy, kill: Choice['kill']): Strategy {
  let next = strategy.next();
  while (!next.done) next = strategy.next(yield { ...next.value, kill });
  return next.value;
}

/** The seed of run number `run`, from 0 to 2^32 - 1. */
function seedOf(seed: number, run: number): number {
  return (Math.imul(run + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
}

/** Random integers from 0 to `below - 1`: mulberry32. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function shuffled(length: number, random: (below: number) => number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = random(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
