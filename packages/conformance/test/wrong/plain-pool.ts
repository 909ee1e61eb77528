/** A pool in plain JavaScript without hints: every search reads the page words. Any thread; counters are all that it keeps. */

import {
  claimPage,
  classIn,
  countFree,
  isIdle,
  kindFor,
  kindOf,
  NOTE_SPAN,
  NOTE_WORDS,
  noteOf,
  OWNER_MASK,
  ownerOf,
  type PageIndex,
  PageKind,
  type PoolStats,
  pageWord,
  type RecipeOf,
  type Report,
  type RunPool,
  requireMethods,
  runAround,
  type Scope,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type SuperRegistry,
  stateOf,
  type ThreadId,
  Tier,
} from '@hakmem/contracts';

export const RUN = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
const COUNTERS = [
  'reuse',
  'unused',
  'fresh',
  'swept',
  'released',
  'runs',
  'adopted',
  'abandoned',
  'slot',
  'run',
] as const;
type Counter = (typeof COUNTERS)[number];
const TRIES = 64;

export class PlainPool implements RunPool {
  readonly doubt: number;
  readonly kept: number;

  constructor(
    readonly scope: Scope,
    readonly registry: SuperRegistry,
  ) {
    this.doubt = pageWord(SlotState.ACTIVE, PageKind.NONE, scope.owner, 0);
    this.kept = pageWord(SlotState.ACTIVE, PageKind.LARGE, scope.owner, 0);
  }

  get words(): Int32Array {
    return this.scope.records.words;
  }

  acquire(c: SizeClass): PageIndex | 0 {
    return this.adopt(c) || this.reuse(c) || this.make(c);
  }

  release(head: PageIndex): void {
    this.count('released');
    this.empty(head);
  }

  sweep(): number {
    let swept = 0;
    for (const page of this.pages()) {
      const word = this.load(page);
      if (stateOf(word) === SlotState.EMPTY && claimPage(this.scope.records, page, word, 0)) swept++;
    }
    this.count('swept', swept);
    return swept;
  }

  reclaim(): number {
    let count = this.takeBack();
    for (const head of this.pages()) {
      const word = this.load(head);
      if (!isSlab(word) || ownerOf(word) !== 0 || this.span(head) < 1 || !isIdle(this.scope.records, head)) continue;
      if (!this.own(head, classIn(word))) continue;
      if (isIdle(this.scope.records, head)) {
        this.empty(head);
        count++;
      } else this.storeDown(head, this.span(head), slab(classIn(word), 0));
    }
    return count;
  }

  leave(thread: ThreadId): void {
    for (const page of this.pages()) {
      const word = this.load(page);
      if (stateOf(word) !== SlotState.ACTIVE || ownerOf(word) !== thread) continue;
      if (kindOf(word) === PageKind.NONE) this.resolve(page);
      else if (kindOf(word) === PageKind.LARGE) this.takeBackRun(page, word);
      else if (this.span(page) > 0) this.leaveSlab(page, word);
      else this.follow(page, word);
    }
    for (let s = this.registry.first; s < this.registry.end; s++) this.settle(s);
  }

  acquireRun(pages: number, align: number): PageIndex | 0 {
    const head = this.claimRun(pages, align);
    if (head !== 0) {
      this.publishRun(head, head, pages);
      this.count('runs');
    }
    for (let s = this.registry.first; s < this.registry.end; s++) this.settle(s);
    return head;
  }

  releaseRun(head: PageIndex, keep: number): boolean {
    if (keep === 0 && !this.seize(head)) return false;
    const pages = this.span(head);
    if (keep > 0) {
      for (let i = keep; i < pages; i++) this.store(head + i, this.doubt);
      this.words[noteOf(head) + NOTE_SPAN] = keep;
    }
    this.clear(head + keep, pages - keep);
    return true;
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
    const [from, end] = [head + pages, head + wanted];
    for (let page = from; page < Math.min(end, this.registry.end * 32); page++) {
      if (isKept(this.load(page))) this.takeBackRun(page, this.load(page));
      const state = stateOf(this.load(page));
      if (state !== SlotState.UNUSED && state !== SlotState.EMPTY) return false;
    }
    if (!this.reach(end)) return false;
    for (let page = from; page < end; page++) {
      const word = this.load(page);
      if (stateOf(word) === SlotState.EMPTY && claimPage(this.scope.records, page, word, 0)) this.count('swept');
    }
    const done = this.claim(from, end - from, 0, 'run');
    if (done) this.publishRun(head, from, end - from);
    for (let s = this.registry.first; s < this.registry.end; s++) this.settle(s);
    return done;
  }

