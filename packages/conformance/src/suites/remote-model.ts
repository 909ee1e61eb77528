/**
 * Remote queues of three threads against a plain model: which blocks are live, who owns which slab, and of which free blocks
 * each owner knows. What must hold after every step: an owner that does not know of every free block of a slab is told of it.
 * A mark that is set without need, for a slab that has gone or changed hands, may stay or not; one that nobody set may not be.
 */

import {
  type Address,
  CLASS_COUNT,
  type PageIndex,
  type SizeClass,
  SPAN_BLOCKS,
  type ThreadId,
} from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import { MINE, OTHER, type RemoteStand, SINGLE, SPAN, TAIL, THIRD, THREADS, TINY } from './remote-stand.js';

const CLASSES: readonly SizeClass[] = [TINY, TAIL, SPAN, SINGLE];
/** Blocks of a slab that the programs use, spread over it. */
const BLOCKS = 6;

interface Slab {
  readonly head: PageIndex;
  readonly sizeClass: SizeClass;
  owner: ThreadId | 0;
  readonly live: Set<Address>;
  readonly free: Set<Address>;
  /** Free blocks that the owner has seen. */
  readonly known: Set<Address>;
}

/** Of a thread: marks that may be set, what was counted, and the slab in which it freed last. */
interface Thread {
  readonly marks: Set<PageIndex>;
  readonly classes: Set<SizeClass>;
  told: number;
  taken: number;
  lastFreed: PageIndex | 0;
}

interface World {
  readonly at: RemoteStand;
  readonly heads: readonly PageIndex[];
  readonly slabs: Map<PageIndex, Slab>;
  readonly threads: Map<ThreadId, Thread>;
}

