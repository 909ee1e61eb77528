/**
 * Where a cache is tried: over a strict source behind checks and, where others free blocks, a remote queue in plain JavaScript,
 * on a stage of its own. The default stage is small: a cache that loses pages runs out of them.
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  CheckedSource,
  type ClauseId,
  checked,
  type DebugLog,
  GRANULE_SHIFT,
  Inspection,
  PAGE_BYTES,
  POLICY_DRAIN_INTERVAL,
  POLICY_WORDS,
  policyBatch,
  policyCap,
  type RecipeOf,
  type Scope,
  type SizeClass,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { OWNER, problemsOf, Stage } from '../stage.js';
import { PlainRemote } from '../stand-ins/remote.js';
import { StrictSource } from '../stand-ins/strict-source.js';

/** Classes by what is special about them: 4,096 blocks to a slab, 256, 64, 73 and a tail; 19 in a span, 2, 1. */
export const SMALLEST: SizeClass = 0;
export const TINY: SizeClass = 15;
export const TINY_1024: SizeClass = 31;
export const TAIL: SizeClass = 29;
export const SPAN: SizeClass = 57;
export const PAIR: SizeClass = 71;
export const SINGLE: SizeClass = 95;
export const CLASSES: readonly SizeClass[] = [SMALLEST, TINY, TINY_1024, TAIL, 32, SPAN, PAIR, SINGLE];

/** The blocks of a slab, in order of address. */
export function blocksOf(head: number, sizeClass: SizeClass): Address[] {
  return Array.from({ length: SPAN_BLOCKS[sizeClass] }, (_, i) => head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass]);
}

/** What the cases are told of the box and of its surroundings. */
export interface CacheSetting {
  readonly make: () => RecipeOf<'cache'>;
  /** Whether there are other threads, that free blocks. */
  readonly remote: boolean;
  /** Whether the box keeps blocks in stacks. */
  readonly caches: boolean;
  /** Policy of every class that a case does not set. */
  readonly cap: number | undefined;
  readonly batch: number | undefined;
  readonly interval: number | undefined;
}

/** How a stand is laid. */
export interface CacheStandOptions {
  readonly pageLimit?: number;
  readonly firstPage?: number;
  readonly log?: DebugLog;
  /** Changes what the cache is handed, for instance into records that stop before each access. */
  readonly wrap?: (scope: Scope) => Scope;
}

export class CacheStand {
  readonly setting: CacheSetting;
  readonly recipe: RecipeOf<'cache'>;
  readonly inspection: Inspection;
  readonly stage: Stage;
  readonly source: StrictSource;
  /** The owner's queue; without other threads the cache does not have it. */
  readonly remote: PlainRemote;
  /** The queue of another thread, that frees. */
  readonly other: PlainRemote;
  /** Behind checks. */
  readonly cache: BlockCache;
  /** Without. */
  readonly raw: BlockCache;
  /** Builds another over the same region, which looks at it and does not fill it. */
  readonly peer: () => BlockCache;
  /** What the policy table must be. */
  readonly #table: Int32Array;

  constructor(setting: CacheSetting, options: CacheStandOptions = {}) {
    const { pageLimit = 96, firstPage = 1, log = null, wrap = (scope) => scope } = options;
    const recipe = setting.make();
    this.setting = setting;
    this.recipe = recipe;
    this.inspection = new Inspection(recipe.box);
    this.stage = new Stage({ pageLimit, words: (pages) => recipe.words(pages) });
    const { records } = this.stage;
    this.#table = this.policyTable();
    for (const c of CLASSES) this.policy(c, setting.cap, setting.batch);
    if (setting.interval !== undefined) this.interval(setting.interval);
    this.source = new StrictSource(records, firstPage);
    this.remote = new PlainRemote(records, OWNER);
    this.other = new PlainRemote(records, OWNER + 1);
    const needs = { source: new CheckedSource(records, this.source), remote: setting.remote ? this.remote : null };
    const scope = wrap(this.stage.scope({}, this.stage.regions[0], log));
    this.raw = recipe.build(scope, needs);
    const built: RecipeOf<'cache'> = { ...recipe, build: () => this.raw };
    this.cache = checked(built).build(scope, needs);
    this.peer = () => recipe.build({ ...scope, founding: false, fresh: false }, needs);
  }

