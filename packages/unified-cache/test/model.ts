/**
 * The plain model of the cache, and the commands that run against both.
 *
 * The model knows which addresses are live, what the policy is and which slabs are told; it learns from the cache's counters
 * what was let go, and from its log which classes were drained.
 * After every command the whole heap is compared with it: each live byte, each equation of the records, the contents of
 * the stacks, what `verify` and the fake source find, and the policy table, which a cache may not write.
 */

import {
  type Address,
  BLOCK_BYTES,
  CLASS_COUNT,
  type ClauseId,
  clause,
  GRANULE_SHIFT,
  MAX_CAP,
  PAGE_BYTES,
  POLICY_DRAIN_INTERVAL,
  policyCap,
  type SizeClass,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';
import fc from 'fast-check';
import type { SetUp } from './set-up.js';

export class Model {
  /** Blocks in the user's hands, per class, in the order in which they were taken. */
  readonly live = new Map<SizeClass, Address[]>();
  /** What the live bytes must be. */
  readonly bytes: Uint8Array;
  /** What the policy table must be. */
  readonly policy: Int32Array;
  /** Blocks let go since the last drain, per class. */
  readonly gone = new Map<SizeClass, number>();
  /** The cap that stood in the table when the class last refilled or overflowed: until then a new one does not act. */
  readonly capInForce: number[];

  constructor({ live, ground }: SetUp) {
    this.bytes = new Uint8Array(live.length);
    this.policy = policyOf(ground);
    this.capInForce = Array.from({ length: CLASS_COUNT }, (_, c) => this.cap(c));
  }

  cap(sizeClass: SizeClass): number {
    return Math.min(MAX_CAP[sizeClass], this.policy[policyCap(sizeClass)]);
  }

  interval(): number {
    return this.policy[POLICY_DRAIN_INTERVAL];
  }

  blocks(sizeClass: SizeClass): Address[] {
    const blocks = this.live.get(sizeClass) ?? [];
    this.live.set(sizeClass, blocks);
    return blocks;
  }
}

function policyOf({ policy }: SetUp['ground']): Int32Array {
  return policy.words.slice(policy.start, policy.start + policy.length);
}

function expect(id: ClauseId, holds: boolean, seen: () => string): void {
  if (!holds) throw new Error(`${clause(id)} Seen: ${seen()}`);
}

/** Compares everything that can be seen of the cache with the model. */
export function compare(model: Model, on: SetUp): void {
  expect('CACHE-1', Buffer.compare(model.bytes, on.live) === 0, () => {
    const at = model.bytes.findIndex((byte, i) => byte !== on.live[i]);
    return `the live byte of ${at * 16} is ${on.live[at]}`;
  });
  const cachedIn = new Map<number, number>();
  const seen = new Set<Address>();
  const counts = new Int32Array(CLASS_COUNT);
  on.cache.cached((sizeClass, address) => {
    const slab = on.source.slabOf(address);
    const starts = slab !== undefined && (address - slab.head * PAGE_BYTES) % BLOCK_BYTES[sizeClass] === 0;
    const own = starts && slab.sizeClass === sizeClass;
    const free = model.bytes[address >>> GRANULE_SHIFT] === 0;
    expect('CACHE-3', own && free && !seen.has(address), () => `${address} in the stack of class ${sizeClass}`);
    seen.add(address);
    counts[sizeClass]++;
    cachedIn.set(slab!.head, (cachedIn.get(slab!.head) ?? 0) + 1);
  });
  for (let c = 0; c < CLASS_COUNT; c++) {
    if (counts[c] > model.capInForce[c]) model.capInForce[c] = model.cap(c);
    const most = model.capInForce[c];
    expect('GENERAL-B', counts[c] <= most, () => `${counts[c]} blocks of class ${c} cached, the cap is ${most}`);
  }
  for (const { head, sizeClass } of on.source.slabs()) {
    const alive = liveIn(model, head, sizeClass);
    const cached = cachedIn.get(head) ?? 0;
    const room = on.source.room(head);
    const news = SPAN_BLOCKS[sizeClass] - alive - cached - room;
    const told = on.remote.told.has(head) && on.remote.classes.has(sizeClass);
    expect(
      'CACHE-4',
      news === 0 || (news > 0 && told),
      () =>
        `slab ${head} of class ${sizeClass}: ${alive} live, ${cached} cached, ${room} room, ${told ? '' : 'not '}told`,
    );
  }
  const policy = policyOf(on.ground);
  expect('GENERAL-D', Buffer.compare(bytesOf(policy), bytesOf(model.policy)) === 0, () => 'the policy was written');
  const problems = on.problems();
  if (problems.length > 0) throw new Error(problems.map(({ box, message }) => `${box}: ${message}`).join('\n'));
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function liveIn(model: Model, head: number, sizeClass: SizeClass): number {
  const first = (head * PAGE_BYTES) >>> GRANULE_SHIFT;
  let alive = 0;
  for (let i = 0; i < SPAN_BLOCKS[sizeClass]; i++) {
    alive += model.bytes[first + ((i * BLOCK_BYTES[sizeClass]) >>> GRANULE_SHIFT)];
  }
  return alive;
}

/** After a drain, every slab of the class has something live, or is one that a refill kept: all of it is room. */
function expectNoIdleSlab(model: Model, on: SetUp, sizeClass: SizeClass): void {
  for (const { head, sizeClass: c } of on.source.slabs()) {
    if (c !== sizeClass) continue;
    const kept = on.source.idleKept > 0 && on.source.room(head) === SPAN_BLOCKS[c];
    expect('CACHE-6', kept || liveIn(model, head, c) > 0, () => `slab ${head} is still there`);
  }
}

/** After a drain, the class has no news; as slabs have some only if their class has, no slab of it has. */
function expectNoNews(on: SetUp, sizeClass: SizeClass): void {
  expect('CACHE-9', !on.remote.classes.has(sizeClass), () => `class ${sizeClass} has news still`);
}

export type CacheCommand = fc.Command<Model, SetUp>;

abstract class Step implements CacheCommand {
  check(): boolean {
    return true;
  }

  run(model: Model, on: SetUp): void {
    this.act(model, on);
    on.drained.splice(0);
    compare(model, on);
  }

  abstract act(model: Model, on: SetUp): void;
  abstract toString(): string;
}

class Take extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly count: number,
  ) {
    super();
  }

  act(model: Model, on: SetUp): void {
    for (let i = 0; i < this.count; i++) this.#one(model, on);
  }

  #one(model: Model, on: SetUp): void {
    const { sizeClass } = this;
    const refusals = on.source.refusals;
    const { refills } = on.cache.stats();
    const cached = on.cached(sizeClass);
    const made = on.source.made.length;
    const others = [...on.remote.classes].filter((c) => c !== sizeClass);
    on.drained.splice(0);
    const address = on.cache.take(sizeClass);
    for (const c of on.drained) {
      model.gone.set(c, 0);
      expectNoIdleSlab(model, on, c);
      expectNoNews(on, c);
    }
    // One other class is drained for the first new slab of a refill, all of them when there is none.
    const due = cached.length > 0 ? 0 : on.source.refusals > refusals ? others.length : Math.min(1, others.length);
    const asked = on.source.made.length > made || on.source.refusals > refusals;
    const drains = on.drained.length;
    if (asked && sizeClass < TINY_CLASS_COUNT) {
      expect('CACHE-6', drains === due, () => `${drains} classes were drained, and not ${due}`);
    }
    expect('CACHE-6', asked || drains === 0, () => `${drains} classes were drained, and no slab was asked for`);
    expect('CACHE-1', on.cache.stats().refills - refills === (cached.length === 0 ? 1 : 0), () => 'another refill');
    if (cached.length === 0) model.capInForce[sizeClass] = model.cap(sizeClass);
    if (address === 0) {
      const spare = on.source.slabs().filter((slab) => slab.sizeClass === sizeClass && on.source.room(slab.head) > 0);
      const news = on.remote.classes.size > 0;
      const exhausted = cached.length === 0 && spare.length === 0 && !news && on.source.refusals > refusals;
      expect('CACHE-1', exhausted, () => `0, with ${cached.length} cached and room in ${spare.length} slabs`);
      return;
    }
    const slab = on.source.slabOf(address);
    expect(
      'CACHE-1',
      slab?.sizeClass === sizeClass && address > 0,
      () => `${address} is no block of class ${sizeClass}`,
    );
    expect('CACHE-1', model.bytes[address >>> GRANULE_SHIFT] === 0, () => `${address} was handed out twice`);
    expect('CACHE-1', cached.length === 0 || cached.includes(address), () => `${address} was not the stack's`);
    model.bytes[address >>> GRANULE_SHIFT] = 1;
    model.blocks(sizeClass).push(address);
  }

  toString(): string {
    return `take(${this.sizeClass}) × ${this.count}`;
  }
}

