/**
 * Two threads on a tiny heap, one operation each. Afterwards whoever is dead is reaped, and then: every equation holds, the
 * blocks that are live are those that the programs have, and when they are freed and all threads have left, the whole heap is
 * free again, in one piece.
 */

import { defineScenario, type Outcome, watch } from '@hakmem/interleave';
import { sharedMemory } from '@hakmem/memory';
import { compose, type HeapHandle, type SharedHeap } from 'hakmem';
import { type Account, accountOf, boardWords, Player } from '../player.ts';
import { ALL_OPERATIONS, type Operation, type OperationName, WHOLE } from './operations.ts';

export interface Params {
  /** What each thread does. */
  readonly operations: readonly [OperationName, OperationName];
  /** Which plain accesses are steps: none, those of live bytes, or all. */
  readonly watched: 'none' | 'live' | 'all';
}

interface State {
  readonly handle: HeapHandle;
  readonly board: Int32Array;
  /** A block that every thread believes to have; 0: none. */
  readonly shared: number;
}

interface Local {
  readonly player: Player;
  readonly operation: Operation;
  readonly prepared: readonly number[];
}

const MIB = 2 ** 20;
const CAPACITY = 16 * MIB;
const THREADS = 2;
/** The class of blocks of a page: 8 steps per doubling, class 31 is 1 KiB. */
const WHOLE_CLASS = 31 + 8 * 6;

/** The controller's heap of the run at hand. */
let founder: SharedHeap;

function setup({ params }: { params: Params }): State {
  founder = compose({
    memory: sharedMemory({ maxBytes: CAPACITY }),
    maxThreads: 8,
    policy({ words, start }) {
      words.fill(2, start, start + 2); // warm pools of 2 slabs, a prefill of 2
      words[start + 2] = 8; // a drain after 8 blocks
      for (let at = start + 8; at < start + 8 + 2 * 96; at += 2) {
        words[at] = 4; // stacks of 4 blocks
        words[at + 1] = at === start + 8 + 2 * WHOLE_CLASS ? 1 : 2; // refills of 2, but 1 where a block is a slab
      }
    },
  });
  const bytes = params.operations.map((name) => ALL_OPERATIONS[name].shared ?? 0).find((size) => size > 0);
  const shared = bytes === undefined ? 0 : founder.malloc(bytes);
  return { handle: founder.handle, shared, board: new Int32Array(new SharedArrayBuffer(4 * boardWords(THREADS))) };
}

function thread(index: 0 | 1) {
  return {
    prepare({ handle, board, shared }: State, { params }: { params: Params }): Local {
      (globalThis as { watchForTorture?: unknown }).watchForTorture = watching(params.watched);
      const player = new Player(handle, board, index, shared);
      const operation = ALL_OPERATIONS[params.operations[index]];
      player.give(player.mallocs(4, 16_384));
      const prepared = operation.prepare(player);
      const full = params.operations.some((name) => ALL_OPERATIONS[name].full === true);
      if (full && index === 1) while (player.heap.stats().stages.unusedSlots > 0) player.malloc(WHOLE);
      return { player, operation, prepared };
    },
    run({ player, operation, prepared }: Local, { board }: State): void {
      // A step to begin with: what comes before the first one is done before any thread is chosen.
      Atomics.load(board, 0);
      operation.run(player, prepared);
    },
  };
}

/** What the control arrays of an attaching thread go through. */
function watching(watched: Params['watched']) {
  return <T extends Int32Array | Uint8Array>(array: T): T => {
    const wanted = watched === 'all' || (watched === 'live' && array instanceof Uint8Array);
    return wanted ? watch(array) : array;
  };
}

function recover({ board }: State, outcome: Outcome): void {
  for (const { thread: index } of outcome.ended) founder.reap(accountOf(board, index).number);
  for (let index = 0; index < THREADS; index++) reapIfThere(accountOf(board, index).dead);
}

function reapIfThere(number: number): void {
  if (number !== 0) founder.reap(number);
}

function check({ board, shared }: State, outcome: Outcome): string | undefined {
  const accounts = Array.from({ length: THREADS }, (_, index) => accountOf(board, index));
  const fault = unsound('after the run') ?? wrongBlocks(accounts, shared, outcome);
  if (fault !== undefined) return fault;
  for (const number of founder.stats().threads.attached) if (number !== founder.threadId) founder.reap(number);
  const left = unsound('when all others have left');
  if (left !== undefined) return left;
  const live: number[] = [];
  founder.walk((address) => live.push(address));
  for (const address of live) founder.free(address);
  founder.collect({ force: true });
  return unsound('when all is freed') ?? notWhole();
}

function unsound(when: string): string | undefined {
  const { ok, problems } = founder.verify();
  return ok ? undefined : `${when}: ${problems.map(({ box, message }) => `${box}: ${message}`).join('; ')}`;
}

/** The live blocks are those of the programs, but for what a thread that was ended was just being given, or giving back. */
function wrongBlocks(accounts: readonly Account[], shared: number, outcome: Outcome): string | undefined {
  const expected = new Map<number, number>(shared === 0 ? [] : [[shared, 1]]);
  for (const { balance } of accounts) {
    for (const [address, count] of balance) expected.set(address, (expected.get(address) ?? 0) + count);
  }
  const ended = new Set(outcome.ended.map(({ thread: index }) => index));
  const giving = accounts.filter((_, index) => ended.has(index)).map(({ freeing }) => freeing);
  let extra = accounts.filter(({ inMalloc }, index) => ended.has(index) && inMalloc).length;
  const live = new Set<number>();
  founder.walk((address) => live.add(address));
  for (const [address, count] of expected) {
    if (giving.includes(address)) continue;
    if (count > 1) return `block ${address} was handed out twice`;
    if (count < 0) return `block ${address} was taken back twice`;
    if (count === 1 && !live.has(address)) return `block ${address} is lost: its program has it, and it is not live`;
    if (count === 0 && live.has(address) && extra-- <= 0) return `block ${address} is live, and nobody has it`;
  }
  for (const address of live) {
    if (!expected.has(address) && !giving.includes(address) && extra-- <= 0) {
      return `block ${address} is live, and nobody was given it`;
    }
  }
  return undefined;
}

/** With nothing live and nobody there, all of the heap is one free piece. */
function notWhole(): string | undefined {
  const { live, cached, room, tail, empty, unused } = founder.stats().bytes;
  if (live + cached + room + tail + empty + unused !== 0)
    return `when all is freed: ${JSON.stringify(founder.stats().bytes)}`;
  const all = founder.malloc(CAPACITY - 2 * WHOLE);
  return all === 0 ? 'when all is freed, the heap is not one free piece' : undefined;
}

export default defineScenario<State, Params>({ setup, threads: [thread(0), thread(1)], recover, check });
