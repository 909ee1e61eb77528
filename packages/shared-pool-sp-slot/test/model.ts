/**
 * The pool as a plain model: one object per page, searched page by page. It says which stage serves a request, which
 * places would do, what every page word, tier and counter must be afterwards, and which hints may say too much.
 */

import {
  type PageIndex,
  type PoolStats,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type SuperSlabIndex,
  type ThreadId,
  Tier,
} from '@hakmem/contracts';
import type { SharedPoolOptions } from '../src/index.js';

/** Stands for the class of the pages of a large run. */
export const LARGE = -1;

export interface Slot {
  state: SlotState;
  /** First page of the slab, span or run; of an EMPTY one, of what it was. */
  head: PageIndex;
  sizeClass: SizeClass | typeof LARGE;
}

/** A run that a thread keeps: its pages, and whose it is. */
export interface Kept {
  readonly pages: number;
  readonly owner: ThreadId;
}

/** Where a request may be served, and by which stage. */
export interface Expected {
  readonly stage: 'adopted' | 'reuse' | 'unused' | 'fresh';
  readonly heads: PageIndex[];
}

export interface ModelPlace {
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
  readonly retain: number;
}

type Counted = Exclude<keyof PoolStats, 'retries' | 'unusedSlots' | 'emptySlots' | 'touchedPages'>;
type Counters = { -readonly [K in Counted]: number };

export class Model {
  readonly place: ModelPlace;
  readonly rules: { readonly affinity: boolean; readonly sharing: boolean };
  readonly slots: Slot[] = [];
  readonly tiers: Tier[] = [];
  /** FREE SuperSlabs, the one freed last at the end. */
  readonly freed: SuperSlabIndex[] = [];
  readonly touched = new Set<PageIndex>();
  readonly slabs: PageIndex[] = [];
  readonly abandoned: PageIndex[] = [];
  /** Live blocks in slabs that have some. */
  readonly live = new Map<PageIndex, number>();
  /** Members of sets, as `set superSlab`, that lost their cause and that nobody has followed in vain since. */
  readonly stale = new Set<string>();
  readonly runs = new Map<PageIndex, number>();
  /** First page → run that a thread keeps. */
  readonly kept = new Map<PageIndex, Kept>();
  readonly counters: Counters = {
    reuse: 0,
    unused: 0,
    fresh: 0,
    affine: 0,
    swept: 0,
    released: 0,
    runs: 0,
    adopted: 0,
    abandoned: 0,
  };
  /** How often the model went where not every program goes. */
  readonly seen = {
    ...{ refused: 0, drained: 0, fullAdopted: 0, reclaimed: 0, freeAfterReclaim: 0, vain: 0 },
    ...{ kept: 0, reused: 0, dropped: 0, taken: 0, split: 0, joined: 0 },
  };
  readonly first: SuperSlabIndex;
  end: SuperSlabIndex;
  /** SuperSlabs from this index on get no memory. */
  memory: number;

  constructor(place: ModelPlace, options: SharedPoolOptions) {
    this.place = place;
    this.rules = { affinity: options.classAffinity ?? true, sharing: options.slotSharing ?? true };
    this.first = place.firstPage >>> 5;
    this.end = this.first;
    this.memory = Math.ceil(place.pageLimit / 32);
  }