class Give extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly count: number,
    readonly from: number,
    readonly stride: number,
  ) {
    super();
  }

  override check(model?: Readonly<Model>): boolean {
    return model!.blocks(this.sizeClass).length > 0;
  }

  act(model: Model, on: SetUp): void {
    const blocks = model.blocks(this.sizeClass);
    let at = this.from;
    for (let i = 0; i < this.count && blocks.length > 0; i++) {
      at = (at + this.stride) % blocks.length;
      this.#one(model, on, blocks.splice(at, 1)[0]);
    }
  }

  #one(model: Model, on: SetUp, address: Address): void {
    const { sizeClass } = this;
    const before = on.cache.stats();
    const count = on.cached(sizeClass).length;
    const others = [...on.remote.classes].some((c) => c !== sizeClass);
    on.drained.splice(0);
    model.bytes[address >>> GRANULE_SHIFT] = 0;
    expect('CACHE-2', on.cache.give(sizeClass, address), () => `${address} is live and was refused`);
    const after = on.cache.stats();
    const flushed = after.flushed - before.flushed;
    const drained = after.drains - before.drains;
    expect('CACHE-6', drained === on.drained.length, () => `${drained} drains, ${on.drained.length} in the log`);
    for (const c of on.drained) if (c !== sizeClass) model.gone.set(c, 0);
    const gone = (model.gone.get(sizeClass) ?? 0) + flushed;
    model.gone.set(sizeClass, drained > 0 ? 0 : gone);
    if (flushed > 0) {
      const cap = model.cap(sizeClass);
      model.capInForce[sizeClass] = cap;
      const left = on.cached(sizeClass);
      expect('CACHE-5', count >= cap && flushed === count - (cap >>> 1), () => `${flushed} of ${count} blocks went`);
      expect('CACHE-5', drained > 0 || left.includes(address), () => `${address} was let go at once`);
      const due = gone >= model.interval();
      const expected = due ? (others ? 2 : 1) : 0;
      expect('CACHE-6', drained === expected, () => `${drained} drains, ${gone} blocks after the last`);
      expect('CACHE-6', !due || on.drained[0] === sizeClass, () => `class ${on.drained[0]} was drained first`);
    }
    expect('CACHE-6', drained === 0 || gone >= model.interval(), () => `a drain after ${gone} blocks`);
    for (const c of on.drained) {
      expectNoIdleSlab(model, on, c);
      expectNoNews(on, c);
    }
  }

  toString(): string {
    return `give(${this.sizeClass}) × ${this.count} from ${this.from} by ${this.stride}`;
  }
}