  keepRun(head: PageIndex): boolean {
    if (!this.seize(head)) return false;
    this.store(head, this.kept);
    return true;
  }

  reuseRun(head: PageIndex, pages: number): boolean {
    if (!claimPage(this.scope.records, head, this.kept, this.doubt)) return false;
    const whole = this.span(head) === pages;
    if (whole) this.scope.records.live[head << 12] = 1;
    this.store(head, whole ? RUN : this.kept);
    return whole;
  }

  splitRun(head: PageIndex, pages: number): void {
    const behind = head + this.span(head);
    this.store(head + pages, this.doubt);
    this.words[noteOf(head) + NOTE_SPAN] = pages;
    this.words[noteOf(head + pages) + NOTE_SPAN] = behind - head - pages;
    this.store(head + pages, this.kept);
  }

  joinRuns(head: PageIndex, next: PageIndex): boolean {
    const { records } = this.scope;
    if (!claimPage(records, head, this.kept, this.doubt)) return false;
    const beside = head + this.span(head) === next && claimPage(records, next, this.kept, this.doubt);
    if (beside) {
      const behind = next + this.span(next);
      this.words[noteOf(next) + NOTE_SPAN] = 0;
      this.store(next, RUN);
      this.words[noteOf(head) + NOTE_SPAN] = behind - head;
    }
    this.store(head, this.kept);
    return beside;
  }

  dropRun(head: PageIndex): boolean {
    return this.takeBackRun(head, this.kept);
  }

  stats(): PoolStats {
    const at = this.scope.region.start;
    const counted = (name: Counter): number => this.words[at + COUNTERS.indexOf(name)];
    const states = this.pages().map((page) => stateOf(this.words[page]));
    const of = (state: SlotState): number => states.filter((each) => each === state).length;
    return {
      reuse: counted('reuse'),
      unused: counted('unused'),
      fresh: counted('fresh'),
      affine: 0,
      swept: counted('swept'),
      released: counted('released'),
      runs: counted('runs'),
      adopted: counted('adopted'),
      abandoned: counted('abandoned'),
      retries: { slot: counted('slot'), run: counted('run'), adopt: 0 },
      unusedSlots: of(SlotState.UNUSED),
      emptySlots: of(SlotState.EMPTY),
      touchedPages: states.length,
    };
  }

  verify(report: Report): void {
    for (const page of this.pages()) {
      const word = this.words[page];
      const doubt = stateOf(word) === SlotState.ACTIVE && kindOf(word) === PageKind.NONE;
      if (doubt) report({ box: 'plain-pool', message: `page ${page} is in doubt`, address: page * 65_536 });
    }
  }

  adopt(c: SizeClass): PageIndex | 0 {
    for (const head of this.pages()) {
      if (this.load(head) !== slab(c, 0) || this.span(head) < 1 || !this.own(head, c)) continue;
      if (this.words[noteOf(head) + 1] > 0) return head;
    }
    return 0;
  }

  reuse(c: SizeClass): PageIndex | 0 {
    const empty = pageWord(SlotState.EMPTY, PageKind.NONE, 0, c);
    for (const head of this.spots(SPAN_PAGES[c], empty, true)) {
      if (this.claim(head, SPAN_PAGES[c], empty, 'slot')) return this.publish(head, c, 'reuse');
    }
    return 0;
  }

  make(c: SizeClass): PageIndex | 0 {
    let fresh = -1;
    for (let tries = TRIES; tries > 0; tries--) {
      for (const head of this.spots(SPAN_PAGES[c], 0, false)) {
        if (!this.claim(head, SPAN_PAGES[c], 0, 'slot')) continue;
        this.publish(head, c, head >>> 5 === fresh ? 'fresh' : 'unused');
        if (tries < TRIES) this.settleAll();
        return head;
      }
      fresh = this.registry.reuse();
      if (fresh === -1 && this.makeRoom() === 0) {
        if (tries === 1) break;
        fresh = this.registry.extend(1);
        if (fresh === -1) tries = Math.min(tries, 2);
      }
    }
    this.settleAll();
    return 0;
  }

  makeRoom(): number {
    return this.takeBack() || this.reclaim() + this.sweep();
  }

  own(head: PageIndex, c: SizeClass): boolean {
    const mine = slab(c, this.scope.owner);
    if (!claimPage(this.scope.records, head, slab(c, 0), mine)) return false;
    if (this.span(head) !== SPAN_PAGES[c]) {
      claimPage(this.scope.records, head, mine, slab(c, 0));
      return false;
    }
    for (let i = 1; i < SPAN_PAGES[c]; i++) this.store(head + i, mine);
    this.note(head, c, countFree(this.scope.records, head));
    this.count('adopted');
    return true;
  }

