/** Compositions behind the checks of their contracts. Apart, so that who does not ask for checks does not carry them. */

import { checked } from '@hakmem/contracts';
import { type BoxParts, recipesOf } from './parts.js';

/** Several, whatever they are: a remote queue is checked where there is one. */
const SEVERAL = 2;

/**
 * The same parts, every box behind the checks of its contract: for `compose`, and for `attachHeap` in other threads. A clause that
 * does not hold throws a ContractViolation. Threads with checks and threads without may share a heap.
 */
export function checkedParts<P extends BoxParts>(parts: P): P {
  const { registry, pool, large, warm, remote, cache, front, mid } = recipesOf(parts, SEVERAL);
  const memory = (parts as { memory?: Parameters<typeof checked>[0] }).memory;
  return {
    ...parts,
    ...(memory === undefined ? {} : { memory: checked(memory) }),
    registry: checked(registry),
    pool: checked(pool),
    large: large && checked(large),
    warm: warm && checked(warm),
    remote: remote && checked(remote),
    cache: checked(cache),
    front: front && checked(front),
    mid: mid && checked(mid),
  };
}
