/** What a property test does to a pool, each as a command that prints itself and compares everything with the model. */

import {
  BLOCK_BYTES,
  CLASS_COUNT,
  GRANULE_BYTES,
  headOf,
  NOTE_CURSOR,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PageKind,
  pageWord,
  type Records,
  type RunPool,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type ThreadId,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { hintsOff } from './exact.js';
import { LARGE, type Model, type Slot } from './model.js';
import { OWNER, type Stand } from './stand.js';

export type PoolCommand = fc.Command<Model, Stand>;

function wordOf({ state, sizeClass, head }: Slot, page: number, { abandoned, kept }: Model): number {
  if (state === SlotState.UNUSED) return 0;
  if (state !== SlotState.ACTIVE) return pageWord(state, PageKind.NONE, 0, sizeClass);
  if (sizeClass === LARGE) return pageWord(state, PageKind.LARGE, kept.get(page)?.owner ?? 0, 0);
  const owner = abandoned.includes(head) ? 0 : OWNER;
  return pageWord(state, sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID, owner, sizeClass);
}

/** Makes the first `blocks` blocks of a slab live and no other. */
function setLive({ live }: Records, head: number, sizeClass: number, blocks: number): void {
  const granules = BLOCK_BYTES[sizeClass] / GRANULE_BYTES;
  const first = head * 4_096;
  live.fill(0, first, first + SPAN_PAGES[sizeClass] * 4_096);
  for (let i = 0; i < blocks; i++) live[first + i * granules] = 1;
}

/** Compares words, notes, tiers, lists, hints, live bytes of runs and counters, and asks the walker. */
function compare(model: Model, real: Stand): void {
  const { words } = real.records;
  expect(real.problems()).toEqual([]);
  expect(hintsOff(real, (set, superSlab) => model.stale.has(`${set} ${superSlab}`))).toEqual([]);
  expect(real.registry.end).toBe(model.end);
  expect(real.registry.freed).toEqual(model.freed);
  for (let superSlab = model.first; superSlab < model.end; superSlab++) {
    if (real.registry.tier(superSlab) !== model.tiers[superSlab])
      expect(`tier of ${superSlab}: ${real.registry.tier(superSlab)}`).toBe(`${model.tiers[superSlab]}`);
  }
  for (let page = model.first * 32; page < model.end * 32; page++) {
    const slot = model.slots[page];
    const word = wordOf(slot, page, model);
    if (words[page] !== word) expect({ page, word: words[page] }).toEqual({ page, word });
    if (slot.state === SlotState.ACTIVE && headOf(words, page) !== slot.head)
      expect({ page, head: headOf(words, page) }).toEqual({ page, head: slot.head });
  }
  for (const [head, pages] of model.runs) expect(words[noteOf(head) + NOTE_SPAN]).toBe(pages);
  for (const [head, { pages }] of model.kept) expect(words[noteOf(head) + NOTE_SPAN]).toBe(pages);
  expect(liveRuns(model, real)).toEqual([...model.runs.keys()].sort((a, b) => a - b));
  expect(real.pool.stats()).toEqual(model.stats());
}

/** Pages outside slabs with a live byte, which no byte but the first of a run may be. */
function liveRuns(model: Model, { records: { live } }: Stand): number[] {
  const found: number[] = [];
  for (let page = model.first * 32; page < model.end * 32; page++) {
    const { state, sizeClass } = model.slots[page];
    if (state === SlotState.ACTIVE && sizeClass !== LARGE) continue;
    const at = live.subarray(page * 4_096, (page + 1) * 4_096).indexOf(1);
    if (at > 0) expect(`a live byte at granule ${at} of page ${page}`).toBe('');
    if (at === 0) found.push(page);
  }
  return found;
}

class Acquire implements PoolCommand {
  constructor(
    readonly sizeClass: number,
    readonly times: number,
  ) {}
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    const { words } = real.records;
    for (let i = 0; i < this.times; i++) {
      const expected = model.acquire(this.sizeClass);
      const head = real.pool.acquire(this.sizeClass);
      if (expected === null) {
        expect(head).toBe(0);
        return;
      }
      expect(expected.heads).toContain(head);
      model.took(head, this.sizeClass, expected.stage);
      const note = noteOf(head);
      expect(words[note + NOTE_SPAN]).toBe(SPAN_PAGES[this.sizeClass]);
      expect(words[note + NOTE_ROOM]).toBe(model.free(head));
      for (const field of [NOTE_CURSOR, NOTE_NEXT, NOTE_PREV]) expect(words[note + field]).toBe(0);
    }
    compare(model, real);
  }
  toString(): string {
    return `acquire(${this.sizeClass}) × ${this.times}`;
  }
}

