/**
 * `@hakmem/shared-pool-sp-slot`: the pool of slots that size classes share.
 *
 * @packageDocumentation
 */

import { OptionError, type Recipe, requireMethods, type SlotPool, type SuperRegistry } from '@hakmem/contracts';
import { Pool } from './pool.js';
import { poolWords } from './slots.js';

/** Options of {@link sharedPool}. */
export interface SharedPoolOptions {
  /** Prefer, in stage 2, a SuperSlab that already holds the class (default true). */
  readonly classAffinity?: boolean | undefined;
  /** Let classes share a SuperSlab (default true); false gives each SuperSlab one class, for comparison. */
  readonly slotSharing?: boolean | undefined;
}

/** The recipe of a pool over a registry. Throws an OptionError when an option is not a boolean. */
export function sharedPool(options: SharedPoolOptions = {}): Recipe<SuperRegistry, SlotPool> {
  const rules = {
    affinity: flag('classAffinity', options.classAffinity),
    sharing: flag('slotSharing', options.slotSharing),
  };
  return {
    box: 'shared-pool-sp-slot',
    words: poolWords,
    build(scope, registry) {
      requireMethods('shared-pool-sp-slot', 'registry', registry, ['tier', 'reuse', 'extend', 'heat', 'drain', 'free']);
      return new Pool(scope, registry, rules);
    },
  };
}

function flag(option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? true;
  throw new OptionError(option, value, 'true or false');
}