  publish(head: PageIndex, c: SizeClass, counter: Counter): PageIndex {
    this.note(head, c, SPAN_BLOCKS[c]);
    for (let i = 1; i < SPAN_PAGES[c]; i++) this.words[noteOf(head + i) + NOTE_SPAN] = -i;
    this.storeDown(head, SPAN_PAGES[c], slab(c, this.scope.owner));
    this.count(counter);
    this.settle(head >>> 5);
    return head;
  }

  empty(head: PageIndex): void {
    const c = classIn(this.words[head]);
    this.storeDown(head, SPAN_PAGES[c], pageWord(SlotState.EMPTY, PageKind.NONE, 0, c));
    this.settle(head >>> 5);
  }

  note(head: PageIndex, c: SizeClass, room: number): void {
    for (let i = 2; i < NOTE_WORDS; i++) this.words[noteOf(head) + i] = 0;
    this.words[noteOf(head) + NOTE_SPAN] = SPAN_PAGES[c];
    this.words[noteOf(head) + 1] = room;
  }

  claim(from: PageIndex, pages: number, expected: number, retries: Counter): boolean {
    for (let i = 0; i < pages; i++) {
      if (claimPage(this.scope.records, from + i, expected, this.doubt)) continue;
      this.storeDown(from, i, expected);
      this.count(retries);
      for (let s = from >>> 5; s <= (from + i) >>> 5; s++) this.settle(s);
      return false;
    }
    return true;
  }

  claimRun(pages: number, align: number): PageIndex | 0 {
    for (let tries = TRIES; tries > 0; tries--) {
      let free = 0;
      let head = Math.ceil(Math.max(1, this.registry.first * 32) / align) * align;
      for (let page = head; page < this.registry.end * 32 && free < pages; page++) {
        if (this.load(page) === 0) free++;
        else {
          head = Math.ceil((page + 1) / align) * align;
          page = Math.max(page, head - 1);
          free = 0;
        }
      }
      if (free === pages) {
        if (this.claim(head, pages, 0, 'run')) return head;
      } else if (this.makeRoom() === 0 && !this.reach(head + pages)) return 0;
    }
    return 0;
  }

  reach(end: PageIndex): boolean {
    if (end > this.scope.records.pageLimit) return false;
    for (let tries = TRIES; tries > 0; tries--) {
      const more = Math.ceil(end / 32) - this.registry.end;
      if (more <= 0) return true;
      if (this.registry.extend(more) === -1) return false;
    }
    return false;
  }

  publishRun(head: PageIndex, from: PageIndex, pages: number): void {
    for (let i = 0; i < pages; i++) this.words[noteOf(from + i) + NOTE_SPAN] = 0;
    this.words[noteOf(head) + NOTE_SPAN] = from + pages - head;
    if (from === head) this.scope.records.live[head << 12] = 1;
    this.storeDown(from, pages, RUN);
  }

  seize(head: PageIndex): boolean {
    if (!claimPage(this.scope.records, head, RUN, this.doubt)) return false;
    this.scope.records.live[head << 12] = 0;
    return true;
  }

  takeBack(): number {
    let count = 0;
    for (const page of this.pages()) if (this.takeBackRun(page, this.load(page))) count++;
    return count;
  }

  takeBackRun(head: PageIndex, word: number): boolean {
    if (!isKept(word) || !claimPage(this.scope.records, head, word, this.doubt)) return false;
    this.clear(head, this.span(head));
    return true;
  }

  clear(from: PageIndex, pages: number): void {
    this.storeDown(from, pages, 0);
    for (let s = from >>> 5; s <= (from + pages - 1) >>> 5; s++) this.settle(s);
  }

  resolve(page: PageIndex): void {
    if (runAround(this.words, page) !== 0) {
      this.store(page, RUN);
      return;
    }
    let pages = 1;
    while (this.words[page + pages] === RUN && this.span(page + pages) === 0) pages++;
    this.scope.records.live[page << 12] = 0;
    this.clear(page, pages);
  }

