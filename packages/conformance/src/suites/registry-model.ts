/** A registry, or two threads' over one region, against a plain model: the tiers, the order of the FREE ones, and the counts. */

import { SLOTS_PER_SUPERSLAB, type SuperRegistry, type SuperSlabIndex, Tier } from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import { MANY, type RegistryStand } from './registry-stand.js';

interface World {
  readonly at: RegistryStand;
  /** Each thread's; the first behind checks. */
  readonly threads: readonly SuperRegistry[];
  /** The same, without checks: they are looked at after every step. */
  readonly looks: readonly SuperRegistry[];
  readonly tiers: Tier[];
  /** The FREE ones in the order in which they became so. */
  free: SuperSlabIndex[];
  /** FREE since before the program began: nobody knows in which order. */
  old: SuperSlabIndex[];
  retain: number;
  peak: number;
  created: number;
  returned: number;
}

type Command = (world: World, registry: SuperRegistry, by: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runRegistryPrograms(chance: Chance, stand: () => RegistryStand): void {
  runPrograms(chance, 50, () => begin(stand()), step);
}

const COMMANDS: readonly Command[] = [extend, extend, reuse, heat, drain, free, free, trim, starve, retain];

function begin(at: RegistryStand): World {
  const { registry, recipe } = at;
  const others = recipe.capabilities.concurrency === 'any' ? [at.join()] : [];
  const [threads, looks] = [
    [registry, ...others],
    [at.raw, ...others],
  ];
  const tiers = at.tiers();
  const old = tiers.map((_, i) => registry.first + i);
  return {
    at,
    threads,
    looks,
    tiers,
    free: [],
    old,
    retain: MANY,
    peak: registry.stats().peak,
    created: old.length,
    returned: 0,
  };
}

function step(world: World, [what, first, second]: Step): string {
  const said = pick(COMMANDS, what)(world, pick(world.threads, first), second);
  compare(world, said);
  return said;
}

function extend(world: World, registry: SuperRegistry, by: number): string {
  const { at, tiers } = world;
  const { space, inspection } = at;
  const count = 1 + (by % 3);
  const call = `extend(${count})`;
  const from = registry.first + tiers.length;
  const pages = Math.min((from + count) * SLOTS_PER_SUPERSLAB, space.pageLimit);
  const fits = from + count <= at.limit && (pages <= space.available || pages <= space.committedPages);
  const answer = registry.extend(count);
  inspection.must(fits ? 'REGISTRY-3' : 'REGISTRY-8', answer === (fits ? from : -1), call, { answer, from, fits });
  if (!fits) return `${call} is -1`;
  for (let i = 0; i < count; i++) tiers.push(Tier.HOT);
  world.created += count;
  return `${call} is ${answer}`;
}

function reuse(world: World, registry: SuperRegistry): string {
  const { at, free, old } = world;
  const answer = registry.reuse();
  const latest = free.at(-1);
  const right = latest !== undefined ? answer === latest : old.length > 0 ? old.includes(answer) : answer === -1;
  at.inspection.must(answer === -1 ? 'REGISTRY-8' : 'REGISTRY-3', right, 'reuse()', { answer, freed: free.join() });
  if (answer !== -1) set(world, answer, Tier.HOT);
  return `reuse() is ${answer}`;
}

function heat(world: World, registry: SuperRegistry, by: number): string {
  return move(world, by, [Tier.HOT, Tier.DRAINING, Tier.FREE], Tier.HOT, (each) => registry.heat(each));
}

function drain(world: World, registry: SuperRegistry, by: number): string {
  return move(world, by, [Tier.HOT], Tier.DRAINING, (each) => registry.drain(each));
}

function free(world: World, registry: SuperRegistry, by: number): string {
  const said = move(world, by, [Tier.HOT, Tier.DRAINING], Tier.FREE, (each) => registry.free(each));
  takeAway(world, registry, said, world.retain);
  return said;
}

function move(
  world: World,
  by: number,
  from: readonly Tier[],
  next: Tier,
  act: (superSlab: SuperSlabIndex) => void,
): string {
  const { first } = world.at.registry;
  const fit = world.tiers.flatMap((tier, i) => (from.includes(tier) ? [first + i] : []));
  if (fit.length === 0) return 'nothing to move';
  const superSlab = pick(fit, by);
  act(superSlab);
  set(world, superSlab, next);
  return `${superSlab} becomes ${['ABSENT', 'HOT', 'DRAINING', 'FREE'][next]}`;
}

function trim(world: World, registry: SuperRegistry, by: number): string {
  if (registry.trim === undefined) return 'nothing can be trimmed';
  const { at, tiers } = world;
  const most = by % 4;
  const call = `trim(${most})`;
  let top = 0;
  while (top < tiers.length && tiers[tiers.length - 1 - top] === Tier.FREE) top++;
  const expected = at.space.release === undefined ? 0 : Math.max(0, Math.min(top, at.count(Tier.FREE) - most));
  const answer = registry.trim(most);
  const gone = takeAway(world, registry, call, most);
  at.inspection.must('REGISTRY-4', answer === expected && gone === expected, call, { answer, gone, expected });
  return `${call} is ${answer}`;
}

function starve({ at }: World, _: SuperRegistry, by: number): string {
  at.space.available = by % 2 === 0 ? at.space.pageLimit : at.space.committedPages + (by % 70);
  return `memory up to page ${at.space.available}`;
}

function retain(world: World, _: SuperRegistry, by: number): string {
  world.retain = by % 3 === 0 ? MANY : by % 4;
  world.at.setRetain(world.retain);
  return `retain ${world.retain}`;
}

function set(world: World, superSlab: SuperSlabIndex, tier: Tier): void {
  world.tiers[superSlab - world.at.registry.first] = tier;
  world.free = world.free.filter((each) => each !== superSlab);
  world.old = world.old.filter((each) => each !== superSlab);
  if (tier === Tier.FREE) world.free.push(superSlab);
}

/** Takes note of SuperSlabs that have gone from the top, FREE and beyond those to be retained all of them; says how many. */
function takeAway(world: World, registry: SuperRegistry, call: string, least: number): number {
  const { at, tiers } = world;
  const gone = tiers.length - (registry.end - registry.first);
  if (gone <= 0) return 0;
  const tops = tiers.splice(tiers.length - gone);
  const used = tops.find((tier) => tier !== Tier.FREE);
  at.inspection.must('REGISTRY-4', used === undefined && at.space.release !== undefined, call, { gone, used });
  world.free = world.free.filter((each) => each < registry.end);
  world.old = world.old.filter((each) => each < registry.end);
  const left = world.free.length + world.old.length;
  at.inspection.must('REGISTRY-4', left >= least, call, { gone, left, retain: least });
  const { committedPages } = at.space;
  at.inspection.must('REGISTRY-4', committedPages <= registry.end * SLOTS_PER_SUPERSLAB, call, { committedPages });
  world.returned += gone;
  return gone;
}

function compare(world: World, call: string): void {
  const { at, looks, tiers, created, returned } = world;
  const used = tiers.filter((tier) => tier !== Tier.FREE).length;
  world.peak = Math.max(world.peak, used);
  for (const registry of looks) {
    const seen = at.tiers(registry).join();
    at.inspection.must('REGISTRY-9', seen === tiers.join(), call, { tiers: seen, model: tiers.join() });
    const beyond = registry.tier(registry.end);
    at.inspection.must('REGISTRY-2', beyond === Tier.ABSENT, call, { superSlab: registry.end, tier: beyond });
    const stats = registry.stats();
    const counts = [stats.created, stats.returned, stats.peak, stats.retries].join();
    const model = [created, returned, world.peak, 0].join();
    at.inspection.must('REGISTRY-2', counts === model, call, { createdReturnedPeakRetries: counts, model });
    at.isWhole(call, registry);
  }
  const backed = Math.min(at.registry.end * SLOTS_PER_SUPERSLAB, at.space.pageLimit);
  const { committedPages } = at.space;
  const there = tiers.length === 0 || committedPages >= backed;
  at.inspection.must('REGISTRY-4', there, call, { committedPages, backed });
}