class Release implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly times: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.slabs.length > 0;
  }
  run(model: Model, real: Stand): void {
    for (let i = 0; i < this.times && model.slabs.length > 0; i++) {
      const head = model.slabs[this.pick % model.slabs.length];
      // What a user of the slab leaves in its note; the pool must not rely on it.
      real.records.words[noteOf(head) + NOTE_CURSOR] = 3;
      real.records.words[noteOf(head) + NOTE_NEXT] = 0;
      setLive(real.records, head, model.slots[head].sizeClass, 0);
      model.use(head, 0);
      real.pool.release(head);
      model.release(head);
    }
    compare(model, real);
  }
  toString(): string {
    return `release(slab ${this.pick}) × ${this.times}`;
  }
}

/** Blocks of some of the slabs become live, or those of abandoned ones die. */
class Use implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly times: number,
    /** Share of the blocks that are live then. */
    readonly share: number,
    readonly abandoned: boolean,
  ) {}
  #slabs(model: Readonly<Model>): readonly number[] {
    return this.abandoned ? model.abandoned : model.slabs;
  }
  check(model: Readonly<Model>): boolean {
    return this.#slabs(model).length > 0;
  }
  run(model: Model, real: Stand): void {
    const slabs = this.#slabs(model);
    for (let i = 0; i < this.times; i++) {
      const head = slabs[(this.pick + i) % slabs.length];
      const { sizeClass } = model.slots[head];
      const blocks = Math.ceil(SPAN_BLOCKS[sizeClass] * this.share);
      setLive(real.records, head, sizeClass, blocks);
      model.use(head, blocks);
    }
  }
  toString(): string {
    return `use(${this.abandoned ? 'abandoned ' : ''}slab ${this.pick}, ${this.share}) × ${this.times}`;
  }
}

class Leave implements PoolCommand {
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    real.pool.leave(OWNER);
    model.leave(OWNER, true);
    compare(model, real);
  }
  toString(): string {
    return 'leave()';
  }
}

/** The thread leaves slabs behind that are full and such that are not, and takes some of a class back. */
class ComeBack implements PoolCommand {
  constructor(
    readonly which: number,
    readonly times: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.slabs.length > 0;
  }
  run(model: Model, real: Stand): void {
    const { sizeClass } = model.slots[model.slabs[this.which % model.slabs.length]];
    new Use(this.which, 5, 1, false).run(model, real);
    new Use(this.which + 5, 5, 0.5, false).run(model, real);
    new Leave().run(model, real);
    new Acquire(sizeClass as number, this.times).run(model, real);
  }
  toString(): string {
    return `comeBack(slab ${this.which}) × ${this.times}`;
  }
}

class Reclaim implements PoolCommand {
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    expect(real.pool.reclaim()).toBe(model.reclaim());
    compare(model, real);
  }
  toString(): string {
    return 'reclaim()';
  }
}

class AcquireRun implements PoolCommand {
  constructor(
    readonly pages: number,
    readonly align: number,
  ) {}
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    expect(real.pool.acquireRun(this.pages, this.align)).toBe(model.acquireRun(this.pages, this.align));
    compare(model, real);
  }
  toString(): string {
    return `acquireRun(${this.pages}, ${this.align})`;
  }
}

class ReleaseRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly keep: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.runs.size > 0;
  }
  run(model: Model, real: Stand): void {
    const [head, pages] = [...model.runs][this.pick % model.runs.size];
    const from = Math.min(Math.floor(pages * this.keep), pages - 1);
    expect(real.pool.releaseRun(head, from)).toBe(true);
    model.releaseRun(head, from);
    compare(model, real);
  }
  toString(): string {
    return `releaseRun(run ${this.pick}, keep ${this.keep})`;
  }
}

class ExtendRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly by: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.runs.size > 0;
  }
  run(model: Model, real: Stand): void {
    const [head, pages] = [...model.runs][this.pick % model.runs.size];
    expect(real.pool.extendRun(head, pages, pages + this.by)).toBe(model.extendRun(head, pages + this.by));
    compare(model, real);
  }
  toString(): string {
    return `extendRun(run ${this.pick}, +${this.by})`;
  }
}

/** A thread ends the block of a run, or of all of them, and keeps the runs. */
class KeepRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly owner: ThreadId,
    readonly all: boolean,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.runs.size > 0;
  }
  run(model: Model, real: Stand): void {
    const heads = [...model.runs.keys()];
    for (const head of this.all ? heads : [heads[this.pick % heads.length]]) {
      expect(poolOf(real, this.owner).keepRun(head)).toBe(true);
      model.keepRun(head, this.owner);
    }
    compare(model, real);
  }
  toString(): string {
    return `${this.owner}: keepRun(${this.all ? 'all runs' : `run ${this.pick}`})`;
  }
}

/** A thread makes a run a block's that it keeps, and before it one of another length that it believed to be there. */
class ReuseRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly owner: ThreadId,
    readonly off: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return keptBy(model, this.owner).length > 0;
  }
  run(model: Model, real: Stand): void {
    const kept = keptBy(model, this.owner);
    const [head, pages] = kept[this.pick % kept.length];
    const pool = poolOf(real, this.owner);
    expect(pool.reuseRun(head, pages + this.off)).toBe(this.off === 0);
    if (this.off === 0) model.reuseRun(head);
    compare(model, real);
  }
  toString(): string {
    return `${this.owner}: reuseRun(kept ${this.pick}, its length + ${this.off})`;
  }
}

/** A thread cuts a run in two, and keeps what is behind the cut; or then what is before it, too, and joins them. */
class SplitRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly owner: ThreadId,
    readonly share: number,
    readonly rejoins: boolean,
  ) {}
  #runs(model: Readonly<Model>): [head: number, pages: number][] {
    return [...model.runs].filter(([, pages]) => pages > 1);
  }
  check(model: Readonly<Model>): boolean {
    return this.#runs(model).length > 0;
  }
  run(model: Model, real: Stand): void {
    const runs = this.#runs(model);
    const [head, has] = runs[this.pick % runs.length];
    const pages = Math.max(1, Math.floor((has - 1) * this.share));
    poolOf(real, this.owner).splitRun(head, pages);
    model.splitRun(head, pages, this.owner);
    compare(model, real);
    if (!this.rejoins) return;
    expect(poolOf(real, this.owner).keepRun(head)).toBe(true);
    model.keepRun(head, this.owner);
    new JoinRuns(this.owner).run(model, real);
  }
  toString(): string {
    return `${this.owner}: splitRun(run ${this.pick}, ${this.share} of it)${this.rejoins ? ', joined again' : ''}`;
  }
}

