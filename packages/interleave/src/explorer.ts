/**
 * The explorer: opens a scenario, runs it under one schedule or under many, and reports the first failure.
 *
 *   strategy ─► job ─► crew ─► how it went ─┬─► strategy …
 *                                           └─► a failure: shrink ─► schedule as text, trace
 */

import { END, STEPS } from './board.ts';
import { Crew, type Job, type Ran } from './crew.ts';
import { DivergenceError, integer, messageOf, OptionError, ScenarioError, StateError } from './errors.ts';
import { DEFAULT_EXEC_ARGV } from './member.ts';
import type {
  CallOptions,
  ExplorerOptions,
  Failure,
  Kill,
  Report,
  Run,
  RunOptions,
  StrategyOptions,
} from './options.ts';
import { checkScenario } from './scenario.ts';
import { formatSchedule, parseSchedule, planOf, turnsOf } from './schedule.ts';
import { shrink } from './shrink.ts';
import {
  depthFirst,
  kills,
  limited,
  MAX_DEPTH,
  priorities,
  randomWalk,
  type Strategy,
  withKill,
} from './strategies.ts';
import { choicesOf, hashOf, traceOf } from './trace.ts';

/**
 * Opens a scenario: loads it, and starts a Worker for each of its threads.
 *
 * @param scenario - The URL of the module whose default export {@link defineScenario} has made; best
 * `new URL('./scenario.mjs', import.meta.url)`.
 * @throws OptionError for an option out of range; ScenarioError when the module cannot be loaded or is no scenario.
 */
export async function openExplorer(
  scenario: string | { readonly href: string },
  options: ExplorerOptions = {},
): Promise<Explorer> {
  const url = typeof scenario === 'string' ? scenario : scenario?.href;
  if (typeof url !== 'string' || !URL.canParse(url)) throw new OptionError('scenario', scenario, 'the URL of a module');
  const settings = {
    execArgv: options.execArgv ?? DEFAULT_EXEC_ARGV,
    stepLimit: integer('stepLimit', options.stepLimit ?? 20_000, 1, 10_000_000),
    timeoutMs: integer('timeoutMs', options.timeoutMs ?? 5_000, 1, 3_600_000),
    patience: integer('patience', options.patience ?? 20, 1, 2 ** 31 - 1),
  };
  const crew = new Crew(checkScenario(await load(url)), url, settings);
  try {
    await crew.complete();
  } catch (error) {
    await crew.close();
    throw error;
  }
  return new Explorer(crew, settings.stepLimit, options.params);
}