/** Another thread frees blocks; all of those that are live, when there are fewer. */
class FreeElsewhere extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly count: number,
    readonly from: number,
    readonly stride: number,
  ) {
    super();
  }

  override check(model?: Readonly<Model>): boolean {
    return model!.blocks(this.sizeClass).length > 0;
  }

  act(model: Model, on: SetUp): void {
    const blocks = model.blocks(this.sizeClass);
    let at = this.from;
    for (let i = 0; i < this.count && blocks.length > 0; i++) {
      at = (at + this.stride) % blocks.length;
      const [address] = blocks.splice(at, 1);
      model.bytes[address >>> GRANULE_SHIFT] = 0;
      on.freeElsewhere([address]);
    }
  }

  toString(): string {
    return `others free(${this.sizeClass}) × ${this.count} from ${this.from} by ${this.stride}`;
  }
}

/** A thread that was slow to tell marks a slab of which the news have been taken. */
class TellLate extends Step {
  constructor(readonly pick: number) {
    super();
  }

  act(_model: Model, on: SetUp): void {
    const slabs = on.source.slabs();
    if (slabs.length > 0) on.remote.late(slabs[this.pick % slabs.length].head);
  }

  toString(): string {
    return `the ${this.pick}th slab is told late`;
  }
}

class GiveAgain extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly pick: number,
  ) {
    super();
  }

  act(model: Model, on: SetUp): void {
    const { sizeClass } = this;
    const dead: Address[] = on.cached(sizeClass).slice(0, 8);
    for (const { head } of on.source.slabs().filter((slab) => slab.sizeClass === sizeClass)) {
      for (let i = 0; i < Math.min(8, SPAN_BLOCKS[sizeClass]); i++) {
        const address = head * PAGE_BYTES + i * BLOCK_BYTES[sizeClass];
        if (model.bytes[address >>> GRANULE_SHIFT] === 0) dead.push(address);
      }
    }
    if (dead.length === 0) return;
    const address = dead[this.pick % dead.length];
    const before = on.words.slice();
    expect('CACHE-2', !on.cache.give(sizeClass, address), () => `${address} was taken back, and is not live`);
    expect('CACHE-2', Buffer.compare(bytesOf(before), bytesOf(on.words)) === 0, () => `${address} changed a word`);
  }

  toString(): string {
    return `give again(${this.sizeClass}) the ${this.pick}th`;
  }
}

