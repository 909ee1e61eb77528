/**
 * A heap against a plain model: which blocks are live, how long, and what was written to them. After every step the heap has
 * the model's blocks and no others; after every eighth all equations hold, too, and all contents are as written.
 */

import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import type { HeapStand } from './heap-stand.js';
import { errorOf } from './recipe.js';

interface Block {
  address: number;
  bytes: number;
  readonly tag: number;
}

interface World {
  readonly at: HeapStand;
  readonly blocks: Block[];
  steps: number;
}

const LENGTH = 80;

/** Runs random programs; each ends with all blocks freed and the heap empty. */
export function runHeapPrograms(chance: Chance, stand: () => HeapStand): void {
  runPrograms(chance, LENGTH, () => ({ at: stand(), blocks: [], steps: 0 }), step);
}

function step(world: World, [what, first, second]: Step): string {
  const said = pick(COMMANDS, what)(world, first, second);
  world.steps++;
  const live = world.at.live();
  const model = [...world.blocks].sort((a, b) => a.address - b.address);
  const same = live.length === model.length && live.every(({ address }, i) => address === model[i].address);
  world.at.must('HEAP-6', same, said, { live: live.length, model: model.length });
  if (world.steps % 8 === 0) {
    world.at.sound(said);
    for (const { address, bytes, tag } of world.blocks) world.at.stamped('HEAP-12', said, address, bytes, tag);
  }
  return said;
}

type Command = (world: World, first: number, second: number) => string;

const COMMANDS: readonly Command[] = [
  malloc,
  malloc,
  malloc,
  calloc,
  aligned,
  realloc,
  free,
  free,
  freeWrongly,
  freeMany,
  collect,
];

/** Mostly small, some of every kind. */
function sizeOf(by: number): number {
  const kinds = [300, 1_100, 1_100, 20_000, 300_000, 2_500_000];
  return by % pick(kinds, by >>> 20);
}

function add({ at, blocks, steps }: World, call: string, address: number, bytes: number): string {
  if (address === 0) return `${call} is 0`;
  const usable = at.heap.usableSize(address);
  at.must('HEAP-11', usable >= bytes && address % 16 === 0, call, { address, usable });
  const end = address + usable;
  const over = blocks.find((block) => address < block.address + block.bytes && block.address < end);
  at.must('HEAP-12', over === undefined, call, { address, bytes, over: over?.address });
  const block = { address, bytes, tag: steps };
  at.stamp(address, bytes, block.tag);
  blocks.push(block);
  return `${call} is ${address}`;
}

function malloc(world: World, by: number): string {
  const bytes = sizeOf(by);
  return add(world, `malloc(${bytes})`, world.at.heap.malloc(bytes), bytes);
}

function calloc(world: World, by: number): string {
  const bytes = sizeOf(by);
  const address = world.at.heap.calloc(1, bytes);
  if (address !== 0) {
    const set = world.at.bytes(address, bytes).findIndex((byte) => byte !== 0);
    world.at.must('HEAP-3', set === -1, `calloc(1, ${bytes})`, { byte: set });
  }
  return add(world, `calloc(1, ${bytes})`, address, bytes);
}

function aligned(world: World, by: number, second: number): string {
  const bytes = sizeOf(by);
  const alignment = 2 ** (second % 17);
  const address = world.at.heap.alignedAlloc(alignment, bytes);
  world.at.must('HEAP-11', address % alignment === 0, `alignedAlloc(${alignment}, ${bytes})`, { address });
  return add(world, `alignedAlloc(${alignment}, ${bytes})`, address, bytes);
}

function realloc(world: World, by: number, second: number): string {
  const { at, blocks } = world;
  if (blocks.length === 0) return 'nothing to realloc';
  const block = pick(blocks, second);
  const bytes = sizeOf(by);
  const call = `realloc(${block.address}, ${bytes})`;
  const next = at.heap.realloc(block.address, bytes);
  if (next === 0) {
    at.stamped('HEAP-4', call, block.address, block.bytes, block.tag);
    return `${call} is 0`;
  }
  at.stamped('HEAP-4', call, next, block.bytes, block.tag, Math.min(bytes, block.bytes));
  blocks.splice(blocks.indexOf(block), 1);
  return add(world, call, next, bytes);
}

function free({ at, blocks }: World, by: number): string {
  if (blocks.length === 0) return 'nothing to free';
  const [{ address, bytes, tag }] = blocks.splice(by % blocks.length, 1);
  at.stamped('HEAP-12', `free(${address})`, address, bytes, tag);
  at.heap.free(address);
  const again = errorOf(() => at.heap.free(address));
  at.must('HEAP-2', again !== null, `free(${address}), again`, { error: String(again) });
  return `free(${address})`;
}

function freeWrongly({ at, blocks }: World, by: number, second: number): string {
  if (blocks.length === 0) return 'nothing to free wrongly';
  const { address, bytes } = pick(blocks, by);
  const wrong = bytes > 32 && second % 2 === 0 ? address + 16 : address + 1 + (second % 15);
  const error = errorOf(() => at.heap.free(wrong));
  at.must('HEAP-2', error !== null, `free(${wrong})`, { block: address, bytes });
  return `free(${wrong})`;
}

function freeMany({ at, blocks }: World, by: number): string {
  const gone = blocks.splice(0, by % 30);
  for (const { address } of gone) at.heap.free(address);
  return `free of the ${gone.length} oldest`;
}

function collect({ at }: World, by: number): string {
  at.heap.collect({ force: by % 2 === 0 });
  return `collect({ force: ${by % 2 === 0} })`;
}