async function load(url: string): Promise<unknown> {
  try {
    return ((await import(/* @vite-ignore */ url)) as { default: unknown }).default;
  } catch (cause) {
    throw new ScenarioError(`the scenario cannot be loaded: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/**
 * Runs a scenario under chosen schedules. One call at a time. The thread that calls is blocked during each run and serves its
 * event loop in between. See {@link openExplorer}.
 */
export class Explorer {
  readonly #crew: Crew;
  readonly #stepLimit: number;
  readonly #params: unknown;
  readonly #names: readonly string[];
  #state: 'idle' | 'busy' | 'closed' = 'idle';

  /** @internal */
  constructor(crew: Crew, stepLimit: number, params: unknown) {
    this.#crew = crew;
    this.#stepLimit = stepLimit;
    this.#params = params;
    this.#names = crew.scenario.threads.map(({ name }, i) => name ?? `thread ${i}`);
  }

  /**
   * One run, with its trace.
   *
   * @throws DivergenceError when the schedule names a thread that is not ready; ScheduleError; OptionError.
   */
  run(options: RunOptions = {}): Promise<Run> {
    return this.#exclusively(async () => {
      const job = { ...this.#base(options), ...this.#choice(options) };
      const ran = await this.#crew.run(job);
      this.#expectFollowed(job);
      return this.#describe(ran, job.seed);
    });
  }

  /** One run by the text of a {@link Failure} or of a {@link Run}, with its trace. */
  replay(schedule: string, options: CallOptions = {}): Promise<Run> {
    return this.run({ ...options, schedule });
  }

  /** `runs` runs in which each choice is random, all threads alike. The same seed makes the same runs. Default seed: 1. */
  randomWalk(options: StrategyOptions & { runs: number; seed?: number; kill?: Kill }): Promise<Report> {
    return this.#explore(options, () => {
      const { kill } = this.#choice(options);
      return withKill(randomWalk(integer('runs', options.runs, 1, 1e9), seedIn(options)), kill);
    });
  }

  /**
   * `runs` runs by random priorities with `depth - 1` points of change: the PCT algorithm of Burckhardt, Kothari, Musuvathi and
   * Nagarakatte (ASPLOS 2010). It finds a bug that needs `depth` ordered steps with a probability of at least
   * 1 / (n · k^(depth-1)) per run, for n threads and k steps. `depth` is from 1 to 11, default 3. Default seed: 1.
   */
  priorities(options: StrategyOptions & { runs: number; seed?: number; depth?: number; kill?: Kill }): Promise<Report> {
    return this.#explore(options, () => {
      const runs = integer('runs', options.runs, 1, 1e9);
      const depth = integer('depth', options.depth ?? 3, 1, MAX_DEPTH);
      const { kill } = this.#choice(options);
      return withKill(priorities(this.#crew.board, this.#names.length, runs, seedIn(options), depth), kill);
    });
  }

  /**
   * All schedules with at most `bound` preemptions, depth first, in at most `limit` runs (default 100,000). A preemption is a
   * switch away from a thread that could go on. Musuvathi and Qadeer, PLDI 2007: most bugs need no more than two. With n
   * threads and k steps there are in the order of (n · k)^bound · n! of them.
   */
  preemptions(options: StrategyOptions & { bound: number; limit?: number; kill?: Kill }): Promise<Report> {
    return this.#explore(options, () => {
      const { kill } = this.#choice(options);
      return limited(depthFirst(this.#crew.board, integer('bound', options.bound, 0, 1e9), kill), options.limit);
    });
  }

  /** All schedules, depth first, in at most `limit` runs (default 100,000). Two threads of n steps have (2n)! / n!² of them. */
  exhaustive(options: StrategyOptions & { limit?: number; kill?: Kill } = {}): Promise<Report> {
    return this.preemptions({ ...options, bound: 1e9 });
  }

  /**
   * Ends each of `threads` (default: all) before each step that it makes under `schedule` (default: none, the default
   * continuation), one per run; for each such point `walks` more runs (default 0) with random choices from the start.
   */
  kills(
    options: StrategyOptions & { schedule?: string; threads?: readonly number[]; walks?: number; seed?: number } = {},
  ): Promise<Report> {
    return this.#explore(options, () => {
      const threads = options.threads ?? this.#names.map((_, i) => i);
      for (const [i, thread] of threads.entries()) integer(`threads[${i}]`, thread, 0, this.#names.length - 1);
      const { plan } = this.#choice(options);
      return kills(threads, plan ?? [], integer('walks', options.walks ?? 0, 0, 1e9), seedIn(options));
    });
  }

  /** Ends the Workers. */
  async close(): Promise<void> {
    this.#state = 'closed';
    await this.#crew.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #explore(options: StrategyOptions, make: () => Strategy): Promise<Report> {
    return this.#exclusively(async () => {
      const base = this.#base(options);
      const shrinkRuns = integer('shrinkRuns', options.shrinkRuns ?? 300, 0, 1e9);
      const strategy = make();
      const { board } = this.#crew;
      const schedules = new Set<number>();
      const begin = performance.now();
      let [runs, steps, failures] = [0, 0, 0];
      let failure: Failure | null = null;
      let next = strategy.next();
      while (!next.done) {
        const job = { ...base, ...next.value };
        const ran = await this.#crew.run(job);
        this.#expectFollowed(job);
        runs++;
        steps += board.words[STEPS];
        schedules.add(hashOf(board));
        // Before anything else runs: the strategy reads the board.
        const following = strategy.next(ran);
        if (ran.problem !== null) {
          failures++;
          failure ??= await this.#shrunk(ran, job, shrinkRuns);
          if (options.stopAtFailure ?? true) break;
        }
        next = following;
      }
      const seconds = (performance.now() - begin) / 1000;
      const exhausted = next.done === true && next.value;
      return { runs, steps, distinctSchedules: schedules.size, failure, failures, exhausted, seconds };
    });
  }

  /** The failure of the run that the board holds, by the simplest schedule that is found. */
  async #shrunk(ran: Ran, job: Job, budget: number): Promise<Failure> {
    const { params, terminate, seed } = job;
    const { failure } = this.#describe(ran, seed);
    const choices = choicesOf(this.#crew.board);
    if (budget === 0 || failure!.kind === 'stuck') return failure!;
    const attempt = async (plan: readonly number[]): Promise<number[] | null> => {
      const { problem } = await this.#crew.run({ params, terminate, plan });
      return problem?.kind === failure!.kind ? choicesOf(this.#crew.board) : null;
    };
    const plan = await shrink(choices, attempt, budget);
    if (plan === choices) return failure!;
    return this.#describe(await this.#crew.run({ params, terminate, plan }), seed).failure ?? failure!;
  }

  #describe({ state, outcome, problem }: Ran, seed: number | undefined): Run {
    const { board } = this.#crew;
    const schedule = formatSchedule(turnsOf(choicesOf(board)));
    const run = { schedule, trace: traceOf(board, state), threads: this.#names, outcome };
    const failure = problem && { ...problem, ...run, ...(seed === undefined ? {} : { seed }) };
    return { ...run, state, failure };
  }

  #base({ params, mode }: CallOptions): Job {
    if (mode !== undefined && mode !== 'unwind' && mode !== 'terminate') {
      throw new OptionError('mode', mode, '"unwind" or "terminate"');
    }
    return { params: params === undefined ? this.#params : params, terminate: mode === 'terminate' };
  }

  #choice({ schedule, seed, kill }: RunOptions): Pick<Job, 'plan' | 'seed' | 'kill'> {
    const threads = this.#names.length;
    const turns = parseSchedule(schedule ?? '');
    for (const { thread } of turns) {
      if (thread >= threads) throw new OptionError('schedule', schedule, `threads from 0 to ${threads - 1}`);
    }
    if (kill !== undefined) {
      integer('kill.thread', kill.thread, 0, threads - 1);
      integer('kill.step', kill.step, 0, 2 ** 31 - 1);
    }
    if (seed !== undefined) integer('seed', seed, 0, 2 ** 32 - 1);
    return { plan: planOf(turns, this.#stepLimit + threads), seed, kill };
  }

  #expectFollowed(job: Job): void {
    const { diverged } = this.#crew;
    if (diverged === 0 || job.plan === undefined || job.lenient) return;
    const entry = diverged - 1;
    throw new DivergenceError(entry, job.plan[entry] & ~END, formatSchedule(turnsOf(job.plan)));
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === 'closed') throw new StateError('the explorer is closed; expected an open one');
    if (this.#state === 'busy') throw new StateError('the explorer is at work; expected one call after the other');
    this.#state = 'busy';
    try {
      return await work();
    } finally {
      if (this.#state === 'busy') this.#state = 'idle';
    }
  }
}

function seedIn({ seed }: { readonly seed?: number }): number {
  return integer('seed', seed ?? 1, 0, 2 ** 32 - 1);
}
