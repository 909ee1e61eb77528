/** An address space against a plain model: what each page holds. */

import { type AddressSpace, type Inspection, PAGE_BYTES, type PageIndex } from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';

/** A space behind checks, and what is known of its pages. */
interface World {
  readonly space: AddressSpace;
  readonly inspection: Inspection;
  /** What each page holds, first and last byte; no entry: nothing is known. */
  readonly pages: Map<PageIndex, number>;
  value: number;
}

type Command = (world: World, by: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runSpacePrograms(chance: Chance, inspection: Inspection, make: () => AddressSpace): void {
  runPrograms(chance, 40, () => begin(make(), inspection), step);
}

const COMMANDS: readonly Command[] = [commit, commit, write, write, release, tooMuch];

function begin(space: AddressSpace, inspection: Inspection): World {
  const world = { space, inspection, pages: new Map<PageIndex, number>(), value: 0 };
  learn(world, space.committedPages);
  return world;
}

function step(world: World, [what, first]: Step): string {
  const said = pick(COMMANDS, what)(world, first);
  for (const [page, value] of world.pages) {
    const seen = stamps(world.space, page);
    world.inspection.must('SPACE-2', seen === `${value},${value}`, said, { page, seen, written: value });
  }
  return said;
}

function commit(world: World, by: number): string {
  const { space, inspection } = world;
  const pages = by % (space.pageLimit + 1);
  const call = `commit(${pages})`;
  const answer = space.commit(pages);
  const there = answer && space.committedPages >= pages;
  inspection.must('SPACE-2', there, call, { answer, committedPages: space.committedPages });
  learn(world, pages);
  return call;
}

function tooMuch({ space, inspection }: World, by: number): string {
  const pages = space.pageLimit + 1 + (by % 3);
  const before = space.committedPages;
  const answer = space.commit(pages);
  const same = !answer && space.committedPages === before;
  inspection.must('SPACE-2', same, `commit(${pages})`, { answer, before, after: space.committedPages });
  return `commit(${pages})`;
}

function write(world: World, by: number): string {
  const known = [...world.pages.keys()];
  if (known.length === 0) return 'nothing to write to';
  const page = pick(known, by);
  world.value = (world.value % 255) + 1;
  stamp(world.space, page, world.value);
  world.pages.set(page, world.value);
  return `page ${page} is ${world.value}`;
}

function release(world: World, by: number): string {
  const { space, pages } = world;
  if (space.release === undefined) return 'nothing can be released';
  const from = by % (space.pageLimit + 1);
  space.release(from);
  for (const page of pages.keys()) if (page >= from) pages.delete(page);
  return `release(${from})`;
}

/** Pages below `end` are there: what was not known before is zero where the space says so. */
function learn({ space, pages }: World, end: number): void {
  if (!space.capabilities.zeroed) {
    for (let page = space.firstPage; page < end; page++) if (!pages.has(page)) stamp(space, page, 0);
  }
  for (let page = space.firstPage; page < end; page++) if (!pages.has(page)) pages.set(page, 0);
}

/** Writes the first and the last byte of a page. */
export function stamp(space: AddressSpace, page: PageIndex, value: number): void {
  const bytes = space.bytes((page + 1) * PAGE_BYTES);
  bytes[page * PAGE_BYTES] = value;
  bytes[(page + 1) * PAGE_BYTES - 1] = value;
}

/** The first and the last byte of a page: `7,7`. */
export function stamps(space: AddressSpace, page: PageIndex): string {
  const bytes = space.bytes((page + 1) * PAGE_BYTES);
  return `${bytes[page * PAGE_BYTES]},${bytes[(page + 1) * PAGE_BYTES - 1]}`;
}
