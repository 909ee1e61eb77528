/** A warm pool against a plain model: that of every slab source, and what a pool counts and may hold. */

import { type PageIndex, POLICY_WARM_PREFILL, POLICY_WARM_SIZE, type SizeClass } from '@hakmem/contracts';
import type { Chance } from '../programs.js';
import {
  beginSource,
  handOut,
  offerSome,
  retireSome,
  runSourceModel,
  type SourceCommand,
  type SourceWorld,
  starve,
} from './source-model.js';
import type { Stand } from './warm-stand.js';

interface World extends SourceWorld<Stand> {
  hits: number;
  misses: number;
}

/** Runs random programs; see {@link runSourceModel}. */
export function runWarmPrograms(chance: Chance, stand: () => Stand): void {
  const begin = (): World => ({ ...beginSource(stand()), hits: 0, misses: 0 });
  runSourceModel(chance, begin, COMMANDS, compare);
}

const COMMANDS: readonly SourceCommand<World>[] = [
  offer,
  offer,
  fetch('acquire'),
  fetch('acquire'),
  fetch('spare'),
  retireSome,
  stock,
  starve,
  resize,
];

function fetch(verb: 'acquire' | 'spare'): SourceCommand<World> {
  return (world, c) => {
    const own: ReadonlySet<PageIndex> = new Set(world.at.own(c));
    const head = handOut(world, c, verb);
    if (head === 0) return `${verb}(${c}) is 0`;
    world[own.has(head) ? 'hits' : 'misses']++;
    return `${verb}(${c}) is ${head}, ${own.has(head) ? 'a hit' : 'a miss'}`;
  };
}

function offer(world: World, c: SizeClass, by: number): string {
  const { at } = world;
  const before = at.own(c).length;
  const call = offerSome(world, c, by);
  const own = at.own(c).length;
  at.inspection.must('WARM-5', own <= (at.size === 0 ? before : at.size), call, { own, size: at.size });
  return call;
}

function stock({ at, held }: World, c: SizeClass, by: number): string {
  for (const head of at.parent.stock(c, by % 5)) held.get(c)!.add(head);
  return `the parent gets ${by % 5} slabs of class ${c}`;
}

function resize({ at }: World, _: SizeClass, by: number): string {
  at.size = by % 18;
  at.prefill = (by >>> 8) % 6;
  at.stage.setPolicy(POLICY_WARM_SIZE, at.size);
  at.stage.setPolicy(POLICY_WARM_PREFILL, at.prefill);
  return `size ${at.size}, prefill ${at.prefill}`;
}

function compare({ at, hits, misses }: World, call: string): void {
  const said = at.warm.stats();
  const same = said.hits === hits && said.misses === misses;
  at.inspection.must('WARM-4', same, call, { saidHits: said.hits, hits, saidMisses: said.misses, misses });
}
