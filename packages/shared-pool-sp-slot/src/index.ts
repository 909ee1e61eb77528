/**
 * `@hakmem/shared-pool-sp-slot`: the pool of slots that size classes share.
 *
 * @packageDocumentation
 */

import {
  type Capabilities,
  OptionError,
  PAGE_BYTES,
  type Recipe,
  type RunPool,
  requireMethods,
  type SuperRegistry,
} from '@hakmem/contracts';
import { Pool } from './pool.js';
import { poolWords } from './slots.js';

/** Options of {@link sharedPool}. */
export interface SharedPoolOptions {
  /** Prefer, in stage 2, a SuperSlab that already holds the class (default true). */
  readonly classAffinity?: boolean | undefined;
  /** Let classes share a SuperSlab (default true); false gives each SuperSlab one class, for comparison. */
  readonly slotSharing?: boolean | undefined;
}

const CAPABILITIES: Capabilities<'any', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'any',
  grows: true,
  shrinks: true,
  zeroed: false,
  retries: true,
  stateInBuffer: true,
};

/** The recipe of a pool over a registry. Throws an OptionError when an option is not a boolean. */
export function sharedPool(
  options: SharedPoolOptions = {},
): Recipe<SuperRegistry, RunPool, Capabilities<'any', true>, 'pool'> {
  const rules = {
    affinity: flag('classAffinity', options.classAffinity),
    sharing: flag('slotSharing', options.slotSharing),
  };
  return {
    box: 'shared-pool-sp-slot',
    contract: 'pool',
    capabilities: CAPABILITIES,
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
