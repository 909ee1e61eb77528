/**
 * The blueprint of a heap: where the words of each box lie, and how the boxes are built and handed to each other, bottom to top.
 * Every thread draws the same one.
 *
 *   control words  ┌ ground ┐┌ threads ┐┌ registry ┐┌ pool ┐┌ large ┐┌ thread 1 ┐┌ thread 2 ┐ … ┌ thread `limit` ┐
 *   thread         ┌ rooms ┐┌ warm ┐┌ remote ┐┌ cache ┐┌ front ┐┌ mid ┐     each from a line of the processor's cache on
 */

import {
  type AddressSpace,
  type Capabilities,
  type ControlArrays,
  type DebugLog,
  Ground,
  groundLiveBytes,
  groundWords,
  LINE_WORDS,
  type Place,
  type Recipe,
  type Region,
  type RunPool,
  requireBox,
  type Scope,
  type SlotPool,
  type SuperRegistry,
  type ThreadId,
  wholeLines,
} from '@hakmem/contracts';
import { ROOMS_WORDS } from '@hakmem/super-registry';
import type { Boxes, ThreadBoxes } from './boxes.js';
import { blockAlignment, capabilitiesOf, checkFronts } from './fit.js';
import type { RoleOfBox } from './handle.js';
import { Lid } from './lid.js';
import { NullFront, NullLarge } from './null-boxes.js';
import type { Recipes, Role } from './parts.js';
import { THREADS_WORDS, Threads } from './threads.js';

const SHARED = ['registry', 'pool', 'large'] as const;
const OWN = ['warm', 'remote', 'cache', 'front', 'mid'] as const;

/** Which thread builds boxes, and for what. */
export interface Builder {
  readonly thread: ThreadId;
  readonly log: DebugLog | null;
  /** Whether the thread's region is new, or in use and only looked at. */
  readonly fresh: boolean;
}

export class Blueprint {
  readonly limit: number;
  readonly space: AddressSpace;
  /** Words of a thread's regions. */
  readonly threadWords: number;
  /** Control words of the heap. */
  readonly words: number;
  readonly #recipes: Recipes;
  readonly #capabilities: Capabilities;
  readonly #alignment: number;

  constructor(recipes: Recipes, space: AddressSpace, limit: number) {
    this.#recipes = recipes;
    this.space = space;
    this.limit = limit;
    this.#capabilities = capabilitiesOf(space, recipes, limit);
    this.#alignment = blockAlignment(recipes);
    this.threadWords = wholeLines(ROOMS_WORDS);
    for (const role of OWN) this.threadWords += wholeLines(this.#words(role));
    this.words = groundWords(space.pageLimit) + THREADS_WORDS + LINE_WORDS + limit * this.threadWords;
    for (const role of SHARED) this.words += this.#words(role);
  }

  /** Which box has which role; heaps of equal lists have equal layouts. */
  roles(): RoleOfBox[] {
    return [...SHARED, ...OWN].map((role) => ({
      role,
      box: this.#recipes[role]?.box ?? 'none',
      words: this.#words(role),
    }));
  }

  get liveBytes(): number {
    return groundLiveBytes(this.space.pageLimit);
  }

  /** Cuts the control arrays; the founder's come filled with what is there from the start. */
  lay(control: ControlArrays, founding: boolean): Site {
    const ground = new Ground(control, this.space.pageLimit, founding);
    const threads = new Threads(ground.records, ground.cut(THREADS_WORDS));
    if (founding) threads.found(this.limit);
    const [registry, pool, large] = SHARED.map((role) => ground.cut(this.#words(role))) as [Region, Region, Region];
    return { ground, threads, registry, pool, large, own: ground.cutLines(this.limit * this.threadWords) };
  }

  /** Builds all boxes for a thread. */
  build(site: Site, builder: Builder): Boxes {
    const { registry, pool, large } = this.#recipes;
    const { ground, threads } = site;
    const scope = (region: Region): Scope =>
      ground.scopeOf(region, { owner: builder.thread, log: builder.log, fresh: ground.founding });
    const superSlabs = made('registry', registry, scope(site.registry), this.space);
    const slots = made('pool', pool, scope(site.pool), superSlabs);
    return {
      space: this.space,
      capabilities: this.#capabilities,
      alignment: this.#alignment,
      records: ground.records,
      policy: ground.policy,
      threads,
      threadBytes: 4 * this.threadWords,
      registry: superSlabs,
      pool: slots,
      large: large === null ? new NullLarge() : made('large', large, scope(site.large), slots as RunPool),
      ...this.#buildOwn(site, builder, superSlabs, slots),
      peer: (thread) => this.#buildOwn(site, { thread, log: null, fresh: false }, superSlabs, slots),
      clear: (thread) => {
        const { start, length } = this.#ownOf(site, thread);
        ground.records.words.fill(0, start, start + length);
      },
    };
  }

  /** Builds the boxes that are a thread's own: over its regions as they are, or to begin with. */
  #buildOwn(site: Site, { thread, log, fresh }: Builder, registry: SuperRegistry, pool: SlotPool): ThreadBoxes {
    const { warm, remote, cache, front, mid } = this.#recipes;
    const founding = fresh && site.ground.founding;
    const place: Place = { owner: thread, log, founding, fresh, stride: this.threadWords };
    let { start } = this.#ownOf(site, thread);
    const next = (words: number): Region => {
      const region = { words: site.own.words, start, length: words };
      start += wholeLines(words);
      return region;
    };
    const scope = (role: (typeof OWN)[number]): Scope => site.ground.scopeOf(next(this.#words(role)), place);
    const rooms = registry.rooms(next(ROOMS_WORDS), pool);
    const warmSlabs = warm === null ? null : made('warm', warm, scope('warm'), rooms);
    const source = new Lid(warmSlabs ?? rooms, site.threads);
    const news = remote === null ? null : made('remote', remote, scope('remote'), null);
    const blocks = made('cache', cache, scope('cache'), { source, remote: news });
    const fronts = {
      front: front === null ? new NullFront() : made('front', front, scope('front'), blocks),
      mid: mid === null ? new NullFront() : made('mid', mid, scope('mid'), blocks),
    };
    checkFronts(fronts);
    return {
      owner: thread,
      source,
      warm: warmSlabs,
      remote: news,
      cache: blocks,
      ...fronts,
    };
  }

  #ownOf(site: Site, thread: ThreadId): Region {
    const { words, start } = site.own;
    return { words, start: start + (thread - 1) * this.threadWords, length: this.threadWords };
  }

  #words(role: (typeof SHARED)[number] | (typeof OWN)[number]): number {
    return this.#recipes[role]?.words(this.space.pageLimit) ?? 0;
  }
}

/** The box of a recipe. Throws a CompositionError when it lacks a method of its contract, or of a capability that it names. */
function made<Needs, Box>(role: Role, recipe: Recipe<Needs, Box>, scope: Scope, needs: Needs): Box {
  const box = recipe.build(scope, needs);
  requireBox('compose', role, recipe, box);
  return box;
}

/** The control arrays of a heap, cut. */
export interface Site {
  readonly ground: Ground;
  readonly threads: Threads;
  readonly registry: Region;
  readonly pool: Region;
  readonly large: Region;
  /** The regions of all threads. */
  readonly own: Region;
}
