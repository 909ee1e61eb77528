/**
 * The tail: who goes on where the plan has nothing to say. The current thread; or a random one, all alike; or the one of the
 * highest priority. O(number of threads).
 */

import {
  at,
  CURRENT,
  POINT,
  POINTS,
  POINTS_USED,
  RANDOM_STATE,
  STEPS,
  TAIL,
  Tail,
  THREAD_PRIORITY,
  THREADS,
} from './board.ts';

/** @internal One of `candidates`, a bit each. */
export function continuation(words: Int32Array, candidates: number): number {
  switch (words[TAIL]) {
    case Tail.RANDOM:
      return randomOf(words, candidates);
    case Tail.PRIORITY:
      return highestOf(words, candidates);
    default:
      return (candidates >> words[CURRENT]) & 1 && words[CURRENT] >= 0 ? words[CURRENT] : lowestOf(candidates);
  }
}

function randomOf(words: Int32Array, candidates: number): number {
  let rest = candidates;
  let count = 0;
  for (let mask = candidates; mask !== 0; mask &= mask - 1) count++;
  for (let skipped = Math.floor((nextRandom(words) / 2 ** 32) * count); skipped > 0; skipped--) rest &= rest - 1;
  return lowestOf(rest);
}

/** Mulberry32 (Tommy Ettinger, 2017): its state is one word. */
function nextRandom(words: Int32Array): number {
  const state = (words[RANDOM_STATE] += 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** At a change point, the thread that would go on falls below all others, first. */
function highestOf(words: Int32Array, candidates: number): number {
  for (;;) {
    let best = lowestOf(candidates);
    for (let t = best + 1; t < words[THREADS]; t++)
      if ((candidates >> t) & 1 && words[at(t) + THREAD_PRIORITY] > words[at(best) + THREAD_PRIORITY]) best = t;
    const point = words[POINTS_USED];
    if (point === words[POINTS] || words[STEPS] < words[POINT + point]) return best;
    words[at(best) + THREAD_PRIORITY] = -1 - point;
    words[POINTS_USED]++;
  }
}

function lowestOf(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
