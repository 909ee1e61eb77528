/** Where a pool is tried: over a registry in plain JavaScript, on a stage of its own, as several threads have it. */

import {
  BLOCK_BYTES,
  CAPABILITY_METHODS,
  CLASS_COUNT,
  checked,
  GRANULE_SHIFT,
  Inspection,
  NOTE_SPAN,
  NOTES_START,
  noteOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  type RecipeOf,
  type Records,
  type RunPool,
  type Scope,
  type SizeClass,
  type SlotPool,
  SPAN_PAGES,
  type SuperRegistry,
  type ThreadId,
} from '@hakmem/contracts';
import { OWNER, Stage } from '../stage.js';
import { PlainRegistry } from '../stand-ins/registry.js';
import { type OnAccess, watched } from '../steps.js';
import { firstDifference } from './compare.js';
import { type Census, censusOfPool, type Fault, faultsInHints, faultsOfCapacity, type PoolSite } from './pool-audit.js';

/** The methods of runs: there when a pool `grows`. */
export const RUN_METHODS: readonly string[] = CAPABILITY_METHODS.pool.grows;

/** Accesses of one call to shared words, registry included, that no honest pool makes on so few pages. */
const MOST_ACCESSES = 500_000;

/** Where the memory of a pool is. */
export interface PoolPlace {
  /** First page of the region; default 32, the start of SuperSlab 1. */
  readonly firstPage?: PageIndex | undefined;
  /** SuperSlabs, the first one, which may begin in its middle, included; default 4. */
  readonly superSlabs?: number | undefined;
  /** FREE SuperSlabs kept when memory is returned; default Infinity: memory is never returned. */
  readonly retain?: number | undefined;
}

/**
 * Arranges a stand again and again, always alike: once, and then by bringing back what was, where all state of the box is in the
 * buffer.
 */
export function repeated<T>(
  stand: () => PoolStand,
  arrange: (at: PoolStand) => T,
): () => { readonly at: PoolStand; readonly place: T } {
  let restore: (() => void) | null = null;
  let scene: { readonly at: PoolStand; readonly place: T } | null = null;
  return () => {
    if (scene !== null && restore !== null) {
      restore();
      return scene;
    }
    const at = stand();
    scene = { at, place: arrange(at) };
    restore = at.recipe.capabilities.stateInBuffer ? at.save() : null;
    return scene;
  };
}

export class PoolStand implements PoolSite {
  readonly recipe: RecipeOf<'pool'>;
  readonly stage: Stage;
  /** The records as they are: nothing that reads or writes here is watched. */
  readonly records: Records;
  readonly registry: PlainRegistry;
  readonly inspection: Inspection;
  /** The founder's pool, without checks. One without runs lacks their methods. */
  readonly pool: RunPool;
  /** The founder's pool, behind checks. */
  readonly checked: RunPool;

  constructor(recipe: RecipeOf<'pool'>, { firstPage = 32, superSlabs = 4, retain }: PoolPlace = {}) {
    this.recipe = recipe;
    const pageLimit = ((firstPage >>> 5) + superSlabs) * 32;
    this.stage = new Stage({ pageLimit, words: (pages) => recipe.words(pages) });
    this.records = this.stage.records;
    this.registry = new PlainRegistry(this.records, { firstPage, retain });
    this.inspection = new Inspection(recipe.box);
    this.pool = recipe.build(this.stage.scope(), this.registry) as RunPool;
    this.checked = this.#check(OWNER, this.pool);
  }

  /** Another thread over the same region, behind checks; `onAccess` is called before each of its accesses to what threads share. */
  thread(owner: ThreadId, onAccess: OnAccess = () => {}): RunPool {
    const scope = this.#scopeOf(owner);
    let accesses = 0;
    const count: OnAccess = (access) => {
      this.inspection.must('GENERAL-G', accesses++ < MOST_ACCESSES, 'a call', { accesses });
      onAccess(access);
    };
    const mine = watched(this.records, count);
    const policy = { ...scope.policy, words: mine.words };
    const seen = { ...scope, records: mine, region: { ...scope.region, words: mine.words }, policy };
    return this.#check(owner, this.recipe.build(seen, this.registry.seenBy(count)));
  }

