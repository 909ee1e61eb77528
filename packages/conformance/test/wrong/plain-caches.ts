/**
 * The two simplest caches: one that refills one block with each take and lets go of one with each give, and one with a stack per
 * class over it. In plain JavaScript, as somebody would write them who has read the contract.
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  type CacheNeeds,
  type CacheStats,
  CLASS_COUNT,
  countFree,
  GRANULE_SHIFT,
  headOf,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  type PageIndex,
  POLICY_DRAIN_INTERVAL,
  policyBatch,
  policyCap,
  type RecipeOf,
  type Report,
  requireMethods,
  type Scope,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  stateOf,
} from '@hakmem/contracts';

/** Caches nothing. */
export class RefillOne implements BlockCache {
  readonly counts = { refills: 0, refilled: 0, flushes: 0, flushed: 0, drains: 0, retired: 0 };
  /** Blocks of each class let go of since its drain. */
  readonly gone = new Int32Array(CLASS_COUNT);

  constructor(
    readonly scope: Scope,
    readonly needs: CacheNeeds,
  ) {}

  take(sizeClass: SizeClass): Address | 0 {
    const address = this.carve(sizeClass);
    if (address !== 0) this.scope.records.live[address >>> GRANULE_SHIFT] = 1;
    return address;
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    if (!this.kill(address)) return false;
    this.letGo(sizeClass, [address]);
    return true;
  }

  prewarm(_sizeClass: SizeClass, _blocks: number): number {
    return 0;
  }

  drain(sizeClass: SizeClass): void {
    this.counts.drains++;
    this.gone[sizeClass] = 0;
    this.takeNews(sizeClass);
  }

  flushAll(): void {}

  retireIdle(): void {
    const idle: (readonly [SizeClass, PageIndex])[] = [];
    this.needs.source.held((c, head) => {
      if (this.room(head) === SPAN_BLOCKS[c]) idle.push([c, head]);
    });
    for (const [c, head] of idle) this.retire(c, head);
  }

  cached(_visit: (sizeClass: SizeClass, address: Address) => void): void {}

  stats(): CacheStats {
    return { ...this.counts };
  }

  verify(report: Report): void {
    const { words, pageLimit } = this.scope.records;
    const cached = new Map<PageIndex, number>();
    this.cached((_, address) => {
      const head = headOf(words, address >>> PAGE_SHIFT);
      cached.set(head, (cached.get(head) ?? 0) + 1);
    });
    for (let head = 1; head < pageLimit; head++) {
      const word = words[head];
      const mine = stateOf(word) === SlotState.ACTIVE && ownerOf(word) === this.scope.owner;
      if (!mine || headOf(words, head) !== head) continue;
      const news = countFree(this.scope.records, head) - this.room(head) - (cached.get(head) ?? 0);
      if (news === 0 || (news > 0 && this.needs.remote?.isTold(head))) continue;
      report({ box: 'refill-one', message: `slab ${head} has ${news} blocks too many`, address: head * PAGE_BYTES });
    }
    this.needs.source.verify(report);
  }

  /** A block out of the room of a slab; not live yet. */
  carve(sizeClass: SizeClass): Address | 0 {
    const head = this.needs.source.spare(sizeClass) || this.slab(sizeClass);
    if (head === 0) return 0;
    const { words, live } = this.scope.records;
    for (let i = 0; i < SPAN_BLOCKS[sizeClass]; i++) {
      const address = head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass];
      if (live[address >>> GRANULE_SHIFT] !== 0 || this.holds(sizeClass, address)) continue;
      words[noteOf(head) + NOTE_ROOM]--;
      this.offer(sizeClass, head);
      this.counts.refills++;
      this.counts.refilled++;
      return address;
    }
    return 0;
  }

  /** Whether a block is in a stack. */
  holds(_sizeClass: SizeClass, _address: Address): boolean {
    return false;
  }

  kill(address: Address): boolean {
    const { live } = this.scope.records;
    if (live[address >>> GRANULE_SHIFT] !== 1) return false;
    live[address >>> GRANULE_SHIFT] = 0;
    return true;
  }

  letGo(sizeClass: SizeClass, addresses: readonly Address[]): void {
    const { words } = this.scope.records;
    this.counts.flushes++;
    this.counts.flushed += addresses.length;
    for (const address of addresses) {
      const head = headOf(words, address >>> PAGE_SHIFT);
      const room = ++words[noteOf(head) + NOTE_ROOM];
      if (room === SPAN_BLOCKS[sizeClass]) this.retire(sizeClass, head);
      else if (room === 1) this.offer(sizeClass, head);
    }
    this.gone[sizeClass] += addresses.length;
    if (this.gone[sizeClass] < this.policy(POLICY_DRAIN_INTERVAL)) return;
    this.drain(sizeClass);
    this.drainNext();
  }

  /** No slab of the class has room that is known: hears the news, then asks for memory. */
  slab(sizeClass: SizeClass): PageIndex | 0 {
    const { source } = this.needs;
    this.takeNews(sizeClass);
    const told = source.spare(sizeClass);
    if (told !== 0) return told;
    for (let i = 0; i < CLASS_COUNT && this.drainNext(); i++);
    return source.acquire(sizeClass);
  }

  drainNext(): boolean {
    const next = this.needs.remote?.nextClass() ?? -1;
    if (next !== -1) this.drain(next);
    return next !== -1;
  }

  takeNews(sizeClass: SizeClass): void {
    this.needs.remote?.take(sizeClass, (head) => this.recount(sizeClass, head));
  }

  /** Counts the blocks of a slab in which others have freed some. */
  recount(sizeClass: SizeClass, head: PageIndex): void {
    const had = this.room(head);
    const free = countFree(this.scope.records, head) - this.cachedIn(sizeClass, head);
    this.scope.records.words[noteOf(head) + NOTE_ROOM] = free;
    if (free === SPAN_BLOCKS[sizeClass]) this.retire(sizeClass, head);
    else if (had === 0) this.offer(sizeClass, head);
  }

  cachedIn(_sizeClass: SizeClass, _head: PageIndex): number {
    return 0;
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    if (this.room(head) > 0) this.needs.source.offer(sizeClass, head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.counts.retired++;
    this.needs.source.retire(sizeClass, head);
  }

  room(head: PageIndex): number {
    return this.scope.records.words[noteOf(head) + NOTE_ROOM];
  }

  policy(which: number): number {
    return this.scope.policy.words[this.scope.policy.start + which];
  }
}

