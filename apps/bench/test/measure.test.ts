import { describe, expect, it } from 'vitest';
import { measure, rateOf } from '../src/measure.js';
import type { Loop } from '../src/workloads/index.js';

/** Takes a given time per step and remembers how it was called. */
class TimedLoop implements Loop {
  readonly checksum = 0;
  readonly runs: number[] = [];
  private readonly nanoseconds: number;

  constructor(nanosecondsPerStep: number) {
    this.nanoseconds = nanosecondsPerStep;
  }

  run(steps: number): void {
    this.runs.push(steps);
    const end = performance.now() + (steps * this.nanoseconds) / 1e6;
    while (performance.now() < end);
  }

  drain(): void {}
}

const OPTIONS = { steps: 20_000, unit: 100, settling: 1_000, reps: 5, budgetMs: 60 };
/** Far more than the loops take, for a machine that is busy with other things. */
const PATIENCE_MS = 10_000;

describe('measure', () => {
  it('warms up in growing chunks and then times repetitions of full size', () => {
    const loop = new TimedLoop(20);
    const { reduced, repetitions, totalSteps, warmUp } = measure(loop, { ...OPTIONS, budgetMs: 2_000 });
    expect(reduced).toBe(false);
    expect(warmUp!.steps).toBe(totalSteps - 5 * 20_000);
    expect(warmUp!.steps).toBeGreaterThanOrEqual(OPTIONS.settling);
    expect(warmUp!.ms).toBeGreaterThanOrEqual((20 * warmUp!.steps) / 1e6);
    expect(repetitions.map(({ steps }) => steps)).toEqual(Array(5).fill(20_000));
    expect(loop.runs[0]).toBe(100);
    expect(totalSteps).toBe(loop.runs.reduce((a, b) => a + b));
    for (const repetition of repetitions) expect(rateOf(repetition)).toBeLessThanOrEqual(50);
    for (const run of loop.runs) expect(run % 100).toBe(0);
  });

  it('reduces the steps of a loop that is too slow, and still ends in time', () => {
    const loop = new TimedLoop(20_000);
    const started = performance.now();
    const { reduced, repetitions, totalSteps, warmUp } = measure(loop, OPTIONS);
    expect(reduced).toBe(true);
    expect(warmUp!.steps).toBe(totalSteps - repetitions.reduce((sum, { steps }) => sum + steps, 0));
    expect(repetitions.length).toBeGreaterThanOrEqual(2);
    for (const { steps } of repetitions) expect(steps).toBeLessThan(OPTIONS.steps);
    expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
  });

  it('gives up a chunk in which the loop suddenly slows down', () => {
    const loop = new TimedLoop(20);
    const run = loop.run.bind(loop);
    let steps = 0;
    loop.run = (count) => {
      steps += count;
      run(steps > 60_000 ? 1_000 * count : count);
    };
    const started = performance.now();
    expect(measure(loop, OPTIONS).reduced).toBe(true);
    expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
  });
});
