/**
 * The contract of a front: a map from size to class over a cache (tiny-front, pool-tls). Owning thread only; hot, O(1).
 *
 * Capabilities: `alignment`: that of the cache which it stands on, at most; a request for a multiple of it gets a block at a
 * multiple of it.
 */

import type { Address, SizeClass } from './units.js';

export const FRONT = {
  // after
  'FRONT-1': 'A request MUST be served by the smallest class that holds it and that the front serves.',
  'FRONT-2':
    'free MUST answer true for a live block of the class, which is then not live; false for any other, and change nothing.',
  // failure
  'FRONT-3': 'malloc MUST answer 0 exactly when the cache has no block, and MUST then have changed nothing.',
  // always
  'FRONT-4': 'classOf(bytes) MUST be the class that malloc(bytes) asks for, for each integer from 0 to maxBytes.',
  // cost
  'FRONT-5': 'malloc and free MUST be one call of the cache each: O(1), no memory of their own.',
  // before
  'FRONT-6': 'The caller MUST ask for an integer from 0 to maxBytes.',
} as const;

/** A map from size to class over a cache. Owning thread only. */
export interface Front {
  /** Largest request in bytes. */
  readonly maxBytes: number;
  /** A block of at least `bytes` (0 … maxBytes, an integer: the gate has checked); 0 when memory is exhausted. Hot. */
  malloc(bytes: number): Address | 0;
  /** Takes a block of the class back; false, and nothing changed, when it is not live. Hot. */
  free(sizeClass: SizeClass, address: Address): boolean;
  /** The class that serves `bytes`. */
  classOf(bytes: number): SizeClass;
}