class Drain extends Step {
  constructor(readonly sizeClass: SizeClass) {
    super();
  }

  act(model: Model, on: SetUp): void {
    on.cache.drain(this.sizeClass);
    model.gone.set(this.sizeClass, 0);
    expectNoIdleSlab(model, on, this.sizeClass);
    expectNoNews(on, this.sizeClass);
  }

  toString(): string {
    return `drain(${this.sizeClass})`;
  }
}

class FlushAll extends Step {
  act(model: Model, on: SetUp): void {
    for (let c = 0; c < CLASS_COUNT; c++) model.gone.set(c, (model.gone.get(c) ?? 0) + on.cached(c).length);
    on.cache.flushAll();
    on.cache.cached((_, address) => expect('CACHE-5', false, () => `${address} is still cached`));
    // It takes no news: only a slab without any is known to be all room.
    if (on.remote.told.size === 0) for (let c = 0; c < CLASS_COUNT; c++) expectNoIdleSlab(model, on, c);
  }

  toString(): string {
    return 'flushAll()';
  }
}

class RetireIdle extends Step {
  act(_model: Model, on: SetUp): void {
    const kept = on.source.slabs().filter(({ head, sizeClass }) => on.source.room(head) === SPAN_BLOCKS[sizeClass]);
    const { retired } = on.cache.stats();
    on.cache.retireIdle();
    const now = on.cache.stats().retired - retired;
    expect('CACHE-9', now === kept.length, () => `${now} slabs were retired, ${kept.length} were all room`);
    for (const { head } of kept) {
      const there = on.source.slabs().some((slab) => slab.head === head);
      expect('CACHE-9', !there, () => `slab ${head} is still there`);
    }
  }

  toString(): string {
    return 'retireIdle()';
  }
}