  acquire(sizeClass: SizeClass): Expected | null {
    const adopted = this.#adopt(sizeClass);
    if (adopted !== 0) return { stage: 'adopted', heads: [adopted] };
    this.#followed(`abandoned ${sizeClass}`);
    const empties = this.#pages((slot, page) => this.#emptyOf(slot, sizeClass) && slot.head === page);
    if (empties.length > 0) return { stage: 'reuse', heads: empties };
    for (const superSlab of this.#followed(`empties ${sizeClass}`)) this.stale.delete(`empty ${superSlab}`);
    return this.#unused(sizeClass) ?? this.#fresh(sizeClass);
  }

  /** Takes note that the pool served a request from `head` on. */
  took(head: PageIndex, sizeClass: SizeClass, stage: Expected['stage']): void {
    if (stage === 'adopted') return;
    this.counters[stage]++;
    if (stage === 'reuse') this.stale.add(`empties ${sizeClass} ${head >>> 5}`).add(`empty ${head >>> 5}`);
    if (stage === 'unused' && this.#holds(head >>> 5, sizeClass)) this.counters.affine++;
    this.slabs.push(head);
    this.#occupy(head, head, SPAN_PAGES[sizeClass], sizeClass);
  }

  release(head: PageIndex): void {
    this.counters.released++;
    this.slabs.splice(this.slabs.indexOf(head), 1);
    this.#empty(head);
  }

  /** Takes note that a thread has made this many blocks of the slab live. */
  use(head: PageIndex, blocks: number): void {
    if (blocks === 0) this.live.delete(head);
    else this.live.set(head, blocks);
  }

  /** A thread leaves; the slabs are all the founder's. */
  leave(thread: ThreadId, founder: boolean): void {
    const slabs = founder ? this.slabs.splice(0) : [];
    const kept = [...this.kept].filter(([, { owner }]) => owner === thread).map(([head]) => head);
    for (const head of [...slabs, ...kept].sort((a, b) => a - b)) {
      if (this.kept.has(head)) this.#letGo(head);
      else if (this.live.has(head)) {
        this.abandoned.push(head);
        this.counters.abandoned++;
      } else this.#empty(head);
    }
    for (let superSlab = this.first; superSlab < this.end; superSlab++) this.#settle(superSlab);
  }

  reclaim(): number {
    const idle = this.abandoned.filter((head) => !this.live.has(head));
    const order = (head: PageIndex): number => this.slots[head].sizeClass * 65_536 + head;
    for (const head of idle.sort((a, b) => order(a) - order(b))) {
      this.#own(head);
      this.slabs.pop();
      this.seen.reclaimed++;
      this.#empty(head);
    }
    let runs = 0;
    for (let some = this.#takeBack(); some > 0; some = this.#takeBack()) runs += some;
    return idle.length + runs;
  }

  /** Where a run goes; 0: nowhere. */
  acquireRun(pages: number, align: number): PageIndex | 0 {
    let page = this.#findRun(pages, align);
    while (page === 0 && this.#makeRoom()) page = this.#findRun(pages, align);
    if (page === 0) page = this.#growFor(pages, align);
    if (page === 0) return 0;
    this.runs.set(page, pages);
    this.counters.runs++;
    this.#occupy(page, page, pages, LARGE);
    return page;
  }

  releaseRun(head: PageIndex, from: number): void {
    const pages = this.runs.get(head) ?? 0;
    if (from === 0) this.runs.delete(head);
    else this.runs.set(head, from);
    this.#clear(head + from, pages - from);
  }

  keepRun(head: PageIndex, owner: ThreadId): void {
    this.kept.set(head, { pages: this.runs.get(head) ?? 0, owner });
    this.runs.delete(head);
    this.stale.delete(`kept ${head >>> 5}`);
    this.seen.kept++;
  }

  reuseRun(head: PageIndex): void {
    this.runs.set(head, this.kept.get(head)?.pages ?? 0);
    this.#unkeep(head);
    this.seen.reused++;
  }

  splitRun(head: PageIndex, pages: number, owner: ThreadId): void {
    const rest = head + pages;
    const length = (this.runs.get(head) ?? 0) - pages;
    this.runs.set(head, pages);
    this.kept.set(rest, { pages: length, owner });
    for (let page = rest; page < rest + length; page++) this.slots[page].head = rest;
    this.stale.delete(`kept ${rest >>> 5}`);
    this.seen.split++;
  }

  joinRuns(head: PageIndex, next: PageIndex): void {
    const [first, second] = [this.kept.get(head), this.kept.get(next)];
    if (first === undefined || second === undefined) throw new Error(`${head} and ${next} are not kept`);
    this.#unkeep(next);
    this.kept.set(head, { ...first, pages: first.pages + second.pages });
    for (let page = next; page < next + second.pages; page++) this.slots[page].head = head;
    this.seen.joined++;
  }

  dropRun(head: PageIndex): void {
    this.#letGo(head);
    this.seen.dropped++;
  }

  extendRun(head: PageIndex, wanted: number): boolean {
    const from = head + (this.runs.get(head) ?? 0);
    const end = head + wanted;
    const existing = Math.min(end, this.end * 32);
    for (let page = from; page < existing; page++) {
      if (page === from || page % 32 === 0) this.#takeBackIn(page >>> 5);
      const { state } = this.slots[page];
      if (state !== SlotState.UNUSED && state !== SlotState.EMPTY) return false;
    }
    if (end > this.place.pageLimit || Math.ceil(end / 32) > Math.max(this.memory, this.end)) return false;
    while (this.end * 32 < end) this.#grow();
    for (let superSlab = from >>> 5; superSlab <= (end - 1) >>> 5; superSlab++) this.#sweep(superSlab);
    this.runs.set(head, wanted);
    this.#occupy(head, from, end - from, LARGE);
    // Growing by nothing is an allocation, too, where the run ends inside a SuperSlab.
    if (end % 32 !== 0) this.tiers[end >>> 5] = Tier.HOT;
    return true;
  }

  sweep(): number {
    let swept = 0;
    for (let superSlab = this.first; superSlab < this.end; superSlab++) swept += this.#sweep(superSlab);
    return swept;
  }

  count(superSlab: SuperSlabIndex, state: SlotState): number {
    return this.slots.slice(superSlab * 32, superSlab * 32 + 32).filter((slot) => slot.state === state).length;
  }

  /** Blocks of a slab that are not live. */
  free(head: PageIndex): number {
    return SPAN_BLOCKS[this.slots[head].sizeClass] - (this.live.get(head) ?? 0);
  }

  stats(): PoolStats {
    const all = (state: SlotState): number => this.#pages((slot) => slot.state === state).length;
    return {
      ...this.counters,
      retries: { slot: 0, run: 0, adopt: 0 },
      unusedSlots: all(SlotState.UNUSED),
      emptySlots: all(SlotState.EMPTY),
      touchedPages: this.touched.size,
    };
  }

  #unused(sizeClass: SizeClass): Expected | null {
    const span = SPAN_PAGES[sizeClass];
    const inTier = (tier: Tier): PageIndex[] =>
      this.#pages((_, page) => this.tiers[page >>> 5] === tier && (page & 31) + span <= 32 && this.#free(page, span));
    const beside = (pages: PageIndex[]): PageIndex[] => pages.filter((page) => this.#holds(page >>> 5, sizeClass));
    const [hot, draining] = [inTier(Tier.HOT), inTier(Tier.DRAINING)];
    const { affinity, sharing } = this.rules;
    const order = sharing ? [affinity ? beside(hot) : [], hot, draining] : [beside(hot), beside(draining)];
    const heads = order.find((pages) => pages.length > 0);
    return heads === undefined ? null : { stage: 'unused', heads };
  }

  #fresh(sizeClass: SizeClass): Expected | null {
    const span = SPAN_PAGES[sizeClass];
    const fits = (superSlab: SuperSlabIndex): PageIndex[] =>
      this.#pages((_, page) => page >>> 5 === superSlab && (page & 31) + span <= 32 && this.#free(page, span));
    const short: SuperSlabIndex[] = [];
    const answer = (): Expected | null => {
      for (;;) {
        let superSlab = this.freed.pop();
        if (superSlab === undefined && (this.rules.sharing ? this.#makeRoom() : this.#takeBack() > 0)) {
          const expected = this.#unused(sizeClass);
          if (expected !== null) return expected;
          if (this.freed.length > 0) this.seen.freeAfterReclaim++;
          continue;
        }
        if (superSlab === undefined) {
          if (this.end >= this.memory) {
            this.seen.refused++;
            return null;
          }
          superSlab = this.#grow();
        }
        this.tiers[superSlab] = Tier.HOT;
        const heads = fits(superSlab);
        if (heads.length > 0) return { stage: 'fresh', heads };
        short.push(superSlab);
      }
    };
    const expected = answer();
    for (const superSlab of short) this.#freeUp(superSlab);
    return expected;
  }

  #findRun(pages: number, align: number): PageIndex | 0 {
    const from = Math.max(this.first * 32, 1);
    for (let page = Math.ceil(from / align) * align; page + pages <= this.end * 32; page += align)
      if (this.#free(page, pages)) return page;
    return 0;
  }

  /** Grows until the run fits; SuperSlabs that it does not use, or not after all, are FREE. */
  #growFor(pages: number, align: number): PageIndex | 0 {
    const before = this.end;
    for (let found = 0; ; ) {
      let tail = this.end * 32;
      while (tail > this.first * 32 && this.slots[tail - 1].state === SlotState.UNUSED) tail--;
      const end = Math.ceil(tail / align) * align + pages;
      const refused = end > this.place.pageLimit || Math.ceil(end / 32) > this.memory;
      while (!refused && this.end * 32 < end) this.#grow();
      if (!refused) found = this.#findRun(pages, align);
      if (!refused && found === 0) continue;
      const used = refused ? this.end : found >>> 5;
      for (let superSlab = used - 1; superSlab >= before; superSlab--) this.#freeUp(superSlab);
      return found;
    }
  }

  #grow(): SuperSlabIndex {
    const superSlab = this.end++;
    for (let page = superSlab * 32; page < superSlab * 32 + 32; page++) {
      const inside = page >= this.place.firstPage && page < this.place.pageLimit;
      this.slots[page] = { state: inside ? SlotState.UNUSED : SlotState.RESERVED, head: page, sizeClass: 0 };
      this.touched.delete(page);
    }
    this.tiers[superSlab] = Tier.HOT;
    return superSlab;
  }

  #occupy(head: PageIndex, from: PageIndex, pages: number, sizeClass: SizeClass | typeof LARGE): void {
    for (let page = from; page < from + pages; page++) {
      this.slots[page] = { state: SlotState.ACTIVE, head, sizeClass };
      this.touched.add(page);
      const superSlab = page >>> 5;
      if (this.freed.includes(superSlab)) this.freed.splice(this.freed.indexOf(superSlab), 1);
      this.tiers[superSlab] = Tier.HOT;
    }
  }

  /** Stage 0: full slabs are taken over on the way to one with room. */
  #adopt(sizeClass: SizeClass): PageIndex | 0 {
    const heads = this.abandoned.filter((head) => this.slots[head].sizeClass === sizeClass);
    for (const head of heads.sort((a, b) => a - b)) {
      this.#own(head);
      if (this.free(head) > 0) return head;
      this.seen.fullAdopted++;
    }
    return 0;
  }

