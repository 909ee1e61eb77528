/**
 * How a composition builds a box. A recipe says of itself which contract the box keeps and what it can do; it is
 * given its words and its collaborators, and builds.
 */

import type { BlockCache, CacheNeeds } from './cache.js';
import type { Capabilities, ContractName, Labeled } from './capabilities.js';
import { CompositionError } from './errors.js';
import type { Front } from './front.js';
import type { DebugLog } from './general.js';
import type { LargeBlocks } from './large.js';
import type { RunPool, SlotPool } from './pool.js';
import type { Records, Region } from './records.js';
import type { SuperRegistry } from './registry.js';
import type { RemoteQueue } from './remote.js';
import type { SlabSource } from './source.js';
import type { AddressSpace } from './space.js';
import type { ThreadId } from './units.js';
import type { WarmPool } from './warm.js';

/** What a composition hands to every box: the shared records, the box's own words, the policy table, who calls. */
export interface Scope {
  readonly records: Records;
  readonly region: Region;
  readonly policy: Region;
  readonly owner: ThreadId;
  readonly log: DebugLog | null;
  /** Whether the heap is being made: shared records and policy are to be written. */
  readonly founding: boolean;
  /** Whether the region is new to its thread and to be filled; else it is in use, and is only looked at. */
  readonly fresh: boolean;
  /** Words from the region of a thread to the same box's region of the next; 0 for regions that threads share. */
  readonly stride: number;
}

/** How a composition builds a box: the words it needs for a heap of so many pages, and the building itself. */
export interface Recipe<Needs, Box, Can extends Capabilities = Capabilities, Name extends ContractName = ContractName>
  extends Labeled {
  /** The box's name, in messages and handles: threads of one heap must compose boxes of the same names. */
  readonly box: string;
  readonly contract: Name;
  readonly capabilities: Can;
  /** Words of its region in a heap of `pageLimit` pages. */
  words(pageLimit: number): number;
  /** Builds the box. Throws a CompositionError when a collaborator lacks what it needs. */
  build(scope: Scope, needs: Needs): Box;
}

/** The collaborators that a box of each contract is given, and the box. */
export interface Contracts {
  readonly registry: readonly [needs: AddressSpace, box: SuperRegistry];
  readonly pool: readonly [needs: SuperRegistry, box: SlotPool];
  readonly source: readonly [needs: SlabSource, box: SlabSource];
  readonly warm: readonly [needs: SlabSource, box: WarmPool];
  readonly remote: readonly [needs: null, box: RemoteQueue];
  readonly cache: readonly [needs: CacheNeeds, box: BlockCache];
  readonly front: readonly [needs: BlockCache, box: Front];
  readonly large: readonly [needs: RunPool, box: LargeBlocks];
}

/** A recipe of a contract: `RecipeOf<'warm'>`. */
export type RecipeOf<Name extends keyof Contracts, Can extends Capabilities = Capabilities> = Recipe<
  Contracts[Name][0],
  Contracts[Name][1],
  Can,
  Name
>;

/** Throws a CompositionError unless `box`, which `wanter` was given as its `role`, has all of `methods`. */
export function requireMethods(wanter: string, role: string, box: unknown, methods: readonly string[]): void {
  const given = box as Record<string, unknown> | null | undefined;
  for (const method of methods) {
    if (typeof given?.[method] === 'function') continue;
    const what = given === null || given === undefined ? String(given) : (given.constructor?.name ?? 'object');
    throw new CompositionError(`${wanter} wants ${method}() of its ${role}, and ${what} does not have it`);
  }
}
