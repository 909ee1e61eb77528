/**
 * `@hakmem/super-registry`: the SuperSlabs of a heap, their tiers, and the per-class lists of slabs with room.
 *
 * @packageDocumentation
 */

import {
  type AddressSpace,
  type Capabilities,
  integerOption,
  PAGE_BYTES,
  type Recipe,
  requireMethods,
  type SuperRegistry,
  type SuperSlabIndex,
} from '@hakmem/contracts';
import { Registry, registryWords } from './registry.js';
import { ROOMS_WORDS } from './rooms.js';

export { ROOMS_WORDS };

/** Options of {@link superRegistry}. */
export interface SuperRegistryOptions {
  /** SuperSlabs of 2 MiB to make at the start, FREE (0 … 2,048; default 0). As many as memory gives are made. */
  readonly prewarm?: number | undefined;
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

/** The recipe of a registry over an address space. Throws an OptionError when an option is out of range. */
export function superRegistry(
  options: SuperRegistryOptions = {},
): Recipe<AddressSpace, Required<SuperRegistry>, Capabilities<'any', true>, 'registry'> {
  const prewarm = integerOption('prewarm', options.prewarm, 0, 2_048, 0);
  return {
    box: 'super-registry',
    contract: 'registry',
    capabilities: CAPABILITIES,
    words: registryWords,
    build(scope, space) {
      requireMethods('super-registry', 'address space', space, ['commit']);
      const registry = new Registry(scope, space);
      const made: SuperSlabIndex[] = [];
      for (let next = 0; scope.founding && made.length < prewarm && next !== -1; ) {
        next = registry.extend(1);
        if (next !== -1) made.push(next);
      }
      for (const superSlab of made.reverse()) registry.free(superSlab);
      return registry;
    },
  };
}
