/** Where a warm pool is tried: over a parent in plain JavaScript, behind checks, on a stage of its own. */

import {
  CheckedWarm,
  Inspection,
  type PageIndex,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  type RecipeOf,
  type SizeClass,
  type SlabSource,
  type WarmPool,
} from '@hakmem/contracts';
import { Stage } from '../stage.js';
import { PlainSource } from '../stand-ins/source.js';
import { heldOf, offerNew, type SourceStand, setRoom } from './source-stand.js';

/** A pool over its parent, behind checks, on a stage of its own. */
export class Stand implements SourceStand {
  readonly stage: Stage;
  readonly parent: PlainSource;
  /** Behind checks. */
  readonly warm: WarmPool;
  /** Without checks, for what is broken on purpose. */
  readonly raw: WarmPool;
  readonly recipe: RecipeOf<'warm'>;
  readonly inspection: Inspection;
  /** What the policy says now. */
  size: number;
  prefill: number;

  constructor(recipe: RecipeOf<'warm'>, size: number, prefill: number) {
    this.recipe = recipe;
    this.stage = new Stage({ pageLimit: 4_096, words: (pages) => recipe.words(pages) });
    this.size = size;
    this.prefill = prefill;
    this.stage.setPolicy(POLICY_WARM_SIZE, size);
    this.stage.setPolicy(POLICY_WARM_PREFILL, prefill);
    this.parent = new PlainSource(this.stage.records);
    this.inspection = new Inspection(recipe.box);
    this.raw = recipe.build(this.stage.scope(), this.parent);
    this.warm = new CheckedWarm(this.stage.records, this.raw, recipe.box);
  }

  get source(): SlabSource {
    return this.warm;
  }

  get slabs(): PlainSource {
    return this.parent;
  }

  far(sizeClass: SizeClass): PageIndex {
    return this.parent.stock(sizeClass, 1)[0];
  }

  peer(): SlabSource {
    return this.recipe.build(this.stage.scope({ founding: false, fresh: false }), this.parent);
  }

  /** Makes `count` slabs and offers them. */
  offer(sizeClass: SizeClass, count: number): PageIndex[] {
    return offerNew(this, sizeClass, count);
  }

  /** The slabs of the class that the whole chain holds. */
  chain(sizeClass: SizeClass): PageIndex[] {
    return heldOf(this.warm, sizeClass);
  }

  /** Those that the pool holds itself. */
  own(sizeClass: SizeClass): PageIndex[] {
    const parents = new Set(this.parent.holds(sizeClass));
    return this.chain(sizeClass).filter((head) => !parents.has(head));
  }

  setRoom(head: PageIndex, blocks: number): void {
    setRoom(this, head, blocks);
  }
}
