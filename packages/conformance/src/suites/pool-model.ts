/**
 * A pool against a plain model: which slabs, runs and kept runs there are, whose they are, and what is live. Where a pool
 * places what it is asked for is its own; the model says what it must have looked at before, and that nothing else has changed.
 */

import {
  classIn,
  type PageIndex,
  type RunPool,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import { OWNER } from '../stage.js';
import { type Census, censusOfPool, type KeptSeen, type SlabSeen } from './pool-audit.js';
import type { Trial } from './pool-stand.js';
import { classOfSpan, type PoolStand } from './pool-stand.js';

const CLASSES: readonly SizeClass[] = [3, 3, 5, classOfSpan(3), classOfSpan(4), classOfSpan(15)];
/** A second thread, which leaves now and then, and comes again. */
const GUEST: ThreadId = 9;

interface World {
  readonly at: PoolStand;
  readonly sharing: boolean;
  readonly threads: readonly (readonly [ThreadId, RunPool])[];
  readonly slabs: Map<PageIndex, SlabSeen>;
  /** Live blocks of slabs that have some. */
  readonly live: Map<PageIndex, number>;
  readonly runs: Map<PageIndex, number>;
  readonly kept: Map<PageIndex, KeptSeen>;
  /** Slabs that acquire returned, those that had been abandoned apart. */
  served: number;
  adopted: number;
  released: number;
  acquiredRuns: number;
}

/** A command; its words, after which all is compared. */
type Command = (world: World, by: number, also: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runPoolPrograms(chance: Chance, { stand, sharing }: Trial): void {
  runPrograms(chance, 40, () => begin(stand(), sharing), step);
}

function begin(at: PoolStand, sharing: boolean): World {
  const threads = [[OWNER, at.checked] as const, [GUEST, at.peer(GUEST)] as const];
  const counts = { served: 0, adopted: 0, released: 0, acquiredRuns: 0 };
  return { at, sharing, threads, slabs: new Map(), live: new Map(), runs: new Map(), kept: new Map(), ...counts };
}

function step(world: World, [what, by, also]: Step): string {
  const commands = world.at.recipe.capabilities.grows ? [...SLOTS, ...RUNS] : SLOTS;
  const said = pick(commands, what)(world, by, also);
  compare(world, said);
  return said;
}

function acquire(world: World, by: number, also: number): string {
  const { at } = world;
  const [owner, pool] = pick(world.threads, by);
  const c = pick(CLASSES, also);
  const call = `acquire(${c}) of thread ${owner}`;
  const before = look(world, c);
  const { end } = at.registry;
  const head = pool.acquire(c);
  const seen = { head, abandoned: before.abandoned, emptySlots: before.empty, grown: at.registry.end - end };
  if (before.abandoned.length > 0) at.inspection.must('POOL-9', before.abandoned.includes(head), call, seen);
  else if (before.empty.length > 0) at.inspection.must('POOL-2', before.inEmpty(head), call, seen);
  else if (seen.grown > 0 || head === 0) mustHaveLooked(world, call, before, seen.grown, head);
  adoptFull(world, c, owner);
  dropUnused(world);
  if (head === 0) return `${call} is 0`;
  const had = world.slabs.get(head);
  const free = had === undefined || had.owner === 0;
  at.inspection.must('POOL-12', free, call, { head, isASlabOf: had?.owner });
  world[had === undefined ? 'served' : 'adopted']++;
  world.slabs.set(head, { sizeClass: c, owner });
  return `${call} is ${head}`;
}

/** What an acquire finds. */
interface Found {
  /** Abandoned slabs of the class with room. */
  readonly abandoned: readonly PageIndex[];
  /** Where EMPTY slots of the class make a slab. */
  readonly empty: readonly PageIndex[];
  readonly inEmpty: (head: PageIndex) => boolean;
  /** Where pages that nobody uses make a slab; kept runs, and idle abandoned slabs, count as such. */
  readonly idle: readonly PageIndex[];
}

function look(world: World, c: SizeClass): Found {
  const { words } = world.at.records;
  const isEmpty = (page: PageIndex): boolean => stateOf(words[page]) === SlotState.EMPTY && classIn(words[page]) === c;
  const pages = SPAN_PAGES[c];
  const free = idlePages(world);
  const ofClass = [...world.slabs].filter(([, { sizeClass, owner }]) => sizeClass === c && owner === 0);
  return {
    abandoned: ofClass.filter(([head]) => (world.live.get(head) ?? 0) < SPAN_BLOCKS[c]).map(([head]) => head),
    empty: fits(world, pages, isEmpty),
    inEmpty: isEmptySpan(words.slice(0, world.at.records.pageLimit), c),
    idle: fits(world, pages, (page) => free.has(page)),
  };
}

/** Whether the slab at a page would be EMPTY slots of the class, by the page words as they were. */
function isEmptySpan(words: Int32Array, c: SizeClass): (head: PageIndex) => boolean {
  return (head) => {
    const span = words.subarray(head, head + SPAN_PAGES[c]);
    return head !== 0 && span.every((word) => stateOf(word) === SlotState.EMPTY && classIn(word) === c);
  };
}

/** Where so many neighbours in one SuperSlab are free. */
function fits({ at }: World, pages: number, free: (page: PageIndex) => boolean): PageIndex[] {
  const found: PageIndex[] = [];
  const end = at.registry.end * 32;
  for (let page = at.registry.firstPage; page < end; page++) {
    let length = 0;
    while (length < pages && (page & 31) + length < 32 && free(page + length)) length++;
    if (length === pages) found.push(page);
  }
  return found;
}

function idlePages({ at, kept, slabs, live }: World): Set<PageIndex> {
  const { words } = at.records;
  const free = new Set<PageIndex>();
  for (let page = at.registry.firstPage; page < at.registry.end * 32; page++) {
    const state = stateOf(words[page]);
    if (state === SlotState.UNUSED || state === SlotState.EMPTY) free.add(page);
  }
  for (const [head, { pages }] of kept) for (let i = 0; i < pages; i++) free.add(head + i);
  for (const [head, { owner, sizeClass }] of slabs) {
    if (owner !== 0 || live.has(head)) continue;
    for (let i = 0; i < SPAN_PAGES[sizeClass]; i++) free.add(head + i);
  }
  return free;
}

/** Memory has grown, or the answer is 0: nothing that was there could have served. */
function mustHaveLooked(world: World, call: string, { idle }: Found, grown: number, head: PageIndex): void {
  const { at, sharing } = world;
  const id = grown > 0 ? (world.kept.size > 0 ? 'POOL-11' : 'POOL-6') : 'POOL-2';
  if (sharing) at.inspection.must(id, idle.length === 0, call, { grown, couldServe: idle.join() });
  if (head !== 0) return;
  // A SuperSlab from its first page on has room for every span.
  const limit = Math.min(at.registry.memory, at.records.pageLimit / 32);
  at.inspection.must('POOL-2', at.registry.end >= limit, call, { answer: 0, memoryFor: limit, end: at.registry.end });
}

/** Full slabs that were adopted on the way to one with room are the caller's, too. */
function adoptFull({ at, slabs, live }: World, c: SizeClass, owner: ThreadId): void {
  const now = censusOfPool(at, false).slabs;
  for (const [head, slab] of slabs) {
    const full = slab.sizeClass === c && slab.owner === 0 && live.get(head) === SPAN_BLOCKS[c];
    if (full && now.get(head)?.owner === owner) slabs.set(head, { sizeClass: c, owner });
  }
}

/** Kept runs, and abandoned slabs in which nothing is live, may be gone when memory was short. */
function dropUnused(world: World): void {
  const now = censusOfPool(world.at, false);
  for (const head of world.kept.keys()) if (!now.kept.has(head)) world.kept.delete(head);
  for (const [head, { owner }] of world.slabs) {
    if (owner === 0 && !world.live.has(head) && !now.slabs.has(head)) world.slabs.delete(head);
  }
}

function release(world: World, by: number): string {
  const idle = [...world.slabs].filter(([head, { owner }]) => owner !== 0 && !world.live.has(head));
  if (idle.length === 0) return 'nothing to release';
  const [head, { owner }] = pick(idle, by);
  poolOf(world, owner).release(head);
  world.slabs.delete(head);
  world.released++;
  return `release(${head})`;
}

function use(world: World, by: number, also: number): string {
  const all = [...world.slabs];
  if (all.length === 0) return 'nothing to use';
  const [head, { sizeClass, owner }] = pick(all, by);
  const blocks = [0, 1, SPAN_BLOCKS[sizeClass]][also % 3];
  // Nobody makes blocks of an abandoned slab live; they die.
  if (owner === 0 && blocks >= (world.live.get(head) ?? 0) && blocks > 0) return 'nothing';
  world.at.setLive(head, sizeClass, blocks);
  if (blocks === 0) world.live.delete(head);
  else world.live.set(head, blocks);
  return `slab ${head} has ${blocks} live`;
}

function leave(world: World): string {
  world.threads[0][1].leave(GUEST);
  for (const [head, { sizeClass, owner }] of world.slabs) {
    if (owner !== GUEST) continue;
    if (world.live.has(head)) world.slabs.set(head, { sizeClass, owner: 0 });
    else world.slabs.delete(head);
  }
  for (const [head, { owner }] of world.kept) if (owner === GUEST) world.kept.delete(head);
  return `leave(${GUEST})`;
}

function sweep(world: World): string {
  const { empty } = censusOfPool(world.at, false);
  const answer = world.threads[0][1].sweep();
  world.at.inspection.must('POOL-5', answer === empty, 'sweep()', { answer, empty });
  return 'sweep()';
}

function reclaim(world: World, by: number): string {
  const [, pool] = pick(world.threads, by);
  const idle = [...world.slabs].filter(([head, { owner }]) => owner === 0 && !world.live.has(head));
  const expected = idle.length + world.kept.size;
  const answer = pool.reclaim();
  world.at.inspection.must('POOL-10', answer === expected, 'reclaim()', { answer, expected });
  for (const [head] of idle) world.slabs.delete(head);
  world.kept.clear();
  return 'reclaim()';
}

function starve({ at }: World, by: number): string {
  at.registry.memory = by % 3 === 0 ? Number.POSITIVE_INFINITY : at.registry.first + (by % 5);
  return `memory up to SuperSlab ${at.registry.memory}`;
}

const SLOTS: readonly Command[] = [
  acquire,
  acquire,
  acquire,
  acquire,
  release,
  release,
  use,
  use,
  leave,
  sweep,
  reclaim,
  starve,
];

function acquireRun(world: World, by: number, also: number): string {
  const { at } = world;
  const [owner, pool] = pick(world.threads, by);
  const [pages, align] = [1 + (also % 40), 1 << ((also >>> 10) % 4)];
  const call = `acquireRun(${pages}, ${align}) of thread ${owner}`;
  const idle = idlePages(world);
  const { end } = at.registry;
  const head = pool.acquireRun(pages, align);
  if (at.registry.end > end) {
    const fit = runFits(idle, pages, align, end * 32);
    at.inspection.must(world.kept.size > 0 ? 'POOL-11' : 'POOL-6', fit === 0, call, { couldServe: fit });
  }
  dropUnused(world);
  if (head === 0) return `${call} is 0`;
  for (let page = head; page < head + pages; page++) {
    const free = idle.has(page) || page >= end * 32;
    at.inspection.must('POOL-12', free, call, { head, inUse: page });
  }
  world.runs.set(head, pages);
  world.acquiredRuns++;
  return `${call} is ${head}`;
}

/** Where so many neighbours from a multiple of `align` on are free; 0: nowhere. */
function runFits(idle: ReadonlySet<PageIndex>, pages: number, align: number, end: PageIndex): PageIndex {
  for (let head = align; head + pages <= end; head += align) {
    let length = 0;
    while (length < pages && idle.has(head + length)) length++;
    if (length === pages) return head;
  }
  return 0;
}

function releaseRun(world: World, by: number, also: number): string {
  if (world.runs.size === 0) return 'no run to release';
  const [head, pages] = pick([...world.runs], by);
  const keep = also % 2 === 0 ? 0 : (also >>> 1) % pages;
  const call = `releaseRun(${head}, ${keep})`;
  const done = pick(world.threads, also >>> 4)[1].releaseRun(head, keep);
  world.at.inspection.must('POOL-14', done, call, { answer: done });
  if (keep === 0) world.runs.delete(head);
  else world.runs.set(head, keep);
  return call;
}

function extendRun(world: World, by: number, also: number): string {
  const { at } = world;
  if (world.runs.size === 0) return 'no run to extend';
  const [head, pages] = pick([...world.runs], by);
  const wanted = pages + 1 + (also % 20);
  const call = `extendRun(${head}, ${pages}, ${wanted})`;
  const idle = idlePages({ ...world, slabs: new Map() });
  const { end } = at.registry;
  const limit = Math.min(Math.max(end, at.registry.memory) * 32, at.records.pageLimit);
  let could = head + wanted <= limit;
  for (let page = head + pages; page < Math.min(head + wanted, end * 32); page++) could &&= idle.has(page);
  const done = world.threads[0][1].extendRun(head, pages, wanted);
  at.inspection.must('POOL-13', done === could, call, { answer: done, could });
  dropUnused(world);
  if (done) world.runs.set(head, wanted);
  return `${call} is ${done}`;
}

function keepRun(world: World, by: number, also: number): string {
  if (world.runs.size === 0) return 'no run to keep';
  const [head, pages] = pick([...world.runs], by);
  const [owner, pool] = pick(world.threads, also);
  world.at.inspection.must('POOL-14', pool.keepRun(head), `keepRun(${head})`, { answer: false });
  world.runs.delete(head);
  world.kept.set(head, { pages, owner });
  return `keepRun(${head}) of thread ${owner}`;
}

function useKept(world: World, by: number, also: number): string {
  if (world.kept.size === 0) return 'nothing is kept';
  const [head, { pages, owner }] = pick([...world.kept], by);
  const [caller, pool] = pick(world.threads, also);
  const drops = (also >>> 4) % 3 === 0;
  const call = `${drops ? 'dropRun' : 'reuseRun'}(${head}) of thread ${caller}`;
  const done = drops ? pool.dropRun(head) : pool.reuseRun(head, pages);
  world.at.inspection.must('POOL-18', done === (caller === owner), call, { answer: done, keeper: owner });
  if (!done) return `${call}, which does not keep it`;
  world.kept.delete(head);
  if (!drops) world.runs.set(head, pages);
  return call;
}

function splitRun(world: World, by: number, also: number): string {
  const long = [...world.runs].filter(([, pages]) => pages > 1);
  if (long.length === 0) return 'no run to split';
  const [head, pages] = pick(long, by);
  const first = 1 + (also % (pages - 1));
  const [owner, pool] = pick(world.threads, also >>> 8);
  pool.splitRun(head, first);
  world.runs.set(head, first);
  world.kept.set(head + first, { pages: pages - first, owner });
  return `splitRun(${head}, ${first}) of thread ${owner}`;
}

function joinRuns(world: World, by: number): string {
  const { at, kept } = world;
  const beside = [...kept].filter(([head, { pages }]) => kept.has(head + pages));
  if (beside.length === 0) return 'no runs to join';
  const [head, { pages, owner }] = pick(beside, by);
  const next = head + pages;
  const more = kept.get(next)!;
  const done = poolOf(world, owner).joinRuns(head, next);
  at.inspection.must('POOL-19', done === (more.owner === owner), `joinRuns(${head}, ${next})`, { answer: done });
  if (!done) return `joinRuns(${head}, ${next}), of two threads`;
  kept.delete(next);
  kept.set(head, { pages: pages + more.pages, owner });
  return `joinRuns(${head}, ${next})`;
}

const RUNS: readonly Command[] = [
  ...[acquireRun, acquireRun, releaseRun, extendRun, keepRun, keepRun, useKept, splitRun, joinRuns],
];

function poolOf({ threads }: World, owner: ThreadId): RunPool {
  return threads.find(([thread]) => thread === owner)![1];
}

function compare(world: World, call: string): void {
  const { at } = world;
  const seen = at.mustBeSound(call);
  same(world, 'POOL-12', call, seen.slabs, world.slabs);
  same(world, 'POOL-12', call, seen.runs, world.runs);
  same(world, 'POOL-18', call, seen.kept, world.kept);
  for (const [head, blocks] of world.live) {
    const { sizeClass } = world.slabs.get(head)!;
    at.inspection.must('GENERAL-D', countLive(at, head, sizeClass) === blocks, call, { head, blocks });
  }
  compareStats(world, call, seen);
}

function countLive({ records }: PoolStand, head: PageIndex, sizeClass: SizeClass): number {
  const bytes = records.live.subarray(head * 4_096, (head + SPAN_PAGES[sizeClass]) * 4_096);
  let live = 0;
  for (let at = bytes.indexOf(1); at !== -1; at = bytes.indexOf(1, at + 1)) live++;
  return live;
}

function same(world: World, id: 'POOL-12' | 'POOL-18', call: string, now: Census[Kinds], model: Census[Kinds]): void {
  const inWords = (map: Census[Kinds]): string => JSON.stringify([...map].sort(([a], [b]) => a - b));
  const [seen, expected] = [inWords(now), inWords(model)];
  world.at.inspection.must(id, seen === expected, call, { seen, expected });
}

type Kinds = 'slabs' | 'runs' | 'kept';

function compareStats(world: World, call: string, seen: Census): void {
  const stats = world.at.checked.stats();
  const { reuse, unused, fresh, adopted, released, runs, retries, unusedSlots, emptySlots, touchedPages } = stats;
  const counted = reuse + unused + fresh === world.served && adopted >= world.adopted;
  const calls = released === world.released && runs === world.acquiredRuns;
  const slots = unusedSlots === seen.unused && emptySlots === seen.empty;
  const active = world.at.registry.end * 32 - world.at.registry.firstPage - seen.unused - seen.empty;
  const { served, adopted: adoptions } = world;
  const expected = JSON.stringify({ served, adoptions, unused: seen.unused, empty: seen.empty, active });
  const right = counted && calls && slots && touchedPages >= active;
  world.at.inspection.must('POOL-20', right, call, { stats: JSON.stringify(stats), expected });
  const alone = retries.slot + retries.run + retries.adopt === 0;
  world.at.inspection.must('POOL-20', alone, call, { retries: JSON.stringify(retries), threadsAtOnce: 1 });
}