/** A thread joins all runs that it keeps with what is behind them, where it keeps that, too. */
class JoinRuns implements PoolCommand {
  constructor(readonly owner: ThreadId) {}
  check(model: Readonly<Model>): boolean {
    return keptBy(model, this.owner).length > 0;
  }
  run(model: Model, real: Stand): void {
    const pool = poolOf(real, this.owner);
    for (const [head, pages] of keptBy(model, this.owner)) {
      if (!model.kept.has(head)) continue; // joined to the one before it
      const next = head + pages;
      expect(pool.joinRuns(head, next + 1)).toBe(false);
      const both = model.kept.get(next)?.owner === this.owner;
      if (next < model.place.pageLimit) expect(pool.joinRuns(head, next)).toBe(both);
      if (both) model.joinRuns(head, next);
    }
    compare(model, real);
  }
  toString(): string {
    return `${this.owner}: joinRuns of all that it keeps`;
  }
}

class DropRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly owner: ThreadId,
  ) {}
  check(model: Readonly<Model>): boolean {
    return keptBy(model, this.owner).length > 0;
  }
  run(model: Model, real: Stand): void {
    const kept = keptBy(model, this.owner);
    const [head] = kept[this.pick % kept.length];
    expect(poolOf(real, this.owner).dropRun(head)).toBe(true);
    model.dropRun(head);
    compare(model, real);
  }
  toString(): string {
    return `${this.owner}: dropRun(kept ${this.pick})`;
  }
}

/** A thread wants to reuse, drop or keep what is not, or not any more, or another's. */
class WrongRun implements PoolCommand {
  constructor(
    readonly pick: number,
    readonly owner: ThreadId,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.end > model.first;
  }
  run(model: Model, real: Stand): void {
    const page = model.first * 32 + (this.pick % ((model.end - model.first) * 32));
    const pool = poolOf(real, this.owner);
    const pages = real.records.words[noteOf(page) + NOTE_SPAN];
    if (model.kept.get(page)?.owner !== this.owner) {
      expect([pool.reuseRun(page, pages), pool.dropRun(page), pool.joinRuns(page, page + 1)]).toEqual([
        ...[false, false, false],
      ]);
    }
    if (model.slots[page].sizeClass !== LARGE || model.kept.has(page)) expect(pool.keepRun(page)).toBe(false);
    compare(model, real);
  }
  toString(): string {
    return `${this.owner}: page ${this.pick} is no run to keep, reuse or drop`;
  }
}

/** Another thread that has no slabs leaves. */
class OtherLeaves implements PoolCommand {
  constructor(readonly owner: ThreadId) {}
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    real.pool.leave(this.owner);
    model.leave(this.owner, false);
    compare(model, real);
  }
  toString(): string {
    return `${this.owner} leaves`;
  }
}

function poolOf(real: Stand, owner: ThreadId): RunPool {
  return owner === OWNER ? real.pool : real.thread(owner).pool;
}

function keptBy(model: Readonly<Model>, owner: ThreadId): [head: number, pages: number][] {
  return [...model.kept].filter(([, kept]) => kept.owner === owner).map(([head, { pages }]) => [head, pages]);
}

class Sweep implements PoolCommand {
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    expect(real.pool.sweep()).toBe(model.sweep());
    compare(model, real);
  }
  toString(): string {
    return 'sweep()';
  }
}

class Memory implements PoolCommand {
  constructor(readonly superSlabs: number) {}
  check(): boolean {
    return true;
  }
  run(model: Model, real: Stand): void {
    const limit = Math.ceil(model.place.pageLimit / 32);
    model.memory = Math.min(limit, model.first + this.superSlabs);
    real.registry.memory = model.memory;
  }
  toString(): string {
    return `memory for ${this.superSlabs} SuperSlabs`;
  }
}

/** Few classes, so that they meet again, and of every span length that there is. */
const classes = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 5, 31) },
  { weight: 3, arbitrary: fc.integer({ min: TINY_CLASS_COUNT, max: CLASS_COUNT - 1 }) },
  { weight: 2, arbitrary: fc.constantFrom(40, 75, 88, 95) },
);

const pick = fc.nat(999);

