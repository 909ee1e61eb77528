/**
 * A slab source against a plain model: which slabs the chain holds, and which are in use. Whatever the order in which it hands
 * slabs out, it hands out what it holds.
 */

import { type PageIndex, type SizeClass, SPAN_BLOCKS } from '@hakmem/contracts';
import { type Chance, pick, runPrograms } from '../programs.js';
import { problemsOf } from '../stage.js';
import { heldOf, type SourceStand, setRoom } from './source-stand.js';

export const MODEL_CLASSES: readonly SizeClass[] = [0, 3, 50, 95];

/** A stand, and what its chain must hold. */
export interface SourceWorld<At extends SourceStand = SourceStand> {
  readonly at: At;
  /** Slabs that the chain holds, and slabs that are in use, by class. */
  readonly held: Map<SizeClass, Set<PageIndex>>;
  readonly used: Map<SizeClass, PageIndex[]>;
}

/** Carries a step out and says what it was. */
export type SourceCommand<World extends SourceWorld> = (world: World, sizeClass: SizeClass, by: number) => string;

export function beginSource<At extends SourceStand>(at: At): SourceWorld<At> {
  const lists = <T>(make: () => T): Map<SizeClass, T> => new Map(MODEL_CLASSES.map((c) => [c, make()]));
  return { at, held: lists(() => new Set<PageIndex>()), used: lists((): PageIndex[] => []) };
}

/** Runs random programs of `commands`, and holds every step against the model, then `compare`; see {@link runPrograms}. */
export function runSourceModel<World extends SourceWorld>(
  chance: Chance,
  begin: () => World,
  commands: readonly SourceCommand<World>[],
  compare: (world: World, call: string) => void = () => {},
): void {
  runPrograms(chance, 60, begin, (world, [what, first, second]) => {
    const said = pick(commands, what)(world, pick(MODEL_CLASSES, first), second);
    compareSource(world, said);
    compare(world, said);
    return said;
  });
}

/** acquire or spare: the head is one that the chain held, or a new one that only acquire may ask for. */
export function handOut({ at, held, used }: SourceWorld, c: SizeClass, verb: 'acquire' | 'spare'): PageIndex | 0 {
  const call = `${verb}(${c})`;
  const had = held.get(c)!;
  const { made, memory } = at.slabs;
  const head = at.source[verb](c);
  const fromMemory = at.slabs.made > made;
  const id = verb === 'spare' ? 'SOURCE-3' : 'SOURCE-2';
  if (had.size > 0) at.inspection.must(id, had.has(head), call, { head, held: [...had].join() });
  else if (verb === 'spare') at.inspection.must('SOURCE-3', head === 0, call, { head });
  else at.inspection.must('SOURCE-7', (head === 0) === made >= memory, call, { head, made, memory });
  at.inspection.must('SOURCE-3', !(fromMemory && (verb === 'spare' || had.size > 0)), call, { made: at.slabs.made });
  if (head === 0) return 0;
  had.delete(head);
  used.get(c)!.push(head);
  return head;
}

/** Offers a slab that is in use, or a new one, with some of its room. */
export function offerSome({ at, held, used }: SourceWorld, c: SizeClass, by: number): string {
  const mine = used.get(c)!;
  const head = mine.length === 0 ? at.slabs.make(c) : mine.splice(by % mine.length, 1)[0];
  setRoom(at, head, 1 + (by % SPAN_BLOCKS[c]));
  at.source.offer(c, head);
  held.get(c)!.add(head);
  return `offer(${c}, ${head})`;
}

/** Retires a slab, held or in use. */
export function retireSome({ at, held, used }: SourceWorld, c: SizeClass, by: number): string {
  const all = [...held.get(c)!, ...used.get(c)!];
  if (all.length === 0) return 'nothing to retire';
  const head = pick(all, by);
  const call = `retire(${c}, ${head})`;
  held.get(c)!.delete(head);
  if (used.get(c)!.includes(head)) used.get(c)!.splice(used.get(c)!.indexOf(head), 1);
  setRoom(at, head, SPAN_BLOCKS[c]);
  at.source.retire(c, head);
  at.inspection.must('SOURCE-4', at.slabs.retired.at(-1) === head, call, { reached: at.slabs.retired.at(-1) });
  return call;
}

export function starve({ at }: SourceWorld, _: SizeClass, by: number): string {
  at.slabs.memory = by % 2 === 0 ? at.slabs.made : Number.POSITIVE_INFINITY;
  return by % 2 === 0 ? 'memory is exhausted' : 'there is memory';
}

/** acquire and spare as commands. */
export function fetch(verb: 'acquire' | 'spare'): SourceCommand<SourceWorld> {
  return (world, c) => `${verb}(${c}) is ${handOut(world, c, verb)}`;
}

function compareSource({ at, held }: SourceWorld, call: string): void {
  for (const c of MODEL_CLASSES) {
    const chain = heldOf(at.source, c);
    const model = held.get(c)!;
    const same = chain.length === model.size && chain.every((head) => model.has(head));
    at.inspection.must('SOURCE-6', same, call, { sizeClass: c, held: chain.join(), model: [...model].join() });
  }
  const problem = problemsOf(at.source)[0]?.message;
  at.inspection.must('SOURCE-6', problem === undefined, call, { problem });
  at.stage.checkFences(at.inspection, call);
}
