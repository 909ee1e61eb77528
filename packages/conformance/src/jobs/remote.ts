/** A Worker's work on a remote queue: frees blocks of another thread's slabs, which others free at the same time. */

import type { RecipeOf } from '@hakmem/contracts';
import { scopeOf, type WorkerPlace } from './place.js';

/** What a Worker is given. */
export interface RemoteTask extends WorkerPlace {
  /** Blocks to free, in this order. */
  readonly addresses: Uint32Array;
  /** For each, by how many threads it was freed. */
  readonly freed: Int32Array;
  /** Workers that begin together. */
  readonly workers: number;
}

/** Does the job; says how many frees were its own. */
export function remoteJob({ recipe }: { recipe(): RecipeOf<'remote'> }, task: RemoteTask): number {
  const queue = recipe().build(scopeOf(task), null);
  Atomics.add(task.signals, 0, 1);
  while (Atomics.load(task.signals, 0) < task.workers);
  let mine = 0;
  task.addresses.forEach((address, i) => {
    if (!queue.free(address)) return;
    Atomics.add(task.freed, i, 1);
    mine++;
  });
  return mine;
}
