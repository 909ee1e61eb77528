/**
 * Measures a team: windows of equal length to warm up, until a quarter of the budget is used and the last rates agree, or half of it is used, then windows that
 * count, until the other half is used.
 */

import { type Repetition, rateOf, settled } from '../measure.js';

export interface WindowOptions {
  /** Most windows that count; there are at least two. */
  readonly reps: number;
  /** Milliseconds for all windows. */
  readonly budgetMs: number;
}

/** A window is this part of the budget, within limits. */
const WINDOWS = 16;
const LEAST_WINDOW_MS = 10;
const MOST_WINDOW_MS = 100;
const LEAST_REPS = 2;

/** `run` lets the team work for so many milliseconds. */
export async function measureWindows(
  run: (ms: number) => Promise<Repetition>,
  { reps, budgetMs }: WindowOptions,
): Promise<readonly Repetition[]> {
  const ms = Math.min(Math.max(budgetMs / WINDOWS, LEAST_WINDOW_MS), MOST_WINDOW_MS);
  const started = performance.now();
  const going = (share: number): boolean => performance.now() < started + share * budgetMs;
  for (const rates: number[] = []; going(1 / 4) || (going(1 / 2) && !settled(rates)); )
    rates.push(rateOf(await run(ms)));

  const windows: Repetition[] = [];
  const end = performance.now() + budgetMs / 2;
  while (windows.length < LEAST_REPS || (windows.length < reps && performance.now() < end)) windows.push(await run(ms));
  return windows;
}
