/**
 * Schedules as text, and as the entries of a plan.
 *
 *   0*12 1*3 0 1! 0*5     thread 0 makes 12 steps, thread 1 three, thread 0 one; thread 1 is ended before its next; five of 0
 *
 * After the end of the text the current thread goes on until it is done, then the lowest that is ready, and so on.
 */

import { END, MAX_THREADS } from './board.ts';
import { ScheduleError } from './errors.ts';

/** A word of a schedule: some steps of one thread in a row, or its end. */
export type Turn =
  | { readonly thread: number; readonly steps: number }
  | { readonly thread: number; readonly ended: true };

const WORD = /^(\d{1,2})(?:\*([1-9]\d{0,8})|(!))?$/;

/** The text of a schedule. Steps of the same thread that follow each other are joined. */
export function formatSchedule(turns: readonly Turn[]): string {
  const words: { thread: number; steps: number; ended: boolean }[] = [];
  for (const turn of turns) {
    const last = words.at(-1);
    if ('ended' in turn) words.push({ thread: turn.thread, steps: 0, ended: true });
    else if (last !== undefined && !last.ended && last.thread === turn.thread) last.steps += turn.steps;
    else words.push({ thread: turn.thread, steps: turn.steps, ended: false });
  }
  return words.map(({ thread, steps, ended }) => `${thread}${ended ? '!' : steps === 1 ? '' : `*${steps}`}`).join(' ');
}

/**
 * The turns that a text says. The empty text is the empty schedule.
 *
 * @throws ScheduleError at the first word that is none of `t`, `t*n` and `t!`, with a thread t from 0 to 29 and a number n
 * of steps from 1 to 999,999,999.
 */
export function parseSchedule(text: string): Turn[] {
  const turns: Turn[] = [];
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const parts = WORD.exec(word);
    if (parts === null) throw new ScheduleError(word, index, 'a thread "0", steps of a thread "0*12", or its end "0!"');
    const thread = Number(parts[1]);
    if (thread >= MAX_THREADS) throw new ScheduleError(word, index, `a thread from 0 to ${MAX_THREADS - 1}`);
    turns.push(parts[3] ? { thread, ended: true } : { thread, steps: Number(parts[2] ?? 1) });
  }
  return turns;
}

/** @internal The entries of a plan, at most `limit` of them. */
export function planOf(turns: readonly Turn[], limit: number): number[] {
  const plan: number[] = [];
  for (const turn of turns) {
    if ('ended' in turn) plan.push(END | turn.thread);
    else for (let i = 0; i < turn.steps && plan.length < limit; i++) plan.push(turn.thread);
  }
  return plan.slice(0, limit);
}

/** @internal The turns of a plan. */
export function turnsOf(plan: ArrayLike<number>): Turn[] {
  return Array.from(plan, (entry) =>
    entry & END ? { thread: entry & ~END, ended: true } : { thread: entry, steps: 1 },
  );
}
