/**
 * Measures one loop in this process: warm-up, then timed repetitions.
 *
 *   warm-up   chunks of doubling size until one has the full number of steps, then more of them until the stream is in its
 *             steady state, a quarter of the budget is used (code that waits for its compiler has steady rates, too) and the
 *             last rates agree, or half of the budget is used
 *   timed     repetitions of equal size: at least two, at most `reps`, until the other half is used
 *
 * A chunk that uses up the whole budget is given up where it is: it is a repetition then, and so is one more like it, and the
 * measurement is `reduced`. That is how a peer whose operations take time in proportion to the live blocks ends in time.
 * As it may slow down a hundredfold within one chunk, chunks are run in slices of about a millisecond. Whether the budget is
 * used is a matter of processor time here: a process that only had to wait for its turn is not slow.
 *
 * A slice consists of short calls of the loop. V8 gives up its first version of a loop when something happens in it for the
 * first time, and makes a new one only for a function that is called often. In long calls it stays with the version made for
 * entering in the middle, which is a third slower: in some processes, for seconds, and not in others.
 */

import { interquartileRange, median } from 'simple-statistics';
import { type Loop, roundToUnit } from './workloads/workload.js';

export interface MeasureOptions {
  /** Steps of a full repetition; a multiple of `unit`. */
  readonly steps: number;
  readonly unit: number;
  /** Steps after which the stream is in its steady state. */
  readonly settling: number;
  /** Most repetitions to time. */
  readonly reps: number;
  /** Milliseconds for warm-up and repetitions together. */
  readonly budgetMs: number;
}

export interface Repetition {
  readonly steps: number;
  readonly ms: number;
}

/** What went before the first repetition that counts. */
export interface WarmUp {
  readonly steps: number;
  readonly ms: number;
}

export interface Measurement {
  /** Whether the repetitions have fewer steps than was asked for. */
  readonly reduced: boolean;
  readonly repetitions: readonly Repetition[];
  /** All steps of the loop, warm-up included. */
  readonly totalSteps: number;
  /** Absent where the measuring program does not tell. */
  readonly warmUp?: WarmUp;
}

const FIRST_CHUNK_DIVISOR = 256;
const SLICE_MS = 1;
const LEAST_SLICE = 64;
/** A call should end before V8 replaces the loop while it runs. */
export const CALL_STEPS = 64;
const LEAST_REPS = 2;
const SETTLED_WINDOW = 3;
const SETTLED_SPREAD = 0.03;

export function measure(loop: Loop, options: MeasureOptions): Measurement {
  const { steps, unit, settling, reps, budgetMs } = options;
  const runner = new SlicedRunner(loop, unit, budgetMs);
  const started = performance.now();

  let chunk = roundToUnit(Math.ceil(steps / FIRST_CHUNK_DIVISOR), unit);
  let last = runner.run(chunk);
  while (last.steps === chunk && chunk < steps) {
    chunk = Math.min(2 * chunk, steps);
    last = runner.run(chunk);
  }
  const givenUp = last.steps < chunk;

  const warm: number[] = [];
  while (!givenUp && performance.now() < started + budgetMs / 2) {
    warm.push(rateOf(runner.run(chunk)));
    const ready = runner.totalSteps >= settling && performance.now() >= started + budgetMs / 4;
    if (ready && settled(warm)) break;
  }

  const counted = givenUp ? last : { steps: 0, ms: 0 };
  const warmUp = { steps: runner.totalSteps - counted.steps, ms: performance.now() - started - counted.ms };
  const repetitions: Repetition[] = givenUp ? [last] : [];
  const end = performance.now() + budgetMs / 2;
  while (repetitions.length < LEAST_REPS || (!givenUp && repetitions.length < reps && performance.now() < end)) {
    repetitions.push(runner.run(chunk));
  }
  const reduced = repetitions.some((repetition) => repetition.steps < steps);
  return { reduced, repetitions, totalSteps: runner.totalSteps, warmUp };
}

/** Runs chunks in slices whose size follows the rate of the last one, and stops when a chunk has used up the limit. */
class SlicedRunner {
  totalSteps = 0;
  private slice = LEAST_SLICE;
  /** Steps of one call of the loop. */
  private readonly call: number;
  private readonly loop: Loop;
  private readonly unit: number;
  private readonly limitMs: number;

  constructor(loop: Loop, unit: number, limitMs: number) {
    this.loop = loop;
    this.unit = unit;
    this.call = roundToUnit(CALL_STEPS, unit);
    this.limitMs = limitMs;
  }

  run(chunk: number): Repetition {
    const started = performance.now();
    const processor = processorMs();
    let now = started;
    let steps = 0;
    while (steps < chunk && (now - started <= this.limitMs || processorMs() - processor <= this.limitMs)) {
      const count = Math.min(roundToUnit(this.slice, this.unit), chunk - steps);
      for (let done = 0; done < count; done += this.call) this.loop.run(Math.min(this.call, count - done));
      steps += count;
      const before = now;
      now = performance.now();
      this.slice = Math.max(LEAST_SLICE, Math.min((count * SLICE_MS) / (now - before), 2 * count));
    }
    this.totalSteps += steps;
    return { steps, ms: now - started };
  }
}

/** Processor time that this process has used, all its threads together. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Whether the last rates agree. */
export function settled(rates: readonly number[]): boolean {
  if (rates.length < SETTLED_WINDOW) return false;
  const last = rates.slice(-SETTLED_WINDOW);
  return Math.max(...last) - Math.min(...last) <= SETTLED_SPREAD * median(last);
}

/** Millions of operations per second. */
export function rateOf({ steps, ms }: Repetition): number {
  return steps / ms / 1_000;
}

/**
 * One number for all repetitions of a cell, and half the distance between the quartiles of their rates as a share of it.
 * The number is the median where the repetitions do the same work. Those of a reduced cell are different stretches of a
 * stream; the number is all their operations over all their time.
 */
export function summarize(repetitions: readonly Repetition[], reduced: boolean): { rate: number; spread: number } {
  const rates = repetitions.map(rateOf);
  const steps = repetitions.reduce((sum, repetition) => sum + repetition.steps, 0);
  const ms = repetitions.reduce((sum, repetition) => sum + repetition.ms, 0);
  const rate = reduced ? rateOf({ steps, ms }) : median(rates);
  return { rate, spread: rate === 0 ? 0 : interquartileRange(rates) / 2 / rate };
}