/** A stack per class, in an array. */
export class Stacked extends RefillOne {
  readonly stacks: Address[][] = Array.from({ length: CLASS_COUNT }, () => []);
  /** The cap of each class since its last refill or flush. */
  readonly caps = Int32Array.from({ length: CLASS_COUNT }, (_, c) => this.cap(c));

  override take(sizeClass: SizeClass): Address | 0 {
    const stack = this.stacks[sizeClass];
    if (stack.length === 0) this.refill(sizeClass, Math.max(1, this.policy(policyBatch(sizeClass))));
    const address = stack.pop() ?? 0;
    if (address !== 0) this.scope.records.live[address >>> GRANULE_SHIFT] = 1;
    return address;
  }

  override give(sizeClass: SizeClass, address: Address): boolean {
    if (!this.kill(address)) return false;
    const stack = this.stacks[sizeClass];
    stack.push(address);
    if (stack.length > this.caps[sizeClass]) this.overflow(sizeClass);
    return true;
  }

  /** Lets the older half go, and keeps the block that was one too many: it is in the stack when a drain counts. */
  overflow(sizeClass: SizeClass): void {
    const cap = this.cap(sizeClass);
    this.caps[sizeClass] = cap;
    const stack = this.stacks[sizeClass];
    if (stack.length > cap) this.letGo(sizeClass, stack.splice(0, stack.length - 1 - (cap >>> 1)));
  }

  override prewarm(sizeClass: SizeClass, blocks: number): number {
    if (this.stacks[sizeClass].length === 0) this.refill(sizeClass, blocks);
    return this.stacks[sizeClass].length;
  }

  refill(sizeClass: SizeClass, blocks: number): void {
    const stack = this.stacks[sizeClass];
    this.caps[sizeClass] = this.cap(sizeClass);
    while (stack.length < Math.min(blocks, this.caps[sizeClass])) {
      const address = this.carve(sizeClass);
      if (address === 0) return;
      stack.push(address);
    }
  }

  override drain(sizeClass: SizeClass): void {
    super.drain(sizeClass);
    const stack = this.stacks[sizeClass];
    const heads = new Set(stack.map((address) => headOf(this.scope.records.words, address >>> PAGE_SHIFT)));
    for (const head of heads) {
      if (this.room(head) + this.cachedIn(sizeClass, head) < SPAN_BLOCKS[sizeClass]) continue;
      const kept = stack.filter((address) => headOf(this.scope.records.words, address >>> PAGE_SHIFT) !== head);
      stack.splice(0, stack.length, ...kept);
      this.scope.records.words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
      this.retire(sizeClass, head);
    }
  }

  override flushAll(): void {
    this.stacks.forEach((stack, c) => {
      if (stack.length > 0) this.letGo(c, stack.splice(0));
    });
  }

  override cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
    this.stacks.forEach((stack, c) => {
      for (const address of stack) visit(c, address);
    });
  }

  override holds(sizeClass: SizeClass, address: Address): boolean {
    return this.stacks[sizeClass].includes(address);
  }

  override cachedIn(sizeClass: SizeClass, head: PageIndex): number {
    const { words } = this.scope.records;
    return this.stacks[sizeClass].filter((address) => headOf(words, address >>> PAGE_SHIFT) === head).length;
  }

  cap(sizeClass: SizeClass): number {
    return Math.max(1, this.policy(policyCap(sizeClass)));
  }
}

type Kind = new (scope: Scope, needs: CacheNeeds) => RefillOne;

/** A recipe of a cache that has its state in JavaScript. */
export function recipeOf(Box: Kind): () => RecipeOf<'cache'> {
  return () => ({
    box: 'plain-cache',
    contract: 'cache',
    capabilities: {
      alignment: 65_536,
      concurrency: 'owner',
      grows: false,
      shrinks: true,
      zeroed: false,
      retries: false,
      stateInBuffer: false,
    },
    words: () => 8,
    build(scope, needs) {
      const { source, remote } = needs;
      requireMethods('plain-cache', 'source', source, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      if (remote !== null) requireMethods('plain-cache', 'remote', remote, ['take', 'nextClass', 'isTold']);
      return new Box(scope, needs);
    },
  });
}