  #own(head: PageIndex): void {
    this.abandoned.splice(this.abandoned.indexOf(head), 1);
    this.slabs.push(head);
    this.counters.adopted++;
    this.stale.add(`abandoned ${this.slots[head].sizeClass} ${head >>> 5}`);
  }

  /** Takes note that all members of a set without cause were found wrong; says which. */
  #followed(set: string): SuperSlabIndex[] {
    const wrong = Array.from({ length: this.end }, (_, i) => i).filter((i) => this.stale.has(`${set} ${i}`));
    for (const superSlab of wrong) this.stale.delete(`${set} ${superSlab}`);
    this.seen.vain += wrong.length;
    return wrong;
  }

  #empty(head: PageIndex): void {
    const { sizeClass } = this.slots[head];
    for (let i = 0; i < SPAN_PAGES[sizeClass]; i++) this.slots[head + i].state = SlotState.EMPTY;
    this.#settle(head >>> 5);
  }

  #makeRoom(): boolean {
    return this.#takeBack() > 0 || this.reclaim() + this.sweep() > 0;
  }

  /** Takes back the kept runs that start in the first SuperSlab that has any; those before it were followed in vain. */
  #takeBack(): number {
    for (let superSlab = this.first; superSlab < this.end; superSlab++) {
      const taken = this.#takeBackIn(superSlab);
      if (taken > 0) return taken;
    }
    return 0;
  }

  #takeBackIn(superSlab: SuperSlabIndex): number {
    const heads = [...this.kept.keys()].filter((head) => head >>> 5 === superSlab).sort((a, b) => a - b);
    for (const head of heads) this.#letGo(head);
    if (this.stale.delete(`kept ${superSlab}`) && heads.length === 0) this.seen.vain++;
    this.seen.taken += heads.length;
    return heads.length;
  }

  #letGo(head: PageIndex): void {
    const { pages } = this.kept.get(head) ?? { pages: 0 };
    this.#unkeep(head);
    this.#clear(head, pages);
  }

  #unkeep(head: PageIndex): void {
    this.kept.delete(head);
    const superSlab = head >>> 5;
    if (![...this.kept.keys()].some((other) => other >>> 5 === superSlab)) this.stale.add(`kept ${superSlab}`);
  }

  /** Pages become UNUSED, SuperSlab by SuperSlab from the last one down: of those below it, each knows what they were. */
  #clear(from: PageIndex, pages: number): void {
    for (let superSlab = (from + pages - 1) >>> 5; pages > 0 && superSlab >= from >>> 5; superSlab--) {
      for (let page = superSlab * 32; page < superSlab * 32 + 32; page++) {
        if (page < from || page >= from + pages) continue;
        this.slots[page] = { state: SlotState.UNUSED, head: page, sizeClass: 0 };
      }
      this.#settle(superSlab);
    }
  }

  #settle(superSlab: SuperSlabIndex): void {
    const active = this.count(superSlab, SlotState.ACTIVE);
    const few = active <= 4 && this.count(superSlab, SlotState.UNUSED) > 0;
    if (active === 0) {
      this.#sweep(superSlab);
      if (this.tiers[superSlab] !== Tier.FREE) this.#freeUp(superSlab);
    } else if (this.tiers[superSlab] === Tier.DRAINING || (few && this.#anotherOpen(superSlab))) {
      this.#sweep(superSlab);
      this.tiers[superSlab] = Tier.DRAINING;
      this.seen.drained++;
    }
  }

  #freeUp(superSlab: SuperSlabIndex): void {
    this.tiers[superSlab] = Tier.FREE;
    this.freed.push(superSlab);
    while (this.end > this.first && this.tiers[this.end - 1] === Tier.FREE && this.freed.length > this.place.retain) {
      this.end--;
      this.freed.splice(this.freed.indexOf(this.end), 1);
      this.tiers[this.end] = Tier.ABSENT;
      for (let page = this.end * 32; page < this.end * 32 + 32; page++) this.touched.delete(page);
    }
  }

  #sweep(superSlab: SuperSlabIndex): number {
    let swept = 0;
    for (let page = superSlab * 32; page < superSlab * 32 + 32; page++) {
      if (this.slots[page].state !== SlotState.EMPTY) continue;
      this.stale.delete(`empties ${this.slots[page].sizeClass} ${superSlab}`);
      this.slots[page] = { state: SlotState.UNUSED, head: page, sizeClass: 0 };
      swept++;
    }
    this.stale.delete(`empty ${superSlab}`);
    this.counters.swept += swept;
    return swept;
  }

  #free(page: PageIndex, pages: number): boolean {
    for (let i = 0; i < pages; i++) if (this.slots[page + i]?.state !== SlotState.UNUSED) return false;
    return page + pages <= this.end * 32;
  }

  #holds(superSlab: SuperSlabIndex, sizeClass: SizeClass): boolean {
    const slots = this.slots.slice(superSlab * 32, superSlab * 32 + 32);
    return slots.some((slot) => slot.state === SlotState.ACTIVE && slot.sizeClass === sizeClass);
  }

  #anotherOpen(superSlab: SuperSlabIndex): boolean {
    return this.tiers.some(
      (tier, other) => other !== superSlab && tier === Tier.HOT && this.count(other, SlotState.UNUSED) > 0,
    );
  }

  #emptyOf(slot: Slot, sizeClass: SizeClass): boolean {
    return slot.state === SlotState.EMPTY && slot.sizeClass === sizeClass;
  }

  #pages(which: (slot: Slot, page: PageIndex) => boolean): PageIndex[] {
    const found: PageIndex[] = [];
    for (let page = this.first * 32; page < this.end * 32; page++) if (which(this.slots[page], page)) found.push(page);
    return found;
  }
}
