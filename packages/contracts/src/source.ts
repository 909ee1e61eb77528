/**
 * The contract of a slab source: one link in the chain that a cache gets slabs with room from (the warm pool, the registry's
 * rooms). All links have this interface, and a parent; a trace, a count or a check drops in between. Owning thread only.
 *
 *   cache ──► link ──► link ──► … ──► rooms ──► pool
 *
 * A slab with room is held by exactly one link, one without by none. acquire and spare hand it to the caller, offer takes it
 * back while it has room, retire ends it when it is all room.
 */

import type { Walkable } from './general.js';
import type { PageIndex, SizeClass } from './units.js';

export const SOURCE = {
  // after
  'SOURCE-1': 'A slab that acquire or spare returns MUST be a slab of the class with room, held by the caller alone.',
  'SOURCE-2': 'A slab that was offered MUST be returned by a later acquire of its class before memory is asked for.',
  'SOURCE-3': 'spare MUST NOT ask for memory.',
  'SOURCE-4': 'A retired slab MUST be held by no link afterwards, and MUST have reached the end of the chain.',
  // before
  'SOURCE-5':
    'The caller MUST offer only a slab of the class with room that no link holds, and retire only one that is all room.',
  // always
  'SOURCE-6': 'held MUST visit each slab that the chain holds once, with its class, and nothing else.',
  // failure
  'SOURCE-7': 'acquire and spare MUST answer 0 when they have none, and MUST hold afterwards what they held before.',
} as const;

/** One link of the chain. Owning thread only. */
export interface SlabSource extends Walkable {
  /** A slab of the class with room, now held by the caller alone; 0 when memory is exhausted. */
  acquire(sizeClass: SizeClass): PageIndex | 0;
  /** The same, only out of what the chain holds already; 0 when it holds none. */
  spare(sizeClass: SizeClass): PageIndex | 0;
  /** Holds on to a slab that has room. */
  offer(sizeClass: SizeClass, head: PageIndex): void;
  /** Lets go of a slab that is all room, held by a link or by none, and hands it to the pool. */
  retire(sizeClass: SizeClass, head: PageIndex): void;
  /** Visits every slab that this link or a parent holds. */
  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void;
}
