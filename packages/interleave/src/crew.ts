/**
 * The crew: the Workers of a scenario, and how one run is carried out with them.
 *
 *   controller:  setup, write the board, send the state ─► hand over … sleep … ─► collect ─► recover, check
 *                                                            │ threads, by turns │
 *                                                            └───────────────────┘
 *
 * Workers are kept between runs. One that was terminated, or is stuck, is replaced before the next run. A run costs two
 * messages per thread at most, one hand-over per switch, and no more.
 */

import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { receiveMessageOnPort } from 'node:worker_threads';
import {
  at,
  awaitTurn,
  Board,
  CHOICE,
  CONTROLLER,
  COUNT,
  CURRENT,
  DIVERGED,
  END,
  EVENT_WORDS,
  EVENTS,
  hand,
  KILL_STEP,
  KILL_THREAD,
  PATIENCE,
  PLAN_LENGTH,
  POINT,
  POINTS,
  RANDOM_STATE,
  REPORTED,
  REQUEST,
  SPINS,
  STARTS_AFTER,
  STATUS,
  STEP_LIMIT,
  STEPS,
  Status,
  TAIL,
  Tail,
  TERMINATES,
  THREAD_PRIORITY,
  THREADS,
  VERDICT,
  Verdict,
} from './board.ts';
import { messageOf, ScenarioError } from './errors.ts';
import { type Member, startMember } from './member.ts';
import type { Context, Outcome, Scenario } from './scenario.ts';
import { choose } from './turn.ts';
import type { Report, Task } from './worker.ts';

/** @internal One run, as the crew is told it. */
export interface Job {
  readonly params: unknown;
  /** Entries as in the plan of the board. */
  readonly plan?: readonly number[] | undefined;
  /** What of the plan cannot be followed is left out, as always; that is as it should be. */
  readonly lenient?: boolean;
  /** For the random walk. Without it and priorities, the current thread goes on. */
  readonly seed?: number | undefined;
  readonly priorities?: { readonly threads: readonly number[]; readonly points: readonly number[] } | undefined;
  readonly kill?: { readonly thread: number; readonly step: number } | undefined;
  readonly terminate?: boolean | undefined;
}

/** @internal How it went. The board holds its events until the next run. */
export interface Ran {
  readonly state: unknown;
  readonly outcome: Outcome;
  readonly problem: Problem | null;
}

/** What went wrong in a run. */
export type FailureKind = 'check' | 'error' | 'livelock' | 'deadlock' | 'stuck';

/** @internal */
export interface Problem {
  readonly kind: FailureKind;
  readonly message: string;
  readonly cause?: unknown;
}

/** @internal */
export interface Settings {
  readonly execArgv: readonly string[];
  readonly stepLimit: number;
  readonly timeoutMs: number;
  readonly patience: number;
}

/** Who has one of these has the turn, if anyone has. */
const RUNS: ReadonlySet<number> = new Set([Status.UNPREPARED, Status.RUNNING, Status.DYING]);

/** Some 10 µs, half of what it takes to wake a sleeping core. With fewer cores than threads it would be wasted. */
const SPINS_WITH_A_CORE_EACH = 2000;

/** The event loop of the controller gets a chance this often. */
const BREATH_MS = 20;

/** @internal */
export class Crew {
  readonly board: Board;
  readonly scenario: Scenario<unknown>;
  readonly #url: string;
  readonly #settings: Settings;
  readonly #members: (Member | undefined)[];
  #lastBreath = performance.now();

  constructor(scenario: Scenario<unknown>, url: string, settings: Settings) {
    this.scenario = scenario;
    this.#url = url;
    this.#settings = settings;
    this.board = Board.make(settings.stepLimit);
    this.#members = scenario.threads.map(() => undefined);
  }

