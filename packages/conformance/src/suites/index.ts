/** The suite for a box, by the contract that it says it keeps. */

import {
  type AddressSpace,
  type Allocator,
  CompositionError,
  type ContractName,
  type Labeled,
} from '@hakmem/contracts';
import type { Suite } from '../suite.js';
import { cacheSuite } from './cache.js';
import { frontSuite } from './front.js';
import { heapSuite } from './heap.js';
import { largeSuite } from './large.js';
import { poolSuite } from './pool.js';
import { registrySuite } from './registry.js';
import { remoteSuite } from './remote.js';
import { sourceSuite } from './source.js';
import { spaceSuite } from './space.js';
import { warmSuite } from './warm.js';

/** What a suite is made for: a recipe, an address space, or a heap; made anew for each case. */
export type Factory = () => Labeled | Allocator;

/** Options of whichever suite it is, the factory left out. */
export type SuiteOptions = Readonly<Record<string, unknown>>;

type Maker = (make: never, options: SuiteOptions) => Suite;

const SUITES: { readonly [Name in ContractName]?: Maker } = {
  space: (space: () => AddressSpace, options) => spaceSuite({ ...options, space }),
  registry: (recipe: never, options) => registrySuite({ ...options, recipe }),
  pool: (recipe: never, options) => poolSuite({ ...options, recipe }),
  source: (recipe: never, options) => sourceSuite({ ...options, recipe }),
  warm: (recipe: never, options) => warmSuite({ ...options, recipe }),
  remote: (recipe: never, options) => remoteSuite({ ...options, recipe }),
  cache: (recipe: never, options) => cacheSuite({ ...options, recipe }),
  front: (recipe: never, options) => frontSuite({ ...options, recipe }),
  large: (recipe: never, options) => largeSuite({ ...options, recipe }),
  heap: (heap: () => Allocator, options) => heapSuite({ name: 'heap', ...options, heap }),
};

/**
 * The suite of the contract that what `make` returns says it keeps; what has `malloc` and `walk` is a heap. Throws a
 * CompositionError when it is none of these.
 */
export function suiteFor(make: Factory, options: SuiteOptions = {}): Suite {
  const sample = make() as Partial<Labeled & Allocator> | null | undefined;
  const heap = typeof sample?.malloc === 'function' && typeof sample.walk === 'function';
  if (heap) sample.destroy?.();
  const contract = heap ? 'heap' : (sample?.contract ?? 'none');
  const maker = SUITES[contract as ContractName];
  if (maker !== undefined) return maker(make as never, options);
  throw new CompositionError(
    `no suite for the contract ${contract}; expected a heap, or one of ${Object.keys(SUITES).join(', ')}`,
  );
}
