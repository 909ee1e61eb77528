/**
 * Two registries with less to them than super-registry, each a box around it that changes one verb:
 *
 *   eager      memory is returned as soon as a SuperSlab at the top of the heap is FREE, whatever the policy retains
 *   untiered   no SuperSlab is DRAINING: those that are nearly empty are allocated from like all others
 *
 * The pool sets a tier and then looks whether it is what it wants, again and again; a registry that ignored `drain`
 * would keep it looking. So the untiered one lets a SuperSlab be DRAINING until it is looked at: the pool sees what it
 * wanted, and finds the SuperSlab HOT when it next chooses one. What the pool does before it asks for the tier remains:
 * it sweeps the EMPTY slots of a SuperSlab that is nearly empty.
 *
 * Cost: that of super-registry, and one call more.
 */

import {
  type Address,
  type PageIndex,
  type RecipeOf,
  type Region,
  type RegistryStats,
  type Report,
  type SlabSource,
  type SlotPool,
  type SuperRegistry,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';
import { superRegistry } from '@hakmem/super-registry';

export function eagerRegistry(): RecipeOf<'registry'> {
  return around('eager-registry', (inner) => new Eager(inner));
}

export function untieredRegistry(): RecipeOf<'registry'> {
  return around('untiered-registry', (inner) => new Untiered(inner));
}

/** A recipe of a box of that name around super-registry, on its words. */
function around(box: string, wrap: (inner: SuperRegistry) => SuperRegistry): RecipeOf<'registry'> {
  const standard = superRegistry();
  return {
    ...{ box, contract: 'registry', capabilities: standard.capabilities },
    words: (pageLimit) => standard.words(pageLimit),
    build: (scope, space) => wrap(standard.build(scope, space)),
  };
}

/** Passes every call on. */
class Passing implements SuperRegistry {
  protected readonly inner: SuperRegistry;

  constructor(inner: SuperRegistry) {
    this.inner = inner;
  }

  get first(): SuperSlabIndex {
    return this.inner.first;
  }

  get end(): SuperSlabIndex {
    return this.inner.end;
  }

  superSlabOf(address: Address): SuperSlabIndex {
    return this.inner.superSlabOf(address);
  }

  pageOf(address: Address): PageIndex {
    return this.inner.pageOf(address);
  }

  tier(superSlab: SuperSlabIndex): Tier {
    return this.inner.tier(superSlab);
  }

  reuse(): SuperSlabIndex | -1 {
    return this.inner.reuse();
  }

  extend(count: number): SuperSlabIndex | -1 {
    return this.inner.extend(count);
  }

  heat(superSlab: SuperSlabIndex): void {
    this.inner.heat(superSlab);
  }

  drain(superSlab: SuperSlabIndex): void {
    this.inner.drain(superSlab);
  }

  free(superSlab: SuperSlabIndex): void {
    this.inner.free(superSlab);
  }

  trim(retain: number): number {
    return this.inner.trim!(retain);
  }

  rooms(region: Region, pool: SlotPool): SlabSource {
    return this.inner.rooms(region, pool);
  }

  stats(): RegistryStats {
    return this.inner.stats();
  }

  verify(report: Report): void {
    this.inner.verify(report);
  }
}

class Eager extends Passing {
  override free(superSlab: SuperSlabIndex): void {
    super.free(superSlab);
    this.trim(0);
  }
}

class Untiered extends Passing {
  override tier(superSlab: SuperSlabIndex): Tier {
    const tier = super.tier(superSlab);
    if (tier === Tier.DRAINING) this.heat(superSlab);
    return tier;
  }
}
