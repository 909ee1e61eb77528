/** Where a Worker's box stands: over the words that the controller has laid, as the thread that it is. */

import { type ControlArrays, Ground, type Region, type Scope, type ThreadId } from '@hakmem/contracts';

/** What a Worker is given of a stage. */
export interface WorkerPlace {
  readonly control: ControlArrays;
  readonly pageLimit: number;
  readonly region: Omit<Region, 'words'>;
  readonly owner: ThreadId;
  /** Whether the region is this thread's own, and new. */
  readonly fresh: boolean;
  readonly stride: number;
  /** Steps done, by all; 1 when they are to stop. */
  readonly signals: Int32Array;
  readonly seed: number;
}

/** The scope of a box in a Worker. */
export function scopeOf({ control, pageLimit, region, owner, fresh, stride }: WorkerPlace): Scope {
  const ground = new Ground(control, pageLimit, false);
  return ground.scopeOf({ words: control.words, ...region }, { owner, founding: false, fresh, stride });
}

/** Counts a step; says whether to go on. */
export function goesOn({ signals }: WorkerPlace): boolean {
  Atomics.add(signals, 0, 1);
  return Atomics.load(signals, 1) === 0;
}
