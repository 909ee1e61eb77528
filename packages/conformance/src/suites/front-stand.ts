/** Where a front is tried: over an honest cache in plain JavaScript, behind checks, on a stage of its own. */

import { checked, type Front, Inspection, type RecipeOf } from '@hakmem/contracts';
import { Stage } from '../stage.js';
import { PlainCache } from '../stand-ins/cache.js';

/** Enough for a span of 16 pages per step of a program. */
const PAGES = 1_024;

/** A front over its cache. */
export class FrontStand {
  readonly stage: Stage;
  readonly cache: PlainCache;
  /** Behind checks. */
  readonly front: Front;
  /** Without checks, for counts and for long loops. */
  readonly raw: Front;
  readonly recipe: RecipeOf<'front'>;
  readonly inspection: Inspection;

  /** `apart`: the cache keeps records of its own, so that whatever is written on the stage was written by the front. */
  constructor(recipe: RecipeOf<'front'>, apart = false, pages: number = PAGES) {
    this.recipe = recipe;
    this.inspection = new Inspection(recipe.box);
    this.stage = new Stage({ pageLimit: apart ? 64 : pages, words: (limit) => recipe.words(limit) });
    this.cache = apart ? new PlainCache() : new PlainCache(this.stage.records);
    this.raw = recipe.build(this.stage.scope(), this.cache);
    const built: RecipeOf<'front'> = { ...recipe, build: () => this.raw };
    this.front = checked(built).build(this.stage.scope(), this.cache);
  }

  /** What the cache knows: blocks that are live, and blocks that it caches, in order. */
  state(): string {
    const cached: string[] = [];
    this.cache.cached((sizeClass, address) => cached.push(`${sizeClass}:${address}`));
    return [...this.cache.live.keys(), '|', ...cached].join();
  }
}
