/**
 * A scenario: what is set up, what the threads do, and what must hold afterwards. It is the default export of a module that
 * the controller and every Worker load.
 *
 *   controller  setup ──────────────────────────────────────────────► recover ─► check
 *   Worker 0           └► prepare ┐          ┌► run, in steps ┐        ▲
 *   Worker 1                      └► prepare ┴► run, in steps ┴────────┘
 */

import { MAX_THREADS } from './board.ts';
import { ScenarioError } from './errors.ts';
import type { AnyTypedArray } from './places.ts';

/** What every callback is told. */
export interface Context<Params = unknown> {
  /** The option `params` of the explorer, or of the call that made this run. */
  readonly params: Params;
  /** Number of threads of the scenario. */
  readonly threads: number;
  /** The index of the thread that is called; -1 in the controller. */
  readonly thread: number;
}

/** One thread. Each runs in a Worker of its own, which is kept for later runs: module state survives a run. */
export interface Thread<State, Params = unknown, Local = unknown, Result = unknown> {
  /** For traces. Default: `thread 0`, `thread 1`, … */
  readonly name?: string;
  /** The thread starts when the thread of this index is over: done, or ended. Default: it starts with the run. */
  readonly startsWhenEnded?: number;
  /** Runs before any `run`, one thread after the other, without steps. What it returns is handed to `run`. */
  prepare?(state: State, context: Context<Params>): Local;
  /**
   * What is explored: synchronous, and the same each time but for what the others do in between. Each operation on Atomics
   * and on watched arrays is a step. The result must be structured-cloneable.
   */
  run(local: Local, state: State, context: Context<Params>): Result;
}

/** How a run went. */
export interface Outcome {
  /** What each `run` returned; undefined for a thread that is not done. */
  readonly results: readonly unknown[];
  /** What each `run` threw, with its name, message and stack. */
  readonly errors: readonly (Error | undefined)[];
  /** The threads that were ended, each with the number of own steps that it had made. */
  readonly ended: readonly { readonly thread: number; readonly step: number }[];
}

/** See {@link defineScenario}. */
export interface Scenario<State, Params = unknown> {
  /** Makes the state of one run, in the controller. It is structured-cloned to the Workers: plain data and SharedArrayBuffers. */
  setup(context: Context<Params>): State;
  /** 1 to 30 threads. */
  readonly threads: readonly Thread<State, Params>[];
  /** Leaves errors that `run` throws to `check`. Default: false, a run with an error has failed. */
  readonly allowErrors?: boolean;
  /** Runs in the controller when all threads are over, before `check`; for instance to repair what an ended thread left. */
  recover?(state: State, outcome: Outcome, context: Context<Params>): void;
  /** Throws, or returns a text, when something that must hold does not. */
  check(state: State, outcome: Outcome, context: Context<Params>): string | undefined;
}

/** A thread as a scenario lists it, whatever its `prepare` hands to its `run`. */
// biome-ignore lint/suspicious/noExplicitAny: `run` of each thread takes what its own `prepare` returns.
export type AnyThread<State, Params> = Thread<State, Params, any, unknown>;

/**
 * Says what is to be explored; the default export of a scenario module.
 *
 * @throws ScenarioError when a callback is missing, there are no threads or more than 30, or `startsWhenEnded` is not the
 * index of another thread, or goes round in a circle.
 */
export function defineScenario<State, Params = unknown>(
  scenario: Omit<Scenario<State, Params>, 'threads'> & { readonly threads: readonly AnyThread<State, Params>[] },
): Scenario<State, Params> {
  return checkScenario(scenario) as Scenario<State, Params>;
}

/** @internal The scenario, if it is one. */
export function checkScenario(value: unknown): Scenario<unknown> {
  const scenario = value as Scenario<unknown>;
  if (typeof scenario !== 'object' || scenario === null) {
    throw new ScenarioError(
      `the scenario is ${typeof value}; expected a module whose default export defineScenario has made`,
    );
  }
  for (const name of ['setup', 'check'] as const) expectFunction(scenario[name], name);
  if (scenario.recover !== undefined) expectFunction(scenario.recover, 'recover');
  const { threads } = scenario;
  if (!Array.isArray(threads) || threads.length < 1 || threads.length > MAX_THREADS) {
    throw new ScenarioError(`the scenario has ${threads?.length} threads; expected an array of 1 to ${MAX_THREADS}`);
  }
  threads.forEach((thread, i) => {
    expectFunction(thread.run, `threads[${i}].run`);
    if (thread.prepare !== undefined) expectFunction(thread.prepare, `threads[${i}].prepare`);
    expectStart(threads, i);
  });
  return scenario;
}

function expectFunction(value: unknown, name: string): void {
  if (typeof value !== 'function')
    throw new ScenarioError(`${name} of the scenario is ${typeof value}; expected a function`);
}

/** Follows the threads that this one waits for, to one that starts with the run. */
function expectStart(threads: readonly Thread<unknown>[], thread: number): void {
  const seen = new Set<number>();
  for (let t: number | undefined = thread; t !== undefined; t = threads[t].startsWhenEnded) {
    if (threads[t] === undefined || seen.has(t)) {
      const found = threads[thread].startsWhenEnded;
      const expected = 'the index of another thread, and no circle of threads that wait for each other';
      throw new ScenarioError(`threads[${thread}].startsWhenEnded is ${found}; expected ${expected}`);
    }
    seen.add(t);
  }
}

/** @internal The global under which a Worker of the explorer offers its watcher. */
export const WATCHER: unique symbol = Symbol.for('@hakmem/interleave.watch') as never;

/**
 * A typed array for which plain reads and writes of elements are steps, too: each `a[i]`, `a[i] = x`, and both in `a[i]++`.
 * Pass it to the code under test, from `prepare`. Methods work: those that go from element to element make a step of each;
 * `fill`, `set`, `copyWithin`, `sort` and `reverse` are one step, and so are those that make a copy; `subarray` gives a
 * watched array. It is a Proxy: slow, no view, and not to be cloned. Outside of a Worker of the explorer the array itself is
 * returned.
 */
export function watch<T extends AnyTypedArray>(array: T): T {
  const watcher = (globalThis as { [WATCHER]?: (array: AnyTypedArray) => AnyTypedArray })[WATCHER];
  return watcher === undefined ? array : (watcher(array) as T);
}
