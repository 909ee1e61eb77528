/** Looking at the whole chain: at every live block, at all that is kept, and both at the end of a guard. */

import { GuardError } from './errors.js';
import { groupLeaks, type LeakReport } from './leaks.js';
import type { Link } from './link.js';

/** What is said at the end of a guarded heap. */
export interface EndReport {
  /** Blocks that are live; null when the thread only detached: others may hold them. */
  readonly leaks: LeakReport | null;
  /** Damaged blocks, live ones and those that a quarantine kept. */
  readonly faults: readonly GuardError[];
}

/** The faults of all live blocks. O(blocks). */
export function checkAll(chain: Link): GuardError[] {
  const faults: GuardError[] = [];
  chain.walk((address) => {
    collect(faults, () => chain.check('check', address));
  });
  return faults;
}

/** Gives all that is kept back to the heap; the faults of what was kept. */
export function flushAll(chain: Link, operation: string): GuardError[] {
  const faults: GuardError[] = [];
  while (collect(faults, () => chain.flush(operation)));
  return faults;
}

/**
 * The report of the end; null when the heap has ended past the guard. Only with `last` the blocks of other threads are looked
 * at: without, they may be at work.
 */
export function lastLook(chain: Link, operation: string, last: boolean): EndReport | null {
  try {
    const faults = last ? checkAll(chain) : [];
    faults.push(...flushAll(chain, operation));
    return { leaks: last ? groupLeaks(chain) : null, faults };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'HAKMEM_DESTROYED' || code === 'HAKMEM_DETACHED') return null;
    throw error;
  }
}

/** Runs `work` and notes the fault that it throws; true when it threw one. */
function collect(faults: GuardError[], work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    faults.push(error);
    return true;
  }
}
