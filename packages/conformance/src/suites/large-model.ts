/** Large blocks of two threads against a plain model: a map from address to pages, while kept runs are taken back at any time. */

import { PAGE_BYTES } from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import type { Large, LargeStand } from './large-stand.js';

interface World {
  readonly at: LargeStand;
  /** Address → pages of every live block. */
  readonly blocks: Map<number, number>;
  grown: number;
  shrunk: number;
}

type Command = (world: World, by: number, also: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runLargePrograms(chance: Chance, stand: () => LargeStand): void {
  runPrograms(chance, 50, () => ({ at: stand(), blocks: new Map(), grown: 0, shrunk: 0 }), step);
}

function step(world: World, [what, by, also]: Step): string {
  const commands = resizes(world.at) ? [...ALWAYS, resize, resize] : ALWAYS;
  const said = pick(commands, what)(world, by, also);
  world.at.mustHave(world.blocks, said);
  const { grownInPlace, shrunkInPlace } = world.at.peer.stats();
  const counted = grownInPlace === world.grown && shrunkInPlace === world.shrunk;
  world.at.inspection.must('LARGE-4', counted, said, { grownInPlace, grown: world.grown, shrunkInPlace });
  return said;
}

function resizes({ recipe: { capabilities } }: LargeStand): boolean {
  return capabilities.grows || capabilities.shrinks;
}

function boxOf({ at }: World, by: number): Large {
  return by % 3 === 0 ? at.peer : at.large;
}

function free(world: World, from: number, pages: number): boolean {
  for (const [address, length] of world.blocks) {
    const head = address / PAGE_BYTES;
    if (from < head + length && from + pages > head) return false;
  }
  return from + pages <= world.at.pool.memory;
}

function malloc(world: World, by: number, also: number): string {
  const { at, blocks } = world;
  const bytes = Math.floor(((also % 4_096) / 4_096) * (also % 5 === 0 ? 60 : 8) * PAGE_BYTES);
  const alignment = 2 ** ((by >>> 4) % 20);
  const call = `malloc(${bytes}, ${alignment})`;
  const address = boxOf(world, by).malloc(bytes, alignment);
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  const step = Math.max(1, alignment / PAGE_BYTES);
  if (address === 0) {
    for (let page = step; page < at.records.pageLimit; page += step) {
      at.inspection.must('LARGE-5', !free(world, page, pages), call, { answer: 0, roomFromPage: page });
    }
    return `${call} is 0`;
  }
  const has = at.pool.runs.get(address / PAGE_BYTES) ?? 0;
  at.inspection.must('LARGE-1', free(world, address / PAGE_BYTES, has), call, { address, pages: has, overlaps: true });
  blocks.set(address, has);
  return `${call} is ${address}`;
}

function release(world: World, by: number, also: number): string {
  if (world.blocks.size === 0) return 'nothing to free';
  const [address] = pick([...world.blocks], also);
  const call = `free(${address})`;
  const done = boxOf(world, by).free(address);
  world.at.inspection.must('LARGE-3', done, call, { answer: done });
  world.blocks.delete(address);
  for (const box of [world.at.large, world.at.peer]) {
    const again = world.at.unchanged('LARGE-6', `${call}, again`, () => box.free(address));
    world.at.inspection.must('LARGE-4', !again, `${call}, again`, { answer: again });
  }
  return call;
}

function freeAnything(world: World, _: number, also: number): string {
  const address = (also % ((world.at.records.pageLimit * PAGE_BYTES) / 16)) * 16;
  if (world.blocks.has(address)) return 'nothing';
  const call = `free(${address}), which is no block`;
  const done = world.at.unchanged('LARGE-6', call, () => world.at.large.free(address));
  world.at.inspection.must('LARGE-6', !done, call, { answer: done });
  return call;
}

function resize(world: World, by: number, also: number): string {
  const { at, blocks } = world;
  if (blocks.size === 0) return 'nothing to resize';
  const [address, pages] = pick([...blocks], also);
  const wants = 1 + ((also >>> 8) % 24);
  const { grows, shrinks } = at.recipe.capabilities;
  const call = `resize(${address}, ${wants * PAGE_BYTES})`;
  const kept = at.pool.kept.size > 0;
  const room = free(world, address / PAGE_BYTES + pages, Math.max(0, wants - pages));
  const could = wants === pages || (wants > pages ? grows && room : shrinks);
  const act = (): boolean => boxOf(world, by).resize(address, wants * PAGE_BYTES);
  const done = could || kept ? act() : at.unchanged('LARGE-2', call, act);
  at.inspection.must('LARGE-2', done === could, call, { answer: done, could });
  if (!done) return `${call} is false`;
  blocks.set(address, wants);
  if (wants > pages) world.grown++;
  if (wants < pages) world.shrunk++;
  return call;
}

function starve({ at }: World, by: number): string {
  at.pool.memory = by % 2 === 0 ? at.records.pageLimit : at.records.pageLimit - (by % 200);
  return `memory up to page ${at.pool.memory}`;
}

function takeBack({ at }: World, by: number): string {
  if (at.pool.kept.size === 0) return 'nothing is kept';
  const head = pick([...at.pool.kept.keys()], by);
  at.pool.takeBack(head);
  return `the kept run ${head} is taken back`;
}

const ALWAYS: readonly Command[] = [malloc, malloc, malloc, release, release, freeAnything, starve, takeBack];