/** Slabs go and come back, one more than went: the last one finds that no EMPTY slot is left. */
class Churn implements PoolCommand {
  constructor(
    readonly which: number,
    readonly times: number,
  ) {}
  check(model: Readonly<Model>): boolean {
    return model.slabs.length > 0;
  }
  run(model: Model, real: Stand): void {
    const { sizeClass } = model.slots[model.slabs[this.which % model.slabs.length]];
    new Release(this.which, this.times).run(model, real);
    new Acquire(sizeClass as number, this.times + 1).run(model, real);
  }
  toString(): string {
    return `churn(slab ${this.which}) × ${this.times}`;
  }
}

const slabCommands: fc.Arbitrary<PoolCommand>[] = [
  fc.tuple(classes, fc.integer({ min: 1, max: 6 })).map(([c, times]) => new Acquire(c, times)),
  fc.tuple(classes, fc.integer({ min: 1, max: 24 })).map(([c, times]) => new Acquire(c, times)),
  fc.tuple(pick, fc.integer({ min: 1, max: 4 })).map(([which, times]) => new Release(which, times)),
  fc.tuple(pick, fc.integer({ min: 1, max: 16 })).map(([which, times]) => new Release(which, times)),
  fc.tuple(pick, fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.001, 0.5, 1)).map((use) => new Use(...use, false)),
  fc.tuple(pick, fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 0, 0.5)).map((use) => new Use(...use, true)),
  fc.tuple(pick, fc.integer({ min: 1, max: 3 })).map(([which, times]) => new Churn(which, times)),
  fc.tuple(pick, fc.integer({ min: 1, max: 9 })).map(([which, times]) => new ComeBack(which, times)),
  fc.constant(new Leave()),
  fc.constant(new Reclaim()),
  fc.constant(new Sweep()),
  fc.integer({ min: 0, max: 9 }).map((superSlabs) => new Memory(superSlabs)),
];
const runLength = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 80 }));
const runCommands = (maxAlign: number): fc.Arbitrary<PoolCommand>[] => [
  fc
    .tuple(
      runLength,
      fc.oneof(
        fc.constant(1),
        fc.nat(Math.log2(maxAlign)).map((log) => 2 ** log),
      ),
    )
    .map(([pages, align]) => new AcquireRun(pages, align)),
  fc.tuple(pick, fc.constantFrom(0, 0, 0.3, 0.5, 0.9)).map(([which, keep]) => new ReleaseRun(which, keep)),
  fc.tuple(pick, fc.constantFrom(0, 1, 2, 7, 20, 40)).map(([which, by]) => new ExtendRun(which, by)),
];

/** What threads do with runs that they keep. */
const keepCommands = (owners: readonly ThreadId[]): fc.Arbitrary<PoolCommand>[] => {
  const owner = fc.constantFrom(...owners);
  return [
    fc.tuple(pick, owner).map(([which, by]) => new KeepRun(which, by, false)),
    fc.tuple(pick, owner).map(([which, by]) => new KeepRun(which, by, true)),
    fc.tuple(pick, owner, fc.constantFrom(0, 0, 0, -1, 1)).map((reuse) => new ReuseRun(...reuse)),
    fc.tuple(pick, owner, fc.constantFrom(0, 0.3, 0.8, 1), fc.boolean()).map((split) => new SplitRun(...split)),
    owner.map((by) => new JoinRuns(by)),
    fc.tuple(pick, owner).map((drop) => new DropRun(...drop)),
    fc.tuple(pick, owner).map((wrong) => new WrongRun(...wrong)),
  ];
};

/** Commands for slabs, and for runs with alignments up to `maxAlign` pages, which the founder or these others keep, too. */
export function poolCommands(maxAlign: number, others: readonly ThreadId[]): fc.Arbitrary<Iterable<PoolCommand>> {
  const leaving = others.map((other) => fc.constant(new OtherLeaves(other)));
  const keeping = keepCommands([OWNER, ...others]);
  return fc.commands([...slabCommands, ...runCommands(maxAlign), ...keeping, ...leaving], {
    maxCommands: 60,
    size: 'max',
  });
}
