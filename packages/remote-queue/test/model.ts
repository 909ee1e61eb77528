/**
 * The plain model of the queues of three threads, and the commands that run against both.
 *
 * The model knows which blocks are live and who owns which slab; per thread, the pages that are marked, and per class the
 * groups of pages; per slab, which free blocks its owner knows of. After every command all of it is compared, and the
 * property for which the box is there: an owner that does not know of every free block of a slab has it marked, and its
 * group for its class.
 */

import {
  type Address,
  CLASS_COUNT,
  type PageIndex,
  type SizeClass,
  SPAN_BLOCKS,
  type ThreadId,
} from '@hakmem/contracts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { MID_SINGLE, MID_SPAN, TINY_256, TINY_1024, World } from './set-up.js';

const THREADS = 3;
const CLASSES: readonly SizeClass[] = [TINY_256, TINY_1024, MID_SPAN, MID_SINGLE];
/** A heap, and where slabs may be in it. */
export interface Field {
  readonly pageLimit: number;
  readonly heads: readonly PageIndex[];
}
/** Far enough from each other for a span, and on both sides of the edges of words of bits, and of groups. */
export const FIELDS: readonly Field[] = [
  { pageLimit: 96, heads: [1, 28, 32, 60, 64, 91] },
  { pageLimit: 4_100, heads: [1, 252, 256, 508, 512, 4_095] },
];
const HEADS = 6;
/** Blocks of a slab that the commands use, spread over it. */
const BLOCKS = 6;

interface Slab {
  readonly sizeClass: SizeClass;
  /** 0: nobody. */
  owner: ThreadId;
  readonly live: Set<Address>;
  readonly free: Set<Address>;
  /** Free blocks that the owner has seen. */
  readonly known: Set<Address>;
}

class Marks {
  readonly pages = new Set<PageIndex>();
  /** Class → groups of pages. */
  readonly classes = new Map<SizeClass, Set<number>>();
  hand = 0;
  told = 0;
  taken = 0;
  lastFreed: PageIndex = 0;
}

export class Model {
  readonly groupOf: (page: PageIndex) => number;
  readonly slabs = new Map<PageIndex, Slab>();
  readonly marks = Array.from({ length: THREADS + 1 }, () => new Marks());

  constructor(groupOf: (page: PageIndex) => number) {
    this.groupOf = groupOf;
  }

  /** Marks a slab for its owner, on behalf of a thread. */
  tell(teller: ThreadId, head: PageIndex): void {
    const slab = this.slabs.get(head);
    if (slab === undefined || slab.owner === 0) return;
    const { pages, classes } = this.marks[slab.owner];
    if (!pages.has(head)) this.marks[teller].told++;
    pages.add(head);
    classes.set(slab.sizeClass, (classes.get(slab.sizeClass) ?? new Set()).add(this.groupOf(head)));
  }
}

export type Command = fc.Command<Model, World>;

const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

function look(slab: Slab): void {
  for (const address of slab.free) slab.known.add(address);
}

/** Compares everything that can be seen of the queues with the model. */
export function compare(model: Model, world: World): void {
  for (let thread = 1; thread <= THREADS; thread++) {
    const { pages, classes, told, taken } = model.marks[thread];
    expect([thread, world.marks(thread)]).toEqual([thread, ascending(pages)]);
    expect([thread, world.classes(thread)]).toEqual([thread, ascending(classes.keys())]);
    for (const [sizeClass, groups] of classes)
      expect([thread, sizeClass, world.groups(thread, sizeClass)]).toEqual([thread, sizeClass, ascending(groups)]);
    expect(world.queue(thread).stats()).toEqual({ told, taken });
  }
  for (const [head, { owner, sizeClass, live, free, known }] of model.slabs) {
    const wrong = [...live, ...free].filter((address) => world.isLive(address) !== live.has(address));
    expect(wrong).toEqual([]);
    const told = owner !== 0 && model.marks[owner].pages.has(head);
    expect([1, 2, 3].map((thread) => world.queue(thread).isTold(head))).toEqual([told, told, told]);
    if (owner === 0 || [...free].every((address) => known.has(address))) continue;
    const announced = world.groups(owner, sizeClass).includes(model.groupOf(head));
    expect([head, world.queue(owner).isTold(head), announced]).toEqual([head, true, true]);
  }
  expect(world.guarded()).toBe(true);
}

abstract class Step implements Command {
  check(_model: Readonly<Model>): boolean {
    return true;
  }

  run(model: Model, world: World): void {
    this.act(model, world);
    compare(model, world);
  }

  abstract act(model: Model, world: World): void;
  abstract toString(): string;
}

