/** The parts of a composition, and the recipes that they come to. */

import {
  type AddressSpace,
  CompositionError,
  type DebugLog,
  flawOf,
  type RecipeOf,
  type Region,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { poolTls } from '@hakmem/pool-tls';
import { remoteQueue } from '@hakmem/remote-queue';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import type { Heap } from './heap.js';

/** The boxes of a composition. A recipe that is not given is the standard one; null leaves a box out. */
export interface BoxParts {
  readonly registry?: RecipeOf<'registry'> | undefined;
  readonly pool?: RecipeOf<'pool'> | undefined;
  /** Null: refills ask the registry. */
  readonly warm?: RecipeOf<'warm'> | null | undefined;
  /** Null: one thread uses the heap. So it is where memory is not shared. */
  readonly remote?: RecipeOf<'remote'> | null | undefined;
  readonly cache?: RecipeOf<'cache'> | undefined;
  /** Null: pool-tls serves tiny sizes, too. */
  readonly front?: RecipeOf<'front'> | null | undefined;
  /** Null: large serves mid sizes, too. */
  readonly mid?: RecipeOf<'front'> | null | undefined;
  /** Null: memory for large blocks is always exhausted. */
  readonly large?: RecipeOf<'large'> | null | undefined;
  /** Receives debug lines of this thread. */
  readonly log?: DebugLog | null | undefined;
  /** Blocks that each class up to 2 KiB caches at the start; 0 (default) for none. The blocks' memory is not touched. */
  readonly prewarmCount?: number | undefined;
}

/** The parts of a composition. */
export interface Parts extends BoxParts {
  /** The address space; each heap needs one of its own. */
  readonly memory: AddressSpace;
  /** Threads that may use the heap at once (1 … 255; default 255 where memory is shared, else 1). */
  readonly maxThreads?: number | undefined;
  /** Changes the policy table, which holds the defaults, before the boxes are built. */
  readonly policy?: ((table: Region) => void) | undefined;
  /** Called once, before the heap is destroyed. */
  readonly onDestroy?: ((heap: Heap) => void) | undefined;
  /** Whether every box stands behind the checks of its contract (default false). For tests and for the hunt after a fault. */
  readonly checked?: boolean | undefined;
}

/** A recipe for each role; null for a box that is left out. */
export interface Recipes {
  readonly registry: RecipeOf<'registry'>;
  readonly pool: RecipeOf<'pool'>;
  readonly large: RecipeOf<'large'> | null;
  readonly warm: RecipeOf<'warm'> | null;
  readonly remote: RecipeOf<'remote'> | null;
  readonly cache: RecipeOf<'cache'>;
  readonly front: RecipeOf<'front'> | null;
  readonly mid: RecipeOf<'front'> | null;
}

/** Every name of a part; the type makes the compiler say when one is missing. */
const ALL: Required<{ [K in keyof Parts]: true }> = {
  memory: true,
  registry: true,
  pool: true,
  warm: true,
  remote: true,
  cache: true,
  front: true,
  mid: true,
  large: true,
  log: true,
  prewarmCount: true,
  maxThreads: true,
  policy: true,
  onDestroy: true,
  checked: true,
};

/** Throws a CompositionError when parts have a name that is no part's. */
export function checkNames(parts: Parts): void {
  for (const name of Object.keys(parts)) {
    if (Object.hasOwn(ALL, name)) continue;
    throw new CompositionError(`${name} is no part of a composition; those are ${Object.keys(ALL).join(', ')}`);
  }
}

/** What a box does in a composition. */
export type Role = keyof Recipes;

/** What stands where no recipe is given. */
export interface Standard {
  readonly registry: ReturnType<typeof superRegistry>;
  readonly pool: ReturnType<typeof sharedPool>;
  readonly large: ReturnType<typeof largeBlocks>;
  readonly warm: ReturnType<typeof warmPool>;
  readonly remote: ReturnType<typeof remoteQueue>;
  readonly cache: ReturnType<typeof unifiedCache>;
  readonly front: ReturnType<typeof tinyFront>;
  readonly mid: ReturnType<typeof poolTls>;
}

const STANDARD: Standard = {
  registry: superRegistry(),
  pool: sharedPool(),
  large: largeBlocks(),
  warm: warmPool(),
  remote: remoteQueue(),
  cache: unifiedCache(),
  front: tinyFront(),
  mid: poolTls(),
};

/** The recipes of a composition for `threads` threads. Throws a CompositionError when one is none. */
export function recipesOf(parts: BoxParts, threads: number): Recipes {
  return {
    registry: given('registry', parts.registry) ?? STANDARD.registry,
    pool: given('pool', parts.pool) ?? STANDARD.pool,
    large: parts.large === null ? null : (given('large', parts.large) ?? STANDARD.large),
    warm: parts.warm === null ? null : (given('warm', parts.warm) ?? STANDARD.warm),
    remote: parts.remote === null || threads === 1 ? null : (given('remote', parts.remote) ?? STANDARD.remote),
    cache: given('cache', parts.cache) ?? STANDARD.cache,
    front: parts.front === null ? null : (given('front', parts.front) ?? STANDARD.front),
    mid: parts.mid === null ? null : (given('front', parts.mid, 'mid') ?? STANDARD.mid),
  };
}

/** The recipe given for a role. Throws a CompositionError unless it is one of the role's contract. */
function given<R extends { readonly contract: string }>(
  contract: string,
  recipe: R | undefined,
  role = contract,
): R | undefined {
  if (recipe === undefined) return undefined;
  if (recipe === null) throw new CompositionError(`${role} cannot be left out: it is null`);
  const { box, words, build, capabilities, contract: kept } = recipe as unknown as RecipeOf<'pool'>;
  if (typeof build !== 'function' || typeof words !== 'function') {
    throw new CompositionError(`compose wants a recipe, with words() and build(), as ${role}`);
  }
  const flaw = flawOf(capabilities);
  if (flaw !== null) throw new CompositionError(`${role}: ${box} ${flaw}`);
  if (kept === contract) return recipe;
  throw new CompositionError(`${role}: ${box} keeps the contract ${String(kept)}; expected one that keeps ${contract}`);
}
