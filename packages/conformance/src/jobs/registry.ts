/** A Worker's work on a registry: makes SuperSlabs, with others at once, until there is no memory for more. */

import type { PageIndex, RecipeOf, SuperSlabIndex } from '@hakmem/contracts';
import { PlainSpace } from '../stand-ins/space.js';
import { scopeOf, type WorkerPlace } from './place.js';

/** What a Worker is given. */
export interface RegistryTask extends WorkerPlace {
  readonly firstPage: PageIndex;
  /** Workers that begin together. */
  readonly workers: number;
}

/** What a Worker says: the answers that it had. */
export type RegistryResult = readonly SuperSlabIndex[];

/** Does the job. */
export function registryJob({ recipe }: { recipe(): RecipeOf<'registry'> }, task: RegistryTask): RegistryResult {
  const { firstPage, pageLimit } = task;
  const registry = recipe().build(scopeOf(task), new PlainSpace({ firstPage, pageLimit, shrinks: false }));
  const answers: SuperSlabIndex[] = [];
  Atomics.add(task.signals, 0, 1);
  while (Atomics.load(task.signals, 0) < task.workers);
  while (answers.length < 10_000) {
    const answer = registry.extend(1);
    if (answer === -1) break;
    answers.push(answer);
  }
  return answers;
}
