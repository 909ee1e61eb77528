import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { measureWindows } from '../../src/threads/windows.js';

/** A team whose rate in window i is `rateOf(i)`, in steps per millisecond, and what was asked of it. */
function fakeTeam(rateOf: (window: number) => number) {
  const asked: number[] = [];
  const run = async (ms: number) => {
    const rate = rateOf(asked.length);
    asked.push(ms);
    await sleep(1);
    return { steps: rate * ms, ms };
  };
  return { asked, run };
}

describe('measureWindows', () => {
  it('warms up for a quarter of the time and until the rates agree, then times as many windows of the same length as are wanted', async () => {
    const { asked, run } = fakeTeam((window) => (window < 5 ? 1_000 * window : 6_000));
    const started = performance.now();
    const windows = await measureWindows(run, { reps: 6, budgetMs: 200 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
    expect(windows).toHaveLength(6);
    expect(asked.length).toBeGreaterThanOrEqual(5 + 3 + 6);
    expect(new Set(asked)).toEqual(new Set([12.5]));
    for (const { steps, ms } of windows) expect(steps / ms).toBe(6_000);
  });

  it('warms up for longer than that while the rates do not agree', async () => {
    const { asked, run } = fakeTeam((window) => 1_000 * (1 + window));
    await measureWindows(run, { reps: 2, budgetMs: 0.5 });
    expect(asked).toHaveLength(1 + 2);
  });

  it('warms up for no more than half of the time', async () => {
    const { run } = fakeTeam((window) => 1_000 * (1 + (window % 2)));
    const started = performance.now();
    const windows = await measureWindows(run, { reps: 3, budgetMs: 100 });
    expect(windows).toHaveLength(3);
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
  });

  it('times two windows at least, and of ten milliseconds at least', async () => {
    const { asked, run } = fakeTeam(() => 1_000);
    expect(await measureWindows(run, { reps: 9, budgetMs: 0 })).toHaveLength(2);
    expect(asked).toEqual([10, 10]);
  });
});
