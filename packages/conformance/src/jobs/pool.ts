/** A Worker's work on a pool of slots: acquires slabs and runs, looks whether they are its own, writes to them, lets them go. */

import {
  classIn,
  ownerOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  type RecipeOf,
  type RunPool,
  type SlotPool,
  SlotState,
  stateOf,
} from '@hakmem/contracts';
import { generator } from '../random.js';
import { SharedRegistry } from '../stand-ins/shared-registry.js';
import { goesOn, scopeOf, type WorkerPlace } from './place.js';

/** What a Worker is given. */
export interface PoolTask extends WorkerPlace {
  /** The words of the registry. */
  readonly registry: Int32Array;
  readonly rounds: number;
  readonly holds: number;
}

/** What a Worker says: what it saw that must not be; null when nothing. */
export type PoolResult = string | null;

const CLASSES = [0, 7, 31, 40, 60, 90];

interface Held {
  readonly head: PageIndex;
  /** Null for a run. */
  readonly sizeClass: number | null;
}

/** Does the job. */
export function poolJob({ recipe }: { recipe(): RecipeOf<'pool'> }, task: PoolTask): PoolResult {
  const scope = scopeOf(task);
  const made = recipe();
  const pool = made.build(scope, new SharedRegistry(task.registry, scope.records));
  const random = generator(task.seed);
  const held: Held[] = [];
  let wrong: string | null = null;
  const { words, live } = scope.records;
  const letGo = ({ head, sizeClass }: Held): void => {
    if (sizeClass === null) {
      if (!(pool as RunPool).releaseRun(head, 0)) wrong ??= `run ${head} was released by another thread`;
      return;
    }
    if (live[head << PAGE_GRANULE_SHIFT] !== 1) wrong ??= `slab ${head}: another thread wrote to its live bytes`;
    live[head << PAGE_GRANULE_SHIFT] = 0;
    pool.release(head);
  };
  const take = (): Held | null => {
    if (made.capabilities.grows && random(4) === 0) {
      const head = (pool as RunPool).acquireRun(1 + random(6), 1);
      return head === 0 ? null : { head, sizeClass: null };
    }
    const sizeClass = CLASSES[random(CLASSES.length)];
    const head = (pool as SlotPool).acquire(sizeClass);
    if (head === 0) return null;
    const word = words[head];
    const mine = stateOf(word) === SlotState.ACTIVE && ownerOf(word) === task.owner && classIn(word) === sizeClass;
    if (!mine) wrong ??= `slab ${head} of class ${sizeClass} came to thread ${task.owner} with the word ${word}`;
    live[head << PAGE_GRANULE_SHIFT] = 1;
    return { head, sizeClass };
  };
  for (let round = 0; round < task.rounds && wrong === null && goesOn(task); round++) {
    const next = held.length < task.holds && random(2) === 0 ? take() : null;
    if (next !== null) held.push(next);
    else if (held.length > 0) letGo(held.splice(random(held.length), 1)[0]);
  }
  for (const each of held) letGo(each);
  return wrong;
}
