/**
 * Another thread frees blocks in the middle of a cache's refill, flush and drain: at each access of words, and before each
 * write of a live byte. Whatever the step, no block is lost or comes twice. One process, every run the same.
 */

import type { Address } from '@hakmem/contracts';
import { type OnAccess, once, watched } from '../steps.js';
import type { Case } from '../suite.js';
import type { LayCache } from './cache-stand.js';
import { blocksOf, type CacheStand, PAIR, SPAN } from './cache-stand.js';

/** More accesses than a call on these few slabs makes. */
const MOST = 5_000;

/** Two spans of 19, some of which is cached, room, or news; and what others free in the middle of the call. */
interface Scene {
  readonly at: CacheStand;
  readonly blocks: readonly Address[];
  readonly more: readonly Address[];
}

export function stepCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-4', 'CACHE-8'],
      what: 'a free by another thread at any step of a refill loses nothing',
      run: () => eachStep(lay, 0, ({ at }) => [at.raw.take(SPAN)]),
    },
    {
      clauses: ['CACHE-4', 'CACHE-6'],
      what: 'a free by another thread at any step of a drain loses nothing',
      run: () =>
        eachStep(lay, 4, ({ at }) => {
          at.raw.drain(SPAN);
          return [];
        }),
    },
    {
      clauses: ['CACHE-4', 'CACHE-5'],
      what: 'a free by another thread at any step of a give to a full stack, with its drain, loses nothing',
      run: () =>
        eachStep(lay, 4, ({ at, blocks }) => {
          at.raw.give(SPAN, blocks[30]);
          return [];
        }),
    },
    {
      clauses: ['CACHE-9'],
      what: 'a free by another thread at any step of a take of another class that looks for memory loses nothing',
      run: () =>
        eachStep(lay, 2, ({ at }) => {
          at.raw.take(PAIR);
          return [];
        }),
    },
  ];
}

/** `given` blocks are cached; then the call, which answers what it took, and in its middle the frees, for each of its steps. */
function eachStep(lay: LayCache, given: number, call: (scene: Scene) => readonly Address[]): void {
  for (let step = 0; step < MOST; step++) {
    let hook: OnAccess = () => {};
    const at = lay({
      wrap: (scope) => ({ ...scope, records: watched(scope.records, (access) => hook(access)) }),
    });
    at.policy(SPAN, 4, 4);
    at.policy(PAIR, 4, 1);
    at.interval(2);
    const blocks = at.fill(SPAN, 2).flat();
    at.give(SPAN, blocks.slice(0, given));
    at.freeElsewhere([blocks[8], blocks[25]]);
    // All the rest of the first span, that a call may find with nothing live, and one of the second.
    const more = [
      ...blocks.slice(4, 19).filter((address) => address !== blocks[8]),
      ...blocks.slice(given, 4),
      blocks[27],
    ];
    const between = once(step, () => at.freeElsewhere(more));
    hook = between.onAccess;
    const took = call({ at, blocks, more });
    hook = () => {};
    if (!between.done()) at.freeElsewhere(more);
    check(at, took, step);
    if (between.done()) continue;
    at.inspection.must('CACHE-7', step > 0, 'a refill, flush or drain', { accessesOfWords: step });
    return;
  }
  throw new Error(`a call of ${MOST} steps has not ended`);
}

/** The equations hold, and every free block of the slabs that are left is found, once. */
function check(at: CacheStand, took: readonly Address[], step: number): void {
  const call = `frees by another thread at step ${step}`;
  at.sound(call);
  const twice = took.filter((address) => at.cached(SPAN).includes(address));
  at.inspection.must('CACHE-3', twice.length === 0, call, { twice: twice.join() });
  const free = at.slabs(SPAN).flatMap((head) => blocksOf(head, SPAN).filter((address) => !at.isLive(address)));
  const made = at.source.made.length;
  at.policy(SPAN, 4, 1);
  const found = at.take(SPAN, free.length);
  const lost = free.filter((address) => !found.includes(address));
  const right = lost.length === 0 && at.source.made.length === made;
  at.inspection.must('CACHE-8', right, call, { lost: lost.join(), slabsMade: at.source.made.length - made });
  at.sound(call);
}