  leaveSlab(head: PageIndex, word: number): void {
    const c = classIn(word);
    const inner = (i: number): boolean =>
      (this.words[head + i] === word || this.words[head + i] === slab(c, 0)) && this.span(head + i) === -i;
    const rest = Array.from({ length: SPAN_PAGES[c] - 1 }, (_, i) => i + 1);
    if (!rest.every(inner)) {
      for (const i of rest.reverse()) if (inner(i)) this.store(head + i, 0);
      this.store(head, 0);
    } else if (isIdle(this.scope.records, head)) this.empty(head);
    else {
      this.storeDown(head, SPAN_PAGES[c], slab(c, 0));
      this.count('abandoned');
    }
  }

  follow(page: PageIndex, word: number): void {
    const head = page + this.span(page);
    const first = this.load(head);
    const same = (first & ~OWNER_MASK) === (word & ~OWNER_MASK) && head + this.span(head) > page;
    if (!same || first !== word) claimPage(this.scope.records, page, word, same ? first : 0);
  }

  /** Where so many neighbours in one SuperSlab have the word; of SuperSlabs that are FREE only when `any`. */
  spots(pages: number, word: number, any: boolean): PageIndex[] {
    const found: PageIndex[] = [];
    for (const page of this.pages()) {
      if ((page & 31) + pages > 32 || (!any && this.registry.tier(page >>> 5) === Tier.FREE)) continue;
      let length = 0;
      while (length < pages && this.words[page + length] === word) length++;
      if (length === pages) found.push(page);
      if (found.length === 4) break;
    }
    return found;
  }

  settleAll(): void {
    for (let s = this.registry.first; s < this.registry.end; s++) this.settle(s);
  }

  /** FREE when nothing in the SuperSlab is ACTIVE, HOT otherwise. */
  settle(superSlab: number): void {
    for (let tries = TRIES; tries > 0; tries--) {
      const pages = Array.from({ length: 32 }, (_, i) => superSlab * 32 + i);
      const active = pages.some((page) => stateOf(this.load(page)) === SlotState.ACTIVE);
      const tier = this.registry.tier(superSlab);
      if (!active) {
        for (const page of pages) {
          const word = this.load(page);
          if (stateOf(word) === SlotState.EMPTY && claimPage(this.scope.records, page, word, 0)) this.count('swept');
        }
      }
      if (tier === Tier.ABSENT || (tier === Tier.FREE) === !active) return;
      if (active) this.registry.heat(superSlab);
      else this.registry.free(superSlab);
    }
  }

  pages(): PageIndex[] {
    const first = this.registry.first * 32;
    return Array.from({ length: Math.max(0, this.registry.end * 32 - first) }, (_, i) => first + i);
  }

  span(page: PageIndex): number {
    return this.words[noteOf(page) + NOTE_SPAN];
  }

  load(page: PageIndex): number {
    return this.scope.records.atomics.load(this.words, page);
  }

  store(page: PageIndex, word: number): void {
    this.scope.records.atomics.store(this.words, page, word);
  }

  storeDown(from: PageIndex, pages: number, word: number): void {
    for (let i = pages - 1; i >= 0; i--) this.store(from + i, word);
  }

  count(counter: Counter, by = 1): void {
    this.scope.records.atomics.add(this.words, this.scope.region.start + COUNTERS.indexOf(counter), by);
  }
}

export function slab(c: SizeClass, owner: ThreadId): number {
  return pageWord(SlotState.ACTIVE, kindFor(c), owner, c);
}

function isSlab(word: number): boolean {
  return stateOf(word) === SlotState.ACTIVE && (kindOf(word) === PageKind.TINY || kindOf(word) === PageKind.MID);
}

function isKept(word: number): boolean {
  return word !== RUN && (word & ~OWNER_MASK) === RUN;
}

export type PoolKind = new (scope: Scope, registry: SuperRegistry) => PlainPool;

/** The recipe of such a pool. `grows` false: the same without runs. */
export function poolOf(Box: PoolKind, grows = true): () => RecipeOf<'pool'> {
  const runs = ['acquireRun', 'releaseRun', 'extendRun', 'keepRun', 'reuseRun', 'splitRun', 'joinRuns', 'dropRun'];
  return () => ({
    box: 'plain-pool',
    contract: 'pool',
    capabilities: {
      alignment: 65_536,
      concurrency: 'any',
      grows,
      shrinks: true,
      zeroed: false,
      retries: true,
      stateInBuffer: true,
    },
    words: () => 16,
    build(scope, registry) {
      requireMethods('plain-pool', 'registry', registry, ['tier', 'reuse', 'extend', 'heat', 'free']);
      const pool = new Box(scope, registry);
      // It names no runs, and has none.
      for (const method of grows ? [] : runs) Object.defineProperty(pool, method, { value: undefined });
      return pool;
    },
  });
}