/** A command on one of the slabs that it fits; `of` picks which. */
abstract class OnSlab extends Step {
  head: PageIndex = 0;

  constructor(
    readonly of: number,
    readonly thread: ThreadId,
  ) {
    super();
  }

  override check(model: Readonly<Model>): boolean {
    return this.#fitting(model).length > 0;
  }

  act(model: Model, world: World): void {
    const fitting = this.#fitting(model);
    const [head, slab] = fitting[this.of % fitting.length];
    this.head = head;
    this.on(slab, model, world);
  }

  abstract fits(slab: Slab): boolean;
  abstract on(slab: Slab, model: Model, world: World): void;

  #fitting(model: Readonly<Model>): [PageIndex, Slab][] {
    return [...model.slabs].filter(([, slab]) => this.fits(slab));
  }
}

/** A thread gets a slab from the pool, all of whose blocks are free and known to be. */
class Make extends Step {
  constructor(
    readonly head: PageIndex,
    readonly thread: ThreadId,
    readonly sizeClass: SizeClass,
  ) {
    super();
  }

  override check(model: Readonly<Model>): boolean {
    return !model.slabs.has(this.head);
  }

  act(model: Model, world: World): void {
    world.makeSlab(this.head, this.sizeClass, this.thread);
    const blocks = SPAN_BLOCKS[this.sizeClass];
    const count = Math.min(BLOCKS, blocks);
    const free = Array.from({ length: count }, (_, i) =>
      world.block(this.head, this.sizeClass, count === 1 ? 0 : Math.floor((i * (blocks - 1)) / (count - 1))),
    );
    model.slabs.set(this.head, {
      sizeClass: this.sizeClass,
      owner: this.thread,
      live: new Set(),
      free: new Set(free),
      known: new Set(free),
    });
  }

  toString(): string {
    return `${this.thread} makes slab ${this.head} of class ${this.sizeClass}`;
  }
}

/** The owner hands blocks out that it knows to be free. */
class Malloc extends OnSlab {
  constructor(
    of: number,
    readonly count: number,
  ) {
    super(of, 0);
  }

  fits(slab: Slab): boolean {
    return slab.owner !== 0 && slab.known.size > 0;
  }

  on(slab: Slab, _model: Model, world: World): void {
    for (const address of [...slab.known].slice(0, this.count)) {
      slab.known.delete(address);
      slab.free.delete(address);
      slab.live.add(address);
      world.live[address / 16] = 1;
    }
  }

  toString(): string {
    return `the owner of ${this.head} hands out ${this.count}`;
  }
}

class Free extends OnSlab {
  constructor(
    of: number,
    thread: ThreadId,
    readonly pick: number,
  ) {
    super(of, thread);
  }

  fits(slab: Slab): boolean {
    return slab.live.size > 0 && slab.owner !== this.thread;
  }

  on(slab: Slab, model: Model, world: World): void {
    const address = [...slab.live][this.pick % slab.live.size];
    expect(world.queue(this.thread).free(address)).toBe(true);
    slab.live.delete(address);
    slab.free.add(address);
    model.marks[this.thread].lastFreed = this.head;
    model.tell(this.thread, this.head);
  }

  toString(): string {
    return `${this.thread} frees the ${this.pick}th of ${this.head}`;
  }
}

class FreeAgain extends OnSlab {
  constructor(
    of: number,
    thread: ThreadId,
    readonly pick: number,
  ) {
    super(of, thread);
  }

  fits(slab: Slab): boolean {
    return slab.free.size > 0;
  }

  on(slab: Slab, model: Model, world: World): void {
    const address = [...slab.free][this.pick % slab.free.size];
    for (const wrong of [address, address + 16]) expect(world.queue(this.thread).free(wrong)).toBe(false);
    model.marks[this.thread].lastFreed = this.head;
  }

  toString(): string {
    return `${this.thread} frees the ${this.pick}th of ${this.head} again, and the inside of it`;
  }
}

/** A thread takes the news of a class of which it has some, or, if it has none, of any. */
class Take extends Step {
  sizeClass: SizeClass = 0;

  constructor(
    readonly thread: ThreadId,
    readonly of: number,
  ) {
    super();
  }