class Prewarm extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly blocks: number,
  ) {
    super();
  }

  act(model: Model, on: SetUp): void {
    const { sizeClass, blocks } = this;
    const before = on.cached(sizeClass);
    const said = on.cache.prewarm(sizeClass, blocks);
    for (const c of on.drained) model.gone.set(c, 0);
    const after = on.cached(sizeClass);
    expect('CACHE-3', said === after.length, () => `prewarm says ${said}, ${after.length} are cached`);
    for (const address of before) expect('CACHE-3', after.includes(address), () => `${address} is gone`);
    if (before.length === 0) model.capInForce[sizeClass] = model.cap(sizeClass);
    const most = Math.max(before.length, Math.min(blocks, model.cap(sizeClass)));
    expect('GENERAL-B', said <= most, () => `${said} blocks for a prewarm of ${blocks}`);
  }

  toString(): string {
    return `prewarm(${this.sizeClass}, ${this.blocks})`;
  }
}

class SetCap extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly blocks: number,
  ) {
    super();
  }

  act(model: Model, on: SetUp): void {
    on.setCap(this.sizeClass, this.blocks);
    model.policy.set(policyOf(on.ground));
  }

  toString(): string {
    return `cap(${this.sizeClass}) = ${this.blocks}`;
  }
}

class SetBatch extends Step {
  constructor(
    readonly sizeClass: SizeClass,
    readonly blocks: number,
  ) {
    super();
  }

  act(model: Model, on: SetUp): void {
    on.setBatch(this.sizeClass, this.blocks);
    model.policy.set(policyOf(on.ground));
  }

  toString(): string {
    return `batch(${this.sizeClass}) = ${this.blocks}`;
  }
}

class SetInterval extends Step {
  constructor(readonly blocks: number) {
    super();
  }

  act(model: Model, on: SetUp): void {
    on.setInterval(this.blocks);
    model.policy.set(policyOf(on.ground));
  }

  toString(): string {
    return `drain interval = ${this.blocks}`;
  }
}

class Refuse extends Step {
  constructor(readonly refusing: boolean) {
    super();
  }

  act(_model: Model, on: SetUp): void {
    on.source.refusing = this.refusing;
  }

  toString(): string {
    return this.refusing ? 'the source refuses' : 'the source gives';
  }
}

/** Commands over the classes given, takes and gives being the most frequent; with other threads that free blocks, or none. */
export function commands(
  classes: readonly SizeClass[],
  maxCommands: number,
  remote = false,
): fc.Arbitrary<Iterable<CacheCommand>> {
  const sizeClass = fc.constantFrom(...classes);
  const count = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 90 }));
  const small = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 100 }));
  const take = fc.tuple(sizeClass, count).map((args): CacheCommand => new Take(...args));
  const give = fc.tuple(sizeClass, count, fc.nat(99), fc.nat(5)).map((args): CacheCommand => new Give(...args));
  const free = fc
    .tuple(sizeClass, count, fc.nat(99), fc.nat(5))
    .map((args): CacheCommand => new FreeElsewhere(...args));
  return fc.commands(
    [
      take,
      take,
      give,
      give,
      fc.tuple(sizeClass, fc.nat(99)).map((args): CacheCommand => new GiveAgain(...args)),
      sizeClass.map((c): CacheCommand => new Drain(c)),
      fc.constant<CacheCommand>(new FlushAll()),
      fc.constant<CacheCommand>(new RetireIdle()),
      fc.tuple(sizeClass, fc.nat(40)).map((args): CacheCommand => new Prewarm(...args)),
      fc.tuple(sizeClass, small).map((args): CacheCommand => new SetCap(...args)),
      fc.tuple(sizeClass, small).map((args): CacheCommand => new SetBatch(...args)),
      fc.oneof(fc.nat(20), fc.nat(200)).map((n): CacheCommand => new SetInterval(n)),
      fc.boolean().map((refusing): CacheCommand => new Refuse(refusing)),
      ...(remote ? [free, free, free, fc.nat(99).map((pick): CacheCommand => new TellLate(pick))] : []),
    ],
    { maxCommands, size: 'max' },
  );
}
