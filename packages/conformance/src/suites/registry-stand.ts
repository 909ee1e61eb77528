/** Where a registry is tried: over an address space in plain JavaScript, on a stage of its own, as several threads have it. */

import {
  checked,
  Inspection,
  POLICY_RETAIN,
  type RecipeOf,
  type Records,
  type Scope,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperRegistry,
  type SuperSlabIndex,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { Stage } from '../stage.js';
import { PlainSpace } from '../stand-ins/space.js';
import { type OnAccess, watched } from '../steps.js';

/** Where memory is, and whether it can be given back. */
export interface RegistryPlace {
  /** First page of the space; default 1. */
  readonly firstPage?: number | undefined;
  /** Page after its last; default 256: eight SuperSlabs. */
  readonly pageLimit?: number | undefined;
  /** Whether the space can give memory back; default true. */
  readonly shrinks?: boolean | undefined;
}

/** More FREE SuperSlabs than there are: nothing is returned unasked. */
export const MANY = 1_000;

export class RegistryStand {
  readonly stage: Stage;
  readonly space: PlainSpace;
  readonly recipe: RecipeOf<'registry'>;
  readonly inspection: Inspection;
  /** The founder's, behind checks. */
  readonly registry: SuperRegistry;
  /** Without checks. */
  readonly raw: SuperRegistry;
  /** Index after the last SuperSlab that may ever be. */
  readonly limit: SuperSlabIndex;

  constructor(recipe: RecipeOf<'registry'>, { firstPage = 1, pageLimit = 256, shrinks = true }: RegistryPlace) {
    this.recipe = recipe;
    this.inspection = new Inspection(recipe.box);
    this.stage = new Stage({ pageLimit, words: (pages) => recipe.words(pages) });
    this.space = new PlainSpace({ firstPage, pageLimit, shrinks });
    this.limit = Math.ceil(pageLimit / SLOTS_PER_SUPERSLAB);
    this.setRetain(MANY);
    this.raw = recipe.build(this.stage.scope(), this.space);
    const built: RecipeOf<'registry'> = { ...recipe, build: () => this.raw };
    this.registry = checked(built).build(this.stage.scope(), this.space);
  }

  setRetain(retain: number): void {
    this.stage.setPolicy(POLICY_RETAIN, retain);
  }

  /** The registry of another thread, which `onAccess` watches; without checks. */
  join(onAccess?: OnAccess): SuperRegistry {
    const scope = this.stage.scope({ owner: 9, founding: false, fresh: false });
    return this.recipe.build(onAccess === undefined ? scope : seenBy(scope, onAccess), this.space);
  }

  /** Makes all SuperSlabs that there are HOT, and as many more as make `count` of them; the indices. */
  hot(count: number): SuperSlabIndex[] {
    const { registry } = this;
    for (let left = this.limit; left > 0 && registry.reuse() !== -1; left--);
    const missing = count - (registry.end - registry.first);
    if (missing > 0) registry.extend(missing);
    this.inspection.must('REGISTRY-3', registry.end - registry.first >= count, `extend(${missing})`, {
      end: registry.end,
    });
    return Array.from({ length: count }, (_, i) => registry.first + i);
  }

  /** The tier of each SuperSlab that exists. */
  tiers(registry: SuperRegistry = this.raw): Tier[] {
    const { first, end } = registry;
    return Array.from({ length: Math.min(end, this.limit) - first }, (_, i) => registry.tier(first + i));
  }

  /** The first page that the space does not give, and that is not RESERVED though its SuperSlab can be seen. */
  open(registry: SuperRegistry = this.raw): number | undefined {
    const { words } = this.stage.records;
    for (let page = registry.first * SLOTS_PER_SUPERSLAB; page < registry.end * SLOTS_PER_SUPERSLAB; page++) {
      if (this.outside(page) && stateOf(words[page]) !== SlotState.RESERVED) return page;
    }
    return undefined;
  }

  outside(page: number): boolean {
    return page < this.space.firstPage || page >= this.space.pageLimit;
  }

  /** How many SuperSlabs have the tier. */
  count(tier: Tier): number {
    return this.tiers().filter((each) => each === tier).length;
  }

  /** The counts of the tiers add up, each SuperSlab has one, and the walker finds nothing. */
  isWhole(call: string, registry: SuperRegistry = this.raw): void {
    const { hot, draining, free } = registry.stats();
    const counted = [hot, draining, free].join();
    const expected = [this.count(Tier.HOT), this.count(Tier.DRAINING), this.count(Tier.FREE)].join();
    this.inspection.must('REGISTRY-2', counted === expected, call, { counted, expected });
    const tiers = this.tiers(registry).join();
    this.inspection.must('REGISTRY-2', !tiers.includes(`${Tier.ABSENT}`), call, { tiers });
    const problems: string[] = [];
    registry.verify(({ message }) => problems.push(message));
    this.inspection.must('REGISTRY-2', problems.length === 0, call, { problem: problems[0] });
    this.inspection.must('REGISTRY-5', this.open(registry) === undefined, call, { page: this.open(registry) });
    this.stage.checkFences(this.inspection, call);
  }
}

/** The same scope, each access to its words watched. */
function seenBy(scope: Scope, onAccess: OnAccess): Scope {
  const records: Records = watched(scope.records, onAccess);
  const { words } = records;
  return { ...scope, records, region: { ...scope.region, words }, policy: { ...scope.policy, words } };
}