  /** Sets cap and batch of a class; what is undefined stays. */
  policy(sizeClass: SizeClass, cap?: number, batch?: number): void {
    if (cap !== undefined) this.#set(policyCap(sizeClass), cap);
    if (batch !== undefined) this.#set(policyBatch(sizeClass), batch);
  }

  interval(blocks: number): void {
    this.#set(POLICY_DRAIN_INTERVAL, blocks);
  }

  capOf(sizeClass: SizeClass): number {
    return this.#policyAt(policyCap(sizeClass));
  }

  batchOf(sizeClass: SizeClass): number {
    return this.#policyAt(policyBatch(sizeClass));
  }

  policyTable(): Int32Array {
    const { words, start } = this.stage.policy;
    return words.slice(start, start + POLICY_WORDS);
  }

  /** Takes `count` blocks, each of which must be there. */
  take(sizeClass: SizeClass, count: number): Address[] {
    return Array.from({ length: count }, (_, i) => {
      const address = this.cache.take(sizeClass);
      this.inspection.must('CACHE-10', address !== 0, `take(${sizeClass})`, { address, number: i, there: 'is memory' });
      return address;
    });
  }

  /** Whole slabs, all blocks of which are live; per slab, its addresses. Nothing of the class is cached afterwards. */
  fill(sizeClass: SizeClass, slabs: number): Address[][] {
    const batch = this.batchOf(sizeClass);
    this.policy(sizeClass, undefined, 1);
    const blocks = SPAN_BLOCKS[sizeClass];
    const addresses = this.take(sizeClass, slabs * blocks).sort((a, b) => a - b);
    this.policy(sizeClass, undefined, batch);
    return Array.from({ length: slabs }, (_, i) => addresses.slice(i * blocks, (i + 1) * blocks));
  }

  /** Gives blocks, each of which must be live. */
  give(sizeClass: SizeClass, addresses: readonly Address[]): void {
    for (const address of addresses) {
      const answer = this.cache.give(sizeClass, address);
      this.inspection.must('CACHE-2', answer, `give(${sizeClass}, ${address})`, { answer, live: true });
    }
  }

  /** Has another thread free blocks. */
  freeElsewhere(addresses: readonly Address[]): void {
    for (const address of addresses) this.other.free(address);
  }

  /** What is cached of a class, in order of address. */
  cached(sizeClass: SizeClass): Address[] {
    const found: Address[] = [];
    this.cache.cached((c, address) => {
      if (c === sizeClass) found.push(address);
    });
    return found.sort((a, b) => a - b);
  }

  isLive(address: Address): boolean {
    return this.stage.records.live[address >>> GRANULE_SHIFT] === 1;
  }

  /** Slabs of a class. */
  slabs(sizeClass: SizeClass): number[] {
    return this.source.slabs().flatMap((slab) => (slab.sizeClass === sizeClass ? [slab.head] : []));
  }

  /** The walkers find nothing, and nothing was written beside the region (CACHE-4, or the clause that a case is about). */
  sound(call: string, id: ClauseId = 'CACHE-4'): void {
    const problems = problemsOf(this.cache).map(({ box, message }) => `${box}: ${message}`);
    this.inspection.must(id, problems.length === 0, call, { problems: problems.join(' · ') });
    this.stage.checkFences(this.inspection, call);
    const table = this.policyTable();
    const wrote = table.findIndex((value, i) => value !== this.#table[i]);
    this.inspection.must('GENERAL-D', wrote === -1, call, { policyWord: wrote });
  }

  #set(which: number, value: number): void {
    this.stage.setPolicy(which, value);
    this.#table[which] = value;
  }

  #policyAt(which: number): number {
    return this.stage.policy.words[this.stage.policy.start + which];
  }
}

/** Makes a stand for a case. */
export type LayCache = (options?: CacheStandOptions) => CacheStand;
