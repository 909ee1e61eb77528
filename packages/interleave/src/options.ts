/**
 * What the calls of an explorer take, and what they give.
 */

import type { FailureKind } from './crew.ts';
import type { Outcome } from './scenario.ts';
import type { Step } from './trace.ts';

/** How an explorer is opened. */
export interface ExplorerOptions {
  /** Handed to all callbacks as `context.params`; structured-cloneable. Calls may give others. Default: undefined. */
  readonly params?: unknown;
  /** Command-line options of Node for the Workers. Default: those that the package itself needs. */
  readonly execArgv?: readonly string[];
  /** Steps after which a run is a livelock, from 1 to 10,000,000. 44 bytes each. Default: 20,000. */
  readonly stepLimit?: number;
  /** Milliseconds without a step after which a Worker is stuck, from 1 to 3,600,000. Default: 5,000. */
  readonly timeoutMs?: number;
  /**
   * A thread that has made this many steps in a row while no step of anyone changed anything gives way: it is no candidate
   * until another thread has made a step. So loops that wait come to an end under every strategy, and no preemption is
   * counted. From 1 to 2^31 - 1, default 20. Smaller makes searches of such loops smaller. What is lost are schedules in
   * which a thread reads that much undisturbed and goes on, so it should be more than what one round of a loop reads.
   */
  readonly patience?: number;
}

/** Ends a thread before its step number `step`, counted from 0 among its own steps. */
export interface Kill {
  readonly thread: number;
  readonly step: number;
}

/**
 * How a thread is ended. `unwind`, the default: its operation throws, and every later one; catch and finally blocks run, and
 * their plain, unwatched stores reach memory. `terminate`: its Worker is terminated where it stands, and a new one is
 * started for the next run, which takes tens of milliseconds.
 */
export type KillMode = 'unwind' | 'terminate';

/** What all calls take. */
export interface CallOptions {
  /** Instead of those of the explorer. */
  readonly params?: unknown;
  /** Default: `unwind`. */
  readonly mode?: KillMode;
}

/** One run. */
export interface RunOptions extends CallOptions {
  /** What is done first. Default: nothing. */
  readonly schedule?: string;
  /** Makes random choices after the schedule, from 0 to 2^32 - 1. Default: the default continuation. */
  readonly seed?: number;
  readonly kill?: Kill;
}

/** What all strategies take. */
export interface StrategyOptions extends CallOptions {
  /** False: goes on after a failure; the report has the first one, and counts all. Default: true. */
  readonly stopAtFailure?: boolean;
  /** Most runs spent on a simpler schedule for a failure, from 0. Default: 300. */
  readonly shrinkRuns?: number;
}

/** A run that failed. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** What was thrown, if something was. */
  readonly cause?: unknown;
  /** The text that replays it. */
  readonly schedule: string;
  /** The seed that finds it before it was shrunk, for {@link Explorer.run}. */
  readonly seed?: number;
  readonly trace: readonly Step[];
  /** The names of the threads. */
  readonly threads: readonly string[];
  readonly outcome: Outcome;
}

/** One run, in full. */
export interface Run {
  readonly schedule: string;
  readonly trace: readonly Step[];
  /** The names of the threads. */
  readonly threads: readonly string[];
  readonly outcome: Outcome;
  /** The state after the run. */
  readonly state: unknown;
  readonly failure: Failure | null;
}

/** What a strategy has done. */
export interface Report {
  /** Without those that a shrink took. */
  readonly runs: number;
  readonly steps: number;
  /** Told apart by a hash of 52 bits. */
  readonly distinctSchedules: number;
  /** The first one, shrunk. */
  readonly failure: Failure | null;
  readonly failures: number;
  /** True when the strategy has tried all that it can try. */
  readonly exhausted: boolean;
  readonly seconds: number;
}