  /** Starts the Workers that are missing, all at once. */
  async complete(): Promise<void> {
    const start = async (member: Member | undefined, thread: number): Promise<void> => {
      if (member === undefined)
        this.#members[thread] = await startMember(this.board, thread, this.#url, this.#settings.execArgv);
    };
    await Promise.all(this.#members.map(start));
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((_, thread) => this.#terminate(thread)));
  }

  /** @throws ScenarioError when setup or prepare throws, or the state cannot be cloned. */
  async run(job: Job): Promise<Ran> {
    if (this.#members.includes(undefined)) await this.complete();
    if (performance.now() - this.#lastBreath > BREATH_MS) {
      await breathe();
      this.#lastBreath = performance.now();
    }
    const context: Context = { params: job.params, threads: this.#members.length, thread: CONTROLLER };
    const state = this.#setUp(context);
    this.#writeBoard(job);
    await this.#send({ state, params: job.params });
    hand(this.board, choose(this.board));
    await this.#attend();
    const outcome = this.#collect();
    return { state, outcome, problem: this.#judge(state, outcome, context) };
  }

  #setUp(context: Context): unknown {
    try {
      return this.scenario.setup(context);
    } catch (cause) {
      throw new ScenarioError(`setup has thrown: ${messageOf(cause)}`, { cause });
    }
  }

  #writeBoard({ plan, seed, priorities, kill, terminate }: Job): void {
    const { words, plan: entries } = this.board;
    const { stepLimit, patience } = this.#settings;
    words.fill(0);
    words[TAIL] = priorities !== undefined ? Tail.PRIORITY : seed !== undefined ? Tail.RANDOM : Tail.CONTINUE;
    words[RANDOM_STATE] = seed ?? 0;
    words[CURRENT] = -1;
    words[STEP_LIMIT] = stepLimit;
    words[KILL_THREAD] = kill?.thread ?? -1;
    words[KILL_STEP] = kill?.step ?? 0;
    words[TERMINATES] = terminate ? 1 : 0;
    words[PATIENCE] = patience;
    words[THREADS] = this.#members.length;
    words[SPINS] = this.#members.length <= availableParallelism() ? SPINS_WITH_A_CORE_EACH : 0;
    words[PLAN_LENGTH] = plan?.length ?? 0;
    if (plan !== undefined) entries.set(plan);
    words[POINTS] = priorities?.points.length ?? 0;
    if (priorities !== undefined) words.set(priorities.points, POINT);
    this.scenario.threads.forEach(({ startsWhenEnded }, thread) => {
      words[at(thread) + STATUS] = Status.UNPREPARED;
      words[at(thread) + STARTS_AFTER] = startsWhenEnded === undefined ? 0 : startsWhenEnded + 1;
      words[at(thread) + THREAD_PRIORITY] = priorities?.threads[thread] ?? 0;
    });
  }

  async #send(task: Task): Promise<void> {
    try {
      for (const member of this.#members) member!.port.postMessage(task);
    } catch (cause) {
      // Some have got it, and would take it for that of the next run.
      await this.close();
      throw new ScenarioError(`the state or params cannot be cloned to a Worker: ${messageOf(cause)}`, { cause });
    }
  }

  /** Sleeps until the run is over; terminates who is to be terminated. */
  async #attend(): Promise<void> {
    const { words } = this.board;
    for (let steps = -1; ; ) {
      if (!awaitTurn(this.board, CONTROLLER, this.#settings.timeoutMs)) {
        if (words[STEPS] !== steps) {
          steps = words[STEPS];
          continue;
        }
        // A Worker that makes no steps has the turn, and will not give it back.
        await this.close();
        words[VERDICT] = Verdict.STUCK;
        return;
      }
      if (words[REQUEST] === 0) return;
      await this.#terminate(words[REQUEST] - 1);
      words[REQUEST] = 0;
      hand(this.board, choose(this.board));
    }
  }

  #collect(): Outcome {
    const { words, events } = this.board;
    const results: unknown[] = [];
    const errors: (Error | undefined)[] = [];
    for (let t = 0; t < this.#members.length; t++) {
      const message = words[at(t) + REPORTED] === 1 && this.#members[t] && receiveMessageOnPort(this.#members[t]!.port);
      const report = message ? (message.message as Report) : undefined;
      results.push(report && 'result' in report ? report.result : undefined);
      errors.push(report && 'error' in report ? errorFrom(report.error) : undefined);
    }
    const ended: { thread: number; step: number }[] = [];
    for (let event = 0; event < words[EVENTS]; event++) {
      const choice = events[EVENT_WORDS * event + CHOICE];
      if (choice & END) ended.push({ thread: choice & ~END, step: words[at(choice & ~END) + COUNT] });
    }
    return { results, errors, ended };
  }

  #judge(state: unknown, outcome: Outcome, context: Context): Problem | null {
    const { words } = this.board;
    const { stepLimit, timeoutMs } = this.#settings;
    const thread = outcome.errors.findIndex((error) => error !== undefined);
    switch (words[VERDICT]) {
      case Verdict.BROKEN: {
        const cause = outcome.errors[thread];
        throw new ScenarioError(`prepare of thread ${thread} has thrown: ${cause?.message}`, { cause });
      }
      case Verdict.LIVELOCK:
        return { kind: 'livelock', message: `not over after ${stepLimit} steps` };
      case Verdict.DEADLOCK:
        return { kind: 'deadlock', message: 'every thread that is not done waits to be notified' };
      case Verdict.STUCK:
        return { kind: 'stuck', message: `thread ${this.#running()} has made no step for ${timeoutMs} ms` };
    }
    if (thread !== -1 && !this.scenario.allowErrors) {
      const cause = outcome.errors[thread]!;
      return { kind: 'error', message: `thread ${thread} has thrown ${cause.name}: ${cause.message}`, cause };
    }
    try {
      this.scenario.recover?.(state, outcome, context);
      const message = this.scenario.check(state, outcome, context);
      return typeof message === 'string' ? { kind: 'check', message } : null;
    } catch (cause) {
      return { kind: 'check', message: messageOf(cause), cause };
    }
  }

  #running(): number {
    const { words } = this.board;
    return this.#members.findIndex((_, t) => RUNS.has(words[at(t) + STATUS]));
  }

  async #terminate(thread: number): Promise<void> {
    const member = this.#members[thread];
    this.#members[thread] = undefined;
    member?.port.close();
    await member?.worker.terminate();
  }

  /** 1 + the first entry of the plan that could not be followed; 0 when there is none. */
  get diverged(): number {
    return this.board.words[DIVERGED];
  }
}

function errorFrom({ name, message, stack }: { name: string; message: string; stack: string }): Error {
  const error = new Error(message);
  return Object.defineProperties(error, { name: { value: name }, stack: { value: stack } });
}