type Command = (world: World, by: number, and: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runRemotePrograms(chance: Chance, stand: () => RemoteStand, pageLimit: number): void {
  const last = pageLimit - 5;
  const heads = [1, 28, 32, 60, 64, last];
  runPrograms(chance, 60, () => begin(stand(), heads), step);
}

function begin(at: RemoteStand, heads: readonly PageIndex[]): World {
  const thread = (): Thread => ({ marks: new Set(), classes: new Set(), told: 0, taken: 0, lastFreed: 0 });
  return { at, heads, slabs: new Map(), threads: new Map(THREADS.map((t) => [t, thread()])) };
}

function step(world: World, [what, first, second]: Step): string {
  const said = pick(COMMANDS, what)(world, first, second);
  compare(world, said);
  return said;
}

const COMMANDS: readonly Command[] = [
  ...[make, make, make, handOut, handOut, handOut, free, free, free, free, free, free],
  ...[take, take, take, freeAgain, turn, abandon, adopt, retire, settle],
];

function make({ at, heads, slabs }: World, by: number, and: number): string {
  const head = pick(heads, by);
  if (slabs.has(head)) return 'no page to make a slab in';
  const sizeClass = pick(CLASSES, and);
  const owner = pick(THREADS, and >>> 8);
  at.slab(head, sizeClass, owner, 0);
  const blocks = SPAN_BLOCKS[sizeClass];
  const count = Math.min(BLOCKS, blocks);
  const spread = (i: number): number => (count === 1 ? 0 : Math.floor((i * (blocks - 1)) / (count - 1)));
  const free = Array.from({ length: count }, (_, i) => at.block(head, sizeClass, spread(i)));
  slabs.set(head, { head, sizeClass, owner, live: new Set(), free: new Set(free), known: new Set(free) });
  return `${owner} makes slab ${head} of class ${sizeClass}`;
}

function handOut(world: World, by: number, and: number): string {
  const slab = one(world, by, ({ owner, known }) => owner !== 0 && known.size > 0);
  if (slab === null) return 'nothing to hand out';
  const out = [...slab.known].slice(0, 1 + (and % BLOCKS));
  for (const address of out) {
    slab.known.delete(address);
    slab.free.delete(address);
    slab.live.add(address);
    world.at.revive(address);
  }
  return `${slab.owner} hands out ${out.join(', ')}`;
}

function free(world: World, by: number, and: number): string {
  const slab = one(world, by, ({ live }) => live.size > 0);
  if (slab === null) return 'nothing to free';
  const thread = pick(THREADS, and >>> 8);
  const address = pick([...slab.live], and);
  world.at.free(thread, [address]);
  slab.live.delete(address);
  slab.free.add(address);
  world.threads.get(thread)!.lastFreed = slab.head;
  return `${thread} frees ${address} of slab ${slab.head}${tell(world, thread, slab.head)}`;
}

/** What a thread tells of a slab: once until its owner has looked. */
function tell({ slabs, threads }: World, teller: ThreadId, head: PageIndex | 0): string {
  const slab = slabs.get(head);
  if (slab === undefined || slab.owner === 0) return '';
  const { marks, classes } = threads.get(slab.owner)!;
  const again = marks.has(head);
  if (!again) threads.get(teller)!.told++;
  marks.add(head);
  classes.add(slab.sizeClass);
  return again ? '' : `, ${slab.owner} is told`;
}

function freeAgain(world: World, by: number, and: number): string {
  const slab = one(world, by, ({ free }) => free.size > 0);
  if (slab === null) return 'nothing to free again';
  const thread = pick(THREADS, and >>> 8);
  const address = pick([...slab.free], and);
  for (const wrong of [address, address + 16]) {
    world.at.inspection.must('REMOTE-1', !world.at.queue(thread).free(wrong), `free(${wrong})`, { answer: true });
  }
  world.threads.get(thread)!.lastFreed = slab.head;
  return `${thread} frees ${address} again`;
}

function take(world: World, by: number, and: number): string {
  const thread = pick(THREADS, by);
  const { at, slabs, threads } = world;
  const mine = threads.get(thread)!;
  const sizeClass = pick(mine.classes.size > 0 ? [...mine.classes] : CLASSES, and);
  const call = `take(${sizeClass}) of ${thread}`;
  const heads = at.take(thread, sizeClass);
  for (const { head, owner, sizeClass: c, free, known } of slabs.values()) {
    if (owner !== thread || c !== sizeClass) continue;
    const news = [...free].some((address) => !known.has(address));
    at.inspection.must('REMOTE-8', !news || heads.includes(head), call, { missing: head, visited: heads.join() });
  }
  for (const head of heads) {
    const slab = slabs.get(head);
    const right = slab?.owner === thread && slab.sizeClass === sizeClass && mine.marks.has(head);
    at.inspection.must('REMOTE-4', right, call, { head, owner: slab?.owner, marked: mine.marks.has(head) });
    for (const address of slab!.free) slab!.known.add(address);
    mine.marks.delete(head);
    mine.taken++;
  }
  mine.classes.delete(sizeClass);
  // Marks of slabs that are not this thread's: cleared or not, as the box likes.
  for (const head of mine.marks)
    if (slabs.get(head)?.owner !== thread && !seesMark(at, head, thread)) mine.marks.delete(head);
  return `${call} visits ${heads.join(', ') || 'nothing'}`;
}

/** Whether a thread's mark of a slab is set: shown to the box as a slab of the thread, for a look. */
function seesMark(at: RemoteStand, head: PageIndex, thread: ThreadId): boolean {
  const { words } = at.stage.records;
  const word = words[head];
  at.handOver(head, TINY, thread);
  const marked = at.queue(MINE).isTold(head);
  words[head] = word;
  return marked;
}

function turn({ at, threads }: World, by: number): string {
  const thread = pick(THREADS, by);
  const classes = Array.from({ length: CLASS_COUNT }, (_, c) => c).filter((c) => at.queue(thread).hasNews(c));
  const turns = classes.map(() => at.queue(thread).nextClass()).sort((a, b) => a - b);
  const call = `nextClass() of ${thread}, ${classes.length} times`;
  at.inspection.must('REMOTE-7', turns.join() === classes.join(), call, { turns: turns.join(), news: classes.join() });
  at.inspection.must('REMOTE-7', classes.length > 0 || at.queue(thread).nextClass() === -1, call, {});
  const told = classes.every((c) => threads.get(thread)!.classes.has(c));
  at.inspection.must('REMOTE-7', told, call, { news: classes.join() });
  return call;
}

function abandon(world: World, by: number): string {
  const slab = one(world, by, ({ owner }) => owner !== 0);
  if (slab === null) return 'nothing to abandon';
  world.at.handOver(slab.head, slab.sizeClass, 0);
  slab.owner = 0;
  return `slab ${slab.head} is abandoned`;
}

/** A thread adopts a slab, and counts it. */
function adopt(world: World, by: number, and: number): string {
  const slab = one(world, by, ({ owner }) => owner === 0);
  if (slab === null) return 'nothing to adopt';
  slab.owner = pick(THREADS, and);
  world.at.handOver(slab.head, slab.sizeClass, slab.owner);
  for (const address of slab.free) slab.known.add(address);
  return `${slab.owner} adopts slab ${slab.head}`;
}

function retire(world: World, by: number): string {
  const slab = one(world, by, ({ live, free, known }) => live.size === 0 && free.size === known.size);
  if (slab === null) return 'nothing to retire';
  world.at.retire(slab.head, slab.sizeClass);
  world.slabs.delete(slab.head);
  return `slab ${slab.head} is retired`;
}

function settle(world: World, by: number, and: number): string {
  const thread = pick(THREADS, by);
  const other = pick([MINE, OTHER, THIRD], and);
  world.at.queue(thread).settle(other);
  return `${thread} settles for ${other}${tell(world, thread, world.threads.get(other)!.lastFreed)}`;
}

/** One of the slabs that fit. */
function one({ slabs }: World, by: number, fits: (slab: Slab) => boolean): Slab | null {
  const fitting = [...slabs.values()].filter(fits);
  return fitting.length === 0 ? null : pick(fitting, by);
}

function compare({ at, slabs, threads }: World, call: string): void {
  for (const { head, owner, sizeClass, live, free, known } of slabs.values()) {
    const wrong = [...live, ...free].find((address) => at.isLive(address) !== live.has(address));
    at.inspection.must('REMOTE-1', wrong === undefined, call, { liveByteOf: wrong });
    const told = THREADS.map((thread) => at.queue(thread).isTold(head));
    const agree = told.every((each) => each === told[0]);
    const may = owner !== 0 && threads.get(owner)!.marks.has(head);
    at.inspection.must('REMOTE-2', agree && (may || !told[0]), call, { head, owner, told: told.join(), may });
    if (owner === 0 || [...free].every((address) => known.has(address))) continue;
    const hasNews = at.queue(owner).hasNews(sizeClass);
    at.inspection.must('REMOTE-2', told[0] && hasNews, call, { head, owner, told: told[0], hasNews });
  }
  for (const [thread, { classes, told, taken }] of threads) {
    const news = CLASSES.filter((c) => at.queue(thread).hasNews(c));
    at.inspection.must(
      'REMOTE-8',
      news.every((c) => classes.has(c)),
      call,
      { thread, hasNewsOf: news.join() },
    );
    const said = at.queue(thread).stats();
    at.inspection.must('REMOTE-2', said.told === told, call, { thread, said: said.told, told });
    at.inspection.must('REMOTE-8', said.taken === taken, call, { thread, said: said.taken, taken });
  }
  at.stage.checkFences(at.inspection, call);
}