  /** A thread whose accesses nobody watches. */
  peer(owner: ThreadId): RunPool {
    const registry = this.registry.seenBy(() => {});
    return this.#check(owner, this.recipe.build(this.#scopeOf(owner), registry));
  }

  /** Acquires `count` slabs of the class; throws a violation when one is refused. */
  acquire(sizeClass: SizeClass, count: number, pool: SlotPool = this.checked): PageIndex[] {
    return Array.from({ length: count }, () => {
      const head = pool.acquire(sizeClass);
      this.inspection.must('POOL-2', head !== 0, `acquire(${sizeClass})`, { answer: head, memory: 'there is' });
      return head;
    });
  }

  /** Makes the first `blocks` blocks of a slab live and no other. */
  setLive(head: PageIndex, sizeClass: SizeClass, blocks: number): void {
    const { live } = this.records;
    const first = head << PAGE_GRANULE_SHIFT;
    live.fill(0, first, first + (SPAN_PAGES[sizeClass] << PAGE_GRANULE_SHIFT));
    for (let i = 0; i < blocks; i++) live[first + i * (BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT)] = 1;
  }

  /** Pages of the slab, span or run at `head`, as its note says. */
  lengthOf(head: PageIndex): number {
    return this.records.words[noteOf(head) + NOTE_SPAN];
  }

  /**
   * Keeps what is; the answer brings it back, as often as it is called. For pools whose state is in the buffer: those that
   * were built stay what they are.
   */
  save(): () => void {
    const { words, live, pageLimit } = this.records;
    const registry = this.registry.save();
    // Between the words of pages that exist and the notes there is nothing.
    const [pages, rest, bytes] = [words.slice(0, pageLimit), words.slice(NOTES_START), live.slice()];
    return () => {
      registry();
      words.set(pages);
      words.set(rest, NOTES_START);
      live.set(bytes);
    };
  }

  /** The page words and the live bytes, to see what has changed. */
  copy(): { readonly words: Int32Array; readonly live: Uint8Array } {
    return { words: this.records.words.slice(0, this.records.pageLimit), live: this.records.live.slice() };
  }

  /** Throws a violation when a page word or a live byte is another one than in the copy. */
  mustBeAs(before: ReturnType<PoolStand['copy']>, id: Fault['clause'], call: string): void {
    const page = before.words.findIndex((word, at) => word !== this.records.words[at]);
    this.inspection.must(id, page === -1, call, {
      changed: page,
      from: before.words[page],
      to: this.records.words[page],
    });
    const granule = firstDifference(before.live, this.records.live);
    this.inspection.must(id, granule === -1, call, { liveByteChanged: granule });
  }

  /** Throws a violation when something is wrong while nothing goes on. `call` says what went on before. */
  mustBeSound(call: string): Census {
    const census = censusOfPool(this);
    this.#refuse([...census.wrong, ...faultsInHints(this)], call);
    this.stage.checkFences(this.inspection, call);
    return census;
  }

  /** The same, and that all can be had again; the stand is of no use afterwards. */
  mustBeWhole(call: string): void {
    this.mustBeSound(call);
    this.#refuse(faultsOfCapacity(this, this.recipe.capabilities.shrinks), call);
  }

  #refuse(faults: readonly Fault[], call: string): void {
    for (const { clause, message } of faults) this.inspection.must(clause, false, call, { message });
  }

  #scopeOf(owner: ThreadId): Scope {
    return this.stage.scope({ owner, founding: false, fresh: false });
  }

  /** Behind checks that look at the records as they are. */
  #check(owner: ThreadId, pool: SlotPool): RunPool {
    const { box, contract, capabilities } = this.recipe;
    const built: RecipeOf<'pool'> = { box, contract, capabilities, words: () => 0, build: () => pool };
    return checked(built).build(this.#scopeOf(owner), this.registry as SuperRegistry) as RunPool;
  }
}

/** The first class whose spans have this many pages. */
export function classOfSpan(pages: number): SizeClass {
  for (let c: SizeClass = 0; c < CLASS_COUNT; c++) if (SPAN_PAGES[c] === pages) return c;
  throw new RangeError(`no class has spans of ${pages} pages`);
}

/** How a pool is tried: a stand on which nothing has happened yet, and what its recipe says that it does. */
export interface Trial {
  readonly stand: (place?: PoolPlace) => PoolStand;
  readonly sharing: boolean;
  readonly affinity: boolean;
}
