/**
 * A cache against a plain model: which blocks are live, what the policy says, which slabs are told. Checks look at each call;
 * after every step the live bytes of all slabs are those of the model, each slab's equation holds with the news in it, the
 * walkers find nothing, retired slabs are counted, and the policy is as it was.
 */

import { type Address, POLICY_DRAIN_INTERVAL, type SizeClass, SPAN_BLOCKS } from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import type { LayCache } from './cache-stand.js';
import { blocksOf, type CacheStand, PAIR, SINGLE, SPAN, TAIL, TINY_1024 } from './cache-stand.js';

const CLASSES: readonly SizeClass[] = [TINY_1024, TINY_1024, TAIL, SPAN, PAIR, SINGLE];
const PAGES = 30;

interface World {
  readonly at: CacheStand;
  /** Blocks in the user's hands, in the order in which they were taken. */
  readonly live: Map<SizeClass, Address[]>;
  readonly policy: Int32Array;
}

type Command = (world: World, sizeClass: SizeClass, by: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runCachePrograms(chance: Chance, lay: LayCache, remote: boolean): void {
  const commands = remote ? [...COMMANDS, freeElsewhere, freeElsewhere, freeElsewhere, late] : COMMANDS;
  runPrograms(
    chance,
    30,
    () => begin(lay({ pageLimit: PAGES })),
    (world, step) => act(world, commands, step),
  );
}

function begin(at: CacheStand): World {
  return { at, live: new Map(CLASSES.map((c) => [c, []])), policy: at.policyTable() };
}

function act(world: World, commands: readonly Command[], [what, first, second]: Step): string {
  const said = pick(commands, what)(world, pick(CLASSES, first), second);
  compare(world, said);
  return said;
}

const COMMANDS: readonly Command[] = [
  ...[take, take, take, give, give, give, giveAgain, drain],
  ...[flushAll, retireIdle, prewarm, setCap, setBatch, setInterval, refuse],
];

function take({ at, live }: World, c: SizeClass, by: number): string {
  const count = 1 + (by % (by % 5 === 0 ? 60 : 6));
  for (let i = 0; i < count; i++) {
    const { refusals } = at.source;
    const address = at.cache.take(c);
    const call = `take(${c})`;
    if (address === 0) {
      exhausted(at, c, refusals);
      return `${call} is 0 after ${i}`;
    }
    const again = live.get(c)!.includes(address);
    at.inspection.must('CACHE-1', !again, call, { address, handedOutTwice: again });
    live.get(c)!.push(address);
  }
  return `take(${c}) × ${count}`;
}

/** The answer was 0: there is nothing left that could have been handed out. */
function exhausted(at: CacheStand, c: SizeClass, refusals: number): void {
  const call = `take(${c})`;
  at.inspection.must('CACHE-16', at.source.refusals > refusals, call, {
    answer: 0,
    asked: at.source.refusals > refusals,
  });
  const cached = new Set<number | undefined>();
  at.cache.cached((_, address) => cached.add(at.source.slabOf(address)?.head));
  for (const { head, sizeClass } of at.source.slabs()) {
    const free = blocksOf(head, sizeClass).filter((address) => !at.isLive(address)).length;
    const idle = free === SPAN_BLOCKS[sizeClass] && !cached.has(head);
    at.inspection.must('CACHE-16', !(idle || (sizeClass === c && free > 0)), call, { slab: head, sizeClass, free });
  }
}

function give({ at, live }: World, c: SizeClass, by: number): string {
  const blocks = live.get(c)!;
  const count = Math.min(blocks.length, 1 + (by % (by % 4 === 0 ? 60 : 8)));
  for (let i = 0; i < count; i++) at.give(c, blocks.splice((by * (i + 1)) % blocks.length, 1));
  return `give(${c}, …) × ${count}`;
}

/** Another thread frees blocks. */
function freeElsewhere({ at, live }: World, c: SizeClass, by: number): string {
  const blocks = live.get(c)!;
  const count = Math.min(blocks.length, 1 + (by % (by % 4 === 0 ? 60 : 8)));
  for (let i = 0; i < count; i++) at.freeElsewhere(blocks.splice((by * (i + 1)) % blocks.length, 1));
  return `others free ${count} of class ${c}`;
}

/** A thread that was slow to tell marks a slab. */
function late({ at }: World, _: SizeClass, by: number): string {
  const slabs = at.source.slabs();
  if (slabs.length === 0) return 'no slab to be told late';
  const { head } = pick(slabs, by);
  at.other.late(head);
  return `slab ${head} is told late`;
}

function giveAgain({ at }: World, c: SizeClass, by: number): string {
  const dead = at.slabs(c).flatMap((head) => blocksOf(head, c).filter((address) => !at.isLive(address)));
  if (dead.length === 0) return 'nothing to give again';
  const address = pick(dead, by);
  at.inspection.must('CACHE-2', !at.cache.give(c, address), `give(${c}, ${address})`, { live: false });
  return `give(${c}, ${address}) again`;
}

function drain({ at }: World, c: SizeClass): string {
  const news = at.slabs(c).filter((head) => at.remote.slabs.has(head));
  at.cache.drain(c);
  const cached = new Set(at.cached(c).map((address) => at.source.slabOf(address)!.head));
  for (const head of at.slabs(c)) {
    const alive = blocksOf(head, c).some((address) => at.isLive(address));
    const may = !news.includes(head) && !cached.has(head);
    at.inspection.must('CACHE-6', alive || may, `drain(${c})`, { slab: head, nothingLive: true });
  }
  return `drain(${c})`;
}

function flushAll({ at }: World): string {
  at.cache.flushAll();
  return 'flushAll()';
}

function retireIdle({ at }: World): string {
  at.cache.retireIdle();
  return 'retireIdle()';
}

function prewarm({ at }: World, c: SizeClass, by: number): string {
  at.cache.prewarm(c, by % 20);
  return `prewarm(${c}, ${by % 20})`;
}

function setCap(world: World, c: SizeClass, by: number): string {
  world.at.policy(c, by % 12);
  world.policy.set(world.at.policyTable());
  return `cap(${c}) = ${by % 12}`;
}

function setBatch(world: World, c: SizeClass, by: number): string {
  world.at.policy(c, undefined, by % 12);
  world.policy.set(world.at.policyTable());
  return `batch(${c}) = ${by % 12}`;
}

function setInterval(world: World, _: SizeClass, by: number): string {
  world.at.interval(by % 30);
  world.policy[POLICY_DRAIN_INTERVAL] = by % 30;
  return `drain interval = ${by % 30}`;
}

function refuse({ at }: World, _: SizeClass, by: number): string {
  at.source.refusing = by % 2 === 0;
  return at.source.refusing ? 'the source refuses' : 'the source gives';
}

function compare({ at, live, policy }: World, call: string): void {
  const cached = new Map<number, number>();
  at.cache.cached((_, address) => {
    const { head } = at.source.slabOf(address)!;
    cached.set(head, (cached.get(head) ?? 0) + 1);
  });
  for (const { head, sizeClass } of at.source.slabs()) {
    const blocks = blocksOf(head, sizeClass);
    const out = new Set(live.get(sizeClass));
    const wrong = blocks.find((address) => at.isLive(address) !== out.has(address));
    at.inspection.must('CACHE-1', wrong === undefined, call, { liveByteOf: wrong });
    const seen = { live: blocks.filter((address) => out.has(address)).length, cached: cached.get(head) ?? 0 };
    const room = at.source.room(head);
    const news = SPAN_BLOCKS[sizeClass] - seen.live - seen.cached - room;
    const told = at.remote.slabs.has(head) && at.remote.classes.has(sizeClass);
    const holds = news === 0 || (news > 0 && told);
    at.inspection.must('CACHE-4', holds, call, { slab: head, sizeClass, ...seen, room, told });
  }
  at.sound(call);
  const table = at.policyTable();
  const wrote = policy.findIndex((value, i) => value !== table[i]);
  at.inspection.must('GENERAL-D', wrote === -1, call, { policyWord: wrote });
  const { retired } = at.cache.stats();
  at.inspection.must('CACHE-15', retired === at.source.retired.length, call, {
    retired,
    really: at.source.retired.length,
  });
}