  act(model: Model, world: World): void {
    const marks = model.marks[this.thread];
    const classes = marks.classes.size > 0 ? [...marks.classes.keys()] : CLASSES;
    const sizeClass = classes[this.of % classes.length];
    this.sizeClass = sizeClass;
    const expected: PageIndex[] = [];
    const groups = marks.classes.get(sizeClass) ?? new Set();
    marks.classes.delete(sizeClass);
    for (const head of ascending(marks.pages).filter((page) => groups.has(model.groupOf(page)))) {
      const slab = model.slabs.get(head);
      const mine = slab !== undefined && slab.owner === this.thread;
      if (mine && slab.sizeClass !== sizeClass) continue;
      marks.pages.delete(head);
      if (!mine) continue;
      look(slab);
      expected.push(head);
    }
    marks.taken += expected.length;
    expect(world.take(this.thread, sizeClass)).toEqual(expected);
  }

  toString(): string {
    return `${this.thread} takes the news of class ${this.sizeClass}`;
  }
}

class NextClass extends Step {
  constructor(readonly thread: ThreadId) {
    super();
  }

  act(model: Model, world: World): void {
    const marks = model.marks[this.thread];
    let expected = -1;
    for (let i = 1; i <= CLASS_COUNT && expected < 0; i++) {
      const sizeClass = (marks.hand + i) % CLASS_COUNT;
      if (marks.classes.has(sizeClass)) expected = sizeClass;
    }
    if (expected >= 0) marks.hand = expected;
    expect(world.queue(this.thread).nextClass()).toBe(expected);
  }

  toString(): string {
    return `${this.thread} asks for the next class`;
  }
}

class Abandon extends OnSlab {
  constructor(of: number) {
    super(of, 0);
  }

  fits(slab: Slab): boolean {
    return slab.owner !== 0;
  }

  on(slab: Slab, _model: Model, world: World): void {
    world.handOver(this.head, slab.sizeClass, 0);
    slab.owner = 0;
  }

  toString(): string {
    return `${this.head} is abandoned`;
  }
}

/** A thread adopts a slab, and counts it. */
class Adopt extends OnSlab {
  fits(slab: Slab): boolean {
    return slab.owner === 0;
  }

  on(slab: Slab, _model: Model, world: World): void {
    world.handOver(this.head, slab.sizeClass, this.thread);
    slab.owner = this.thread;
    slab.known.clear();
    look(slab);
  }

  toString(): string {
    return `${this.thread} adopts ${this.head}`;
  }
}

class Retire extends OnSlab {
  constructor(of: number) {
    super(of, 0);
  }

  fits(slab: Slab): boolean {
    return slab.live.size === 0 && slab.known.size === slab.free.size;
  }

  on(slab: Slab, model: Model, world: World): void {
    world.retire(this.head, slab.sizeClass);
    model.slabs.delete(this.head);
  }

  toString(): string {
    return `${this.head} is retired`;
  }
}

/** Tells once more of the last block that a thread freed, or wanted to. */
class Settle extends Step {
  constructor(
    readonly thread: ThreadId,
    readonly other: ThreadId,
  ) {
    super();
  }

  act(model: Model, world: World): void {
    world.queue(this.thread).settle(this.other);
    model.tell(this.thread, model.marks[this.other].lastFreed);
  }

  toString(): string {
    return `${this.thread} settles for ${this.other}`;
  }
}

export function newWorld({ pageLimit }: Field): { model: Model; real: World } {
  const real = new World({ pageLimit, threads: THREADS });
  return { model: new Model((page) => real.groupOf(page)), real };
}

/** Commands over all threads, frees being the most frequent. */
export function commands(maxCommands: number, { heads }: Field): fc.Arbitrary<Iterable<Command>> {
  const head = fc.constantFrom(...heads);
  const thread = fc.integer({ min: 1, max: THREADS });
  const sizeClass = fc.constantFrom(...CLASSES);
  const of = fc.nat(HEADS - 1);
  const pick = fc.nat(BLOCKS - 1);
  const free = fc.tuple(of, thread, pick).map((args): Command => new Free(...args));
  const malloc = fc.tuple(of, fc.integer({ min: 1, max: BLOCKS })).map((args): Command => new Malloc(...args));
  const make = fc.tuple(head, thread, sizeClass).map((args): Command => new Make(...args));
  const take = fc.tuple(thread, pick).map((args): Command => new Take(...args));
  return fc.commands(
    [
      ...[make, make, make],
      ...[malloc, malloc, malloc, malloc],
      ...[free, free, free, free, free, free],
      ...[take, take, take, take],
      fc.tuple(of, thread, pick).map((args): Command => new FreeAgain(...args)),
      thread.map((t): Command => new NextClass(t)),
      of.map((n): Command => new Abandon(n)),
      fc.tuple(of, thread).map((args): Command => new Adopt(...args)),
      of.map((n): Command => new Retire(n)),
      fc.tuple(thread, thread).map((args): Command => new Settle(...args)),
    ],
    { maxCommands, size: 'max' },
  );
}
