/** A registry that any thread may call, in plain JavaScript, as simple as can be: right, for wrong ones to be made of. */

import {
  type Address,
  type AddressSpace,
  classIn,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  type RecipeOf,
  type Region,
  type RegistryStats,
  type Report,
  requireMethods,
  type Scope,
  type SizeClass,
  SLOTS_PER_SUPERSLAB,
  type SlabSource,
  type SlotPool,
  SlotState,
  type SuperRegistry,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';

/** Words of the region: then a tier and a time for each SuperSlab. */
export const Word = { END: 0, CLOCK: 1, PEAK: 2, RETURNED: 3, RETRIES: 4, RECORDS: 8 } as const;

export class PlainRegistry implements SuperRegistry {
  readonly first: SuperSlabIndex;
  readonly limit: SuperSlabIndex;

  constructor(
    readonly scope: Scope,
    readonly space: AddressSpace,
  ) {
    this.first = space.firstPage >>> 5;
    this.limit = Math.ceil(space.pageLimit / SLOTS_PER_SUPERSLAB);
    if (scope.founding) this.put(Word.END, this.first);
  }

  get end(): SuperSlabIndex {
    return this.get(Word.END);
  }

  superSlabOf(address: Address): SuperSlabIndex {
    return address >>> 21;
  }

  pageOf(address: Address): PageIndex {
    return address >>> 16;
  }

  tier(superSlab: SuperSlabIndex): Tier {
    const there = superSlab >= this.first && superSlab < this.end;
    return there ? (this.get(Word.RECORDS + 2 * superSlab) as Tier) : Tier.ABSENT;
  }

  reuse(): SuperSlabIndex | -1 {
    const free = this.all().filter((each) => this.tier(each) === Tier.FREE);
    const [latest = -1] = free.sort((a, b) => this.freedAt(b) - this.freedAt(a));
    if (latest !== -1) this.heat(latest);
    return latest;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const from = this.end;
    const to = from + count;
    const { space } = this;
    if (to > this.limit || !space.commit(Math.min(to * SLOTS_PER_SUPERSLAB, space.pageLimit))) return -1;
    this.reserve(from, to);
    const { words, start } = this.scope.region;
    if (this.scope.records.atomics.compareExchange(words, start + Word.END, from, to) !== from) {
      this.put(Word.RETRIES, this.get(Word.RETRIES) + 1);
      return from;
    }
    for (let each = from; each < to; each++) this.heat(each);
    return from;
  }

  reserve(from: SuperSlabIndex, to: SuperSlabIndex): void {
    for (let page = from * SLOTS_PER_SUPERSLAB; page < to * SLOTS_PER_SUPERSLAB; page++) {
      if (page >= this.space.firstPage && page < this.space.pageLimit) continue;
      this.scope.records.words[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
  }

  heat(superSlab: SuperSlabIndex): void {
    this.set(superSlab, Tier.HOT);
    const used = this.all().filter((each) => this.tier(each) !== Tier.FREE).length;
    if (used > this.get(Word.PEAK)) this.put(Word.PEAK, used);
  }

  drain(superSlab: SuperSlabIndex): void {
    this.set(superSlab, Tier.DRAINING);
  }

  free(superSlab: SuperSlabIndex): void {
    this.put(Word.CLOCK, this.get(Word.CLOCK) + 1);
    this.put(Word.RECORDS + 2 * superSlab + 1, this.get(Word.CLOCK));
    this.set(superSlab, Tier.FREE);
    const { policy } = this.scope;
    this.trim(policy.words[policy.start + POLICY_RETAIN]);
  }

  trim(retain: number): number {
    let { end } = this;
    let free = this.all().filter((each) => this.tier(each) === Tier.FREE).length;
    const before = end;
    for (; this.space.release !== undefined && free > retain && this.isTop(end - 1); free--) {
      this.set(--end, Tier.ABSENT);
      this.put(Word.END, end);
    }
    if (end === before) return 0;
    this.space.release!(end * SLOTS_PER_SUPERSLAB);
    this.put(Word.RETURNED, this.get(Word.RETURNED) + before - end);
    return before - end;
  }

  /** Whether the SuperSlab at the top may go. */
  isTop(superSlab: SuperSlabIndex): boolean {
    return this.tier(superSlab) === Tier.FREE;
  }

  rooms(region: Region, pool: SlotPool): SlabSource {
    return new PlainRooms(this.scope, region, pool);
  }

  stats(): RegistryStats {
    const count = (tier: Tier): number => this.all().filter((each) => this.tier(each) === tier).length;
    const returned = this.get(Word.RETURNED);
    const counts = { hot: count(Tier.HOT), draining: count(Tier.DRAINING), free: count(Tier.FREE) };
    const created = this.end - this.first + returned;
    return { ...counts, created, returned, peak: this.get(Word.PEAK), retries: this.get(Word.RETRIES) };
  }

  verify(_report: Report): void {}

  all(): SuperSlabIndex[] {
    return Array.from({ length: this.end - this.first }, (_, i) => this.first + i);
  }

  freedAt(superSlab: SuperSlabIndex): number {
    return this.get(Word.RECORDS + 2 * superSlab + 1);
  }

  set(superSlab: SuperSlabIndex, tier: Tier): void {
    this.put(Word.RECORDS + 2 * superSlab, tier);
  }

  get(word: number): number {
    return this.scope.region.words[this.scope.region.start + word];
  }

  put(word: number, value: number): void {
    this.scope.region.words[this.scope.region.start + word] = value;
  }
}

/** Rooms that look through all pages: a slab is held when its page is marked in the region's bits. */
export class PlainRooms implements SlabSource {
  constructor(
    readonly scope: Scope,
    readonly region: Region,
    readonly pool: SlotPool,
  ) {}

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.spare(sizeClass) || this.pool.acquire(sizeClass);
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    const head = this.slabs().find((page) => classIn(this.scope.records.words[page]) === sizeClass) ?? 0;
    if (head !== 0) this.mark(head, false);
    return head;
  }

  offer(_: SizeClass, head: PageIndex): void {
    this.mark(head, true);
  }

  retire(_: SizeClass, head: PageIndex): void {
    this.mark(head, false);
    this.pool.release(head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (const head of this.slabs()) visit(classIn(this.scope.records.words[head]), head);
  }

  verify(report: Report): void {
    for (const head of this.slabs()) {
      const room = this.scope.records.words[noteOf(head) + NOTE_ROOM];
      if (room <= 0) report({ box: 'plain-registry', message: `${head} has no room`, address: head * PAGE_BYTES });
    }
  }

  mark(head: PageIndex, held: boolean): void {
    const { words, start } = this.region;
    const bit = 1 << (head & 31);
    const at = start + (head >>> 5);
    words[at] = held ? words[at] | bit : words[at] & ~bit;
  }

  slabs(): PageIndex[] {
    const { words, start, length } = this.region;
    const pages = Array.from({ length: 32 * length }, (_, page) => page);
    return pages.filter((page) => (words[start + (page >>> 5)] >>> (page & 31)) & 1);
  }
}

export type Kind = new (scope: Scope, space: AddressSpace) => PlainRegistry;

export function recipeOf(Box: Kind): () => RecipeOf<'registry'> {
  return () => ({
    box: 'plain-registry',
    contract: 'registry',
    capabilities: {
      alignment: PAGE_BYTES,
      concurrency: 'any',
      grows: true,
      shrinks: true,
      zeroed: false,
      retries: true,
      stateInBuffer: true,
    },
    words: (pages) => Word.RECORDS + 2 * Math.ceil(pages / SLOTS_PER_SUPERSLAB),
    build(scope, space) {
      requireMethods('plain-registry', 'address space', space, ['commit']);
      return new Box(scope, space);
    },
  });
}
