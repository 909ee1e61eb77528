/** A front against a plain model: which blocks are live, and how large. */

import { type Address, BLOCK_BYTES, type SizeClass } from '@hakmem/contracts';
import { type Chance, pick, runPrograms, type Step } from '../programs.js';
import type { FrontStand } from './front-stand.js';

interface World {
  readonly at: FrontStand;
  readonly live: [address: Address, sizeClass: SizeClass][];
  readonly freed: [address: Address, sizeClass: SizeClass][];
}

type Command = (world: World, first: number, second: number) => string;

/** Runs random programs; see {@link runPrograms}. */
export function runFrontPrograms(chance: Chance, stand: () => FrontStand): void {
  runPrograms(chance, 60, () => ({ at: stand(), live: [], freed: [] }), step);
}

const COMMANDS: readonly Command[] = [malloc, malloc, free, free, freeAgain, starve];

function step(world: World, [what, first, second]: Step): string {
  const said = pick(COMMANDS, what)(world, first, second);
  const { at, live } = world;
  const known = [...at.cache.live].sort(([a], [b]) => a - b).join(' ');
  const model = [...live].sort(([a], [b]) => a - b).join(' ');
  at.inspection.must('FRONT-2', known === model, said, { live: known, model });
  at.stage.checkFences(at.inspection, said);
  return said;
}

function malloc({ at, live, freed }: World, first: number, second: number): string {
  const { maxBytes } = at.front;
  const bytes = (first % 2 === 0 ? second % (maxBytes + 1) : second % (1 + (maxBytes >>> 4))) | 0;
  const call = `malloc(${bytes})`;
  const address = at.front.malloc(bytes);
  at.inspection.must('FRONT-3', (address === 0) === at.cache.exhausted, call, { address, memory: !at.cache.exhausted });
  if (address === 0) return `${call} is 0`;
  const sizeClass = at.front.classOf(bytes);
  const end = address + BLOCK_BYTES[sizeClass];
  const over = live.find(([other, c]) => other < end && address < other + BLOCK_BYTES[c]);
  at.inspection.must('CACHE-1', over === undefined, call, { address, end, over: over?.[0] });
  const again = freed.findIndex(([other]) => other === address);
  if (again >= 0) freed.splice(again, 1);
  live.push([address, sizeClass]);
  return `${call} is ${address}`;
}

function free({ at, live, freed }: World, first: number): string {
  if (live.length === 0) return 'nothing to free';
  const [[address, sizeClass]] = live.splice(first % live.length, 1);
  const answer = at.front.free(sizeClass, address);
  at.inspection.must('FRONT-2', answer, `free(${sizeClass}, ${address})`, { answer, live: true });
  freed.push([address, sizeClass]);
  return `free(${sizeClass}, ${address})`;
}

function freeAgain({ at, freed }: World, first: number): string {
  if (freed.length === 0) return 'nothing to free again';
  const [address, sizeClass] = pick(freed, first);
  const answer = at.front.free(sizeClass, address);
  at.inspection.must('FRONT-2', !answer, `free(${sizeClass}, ${address})`, { answer, live: false });
  return `free(${sizeClass}, ${address}) again`;
}

function starve({ at }: World, first: number): string {
  at.cache.exhausted = first % 2 === 0;
  return at.cache.exhausted ? 'memory is exhausted' : 'there is memory';
}
