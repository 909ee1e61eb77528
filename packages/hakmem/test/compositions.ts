/**
 * Small programs for the compiler: compositions that must not compile, with words of the message that must be in what a user
 * sees, and ones that must, with the type of the heap. Each program stands behind {@link PRELUDE} and ends in an expression.
 */

/** What all programs import, and boxes of their own that say in types what they can. */
export const PRELUDE = `
import type {
  BlockCache, Capabilities, Front, Recipe, RecipeOf, RunPool, SlabSource, SlotPool, SuperRegistry, WarmPool,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { poolTls } from '@hakmem/pool-tls';
import { remoteQueue } from '@hakmem/remote-queue';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import { type AddressSpace, compose, createHeap, localMemory, sharedMemory, wasmMemory } from '../src/index.ts';

type Owner = Capabilities<'owner', true>;
type Any = Capabilities<'any', true>;
interface CountingCache extends BlockCache { countOf(sizeClass: number): number }
declare const memory: ReturnType<typeof sharedMemory>;
declare const local: ReturnType<typeof localMemory>;
declare const anyMemory: AddressSpace;
declare const threads: number;
declare const wasm: WebAssembly.Memory;
declare const ownersPool: Recipe<SuperRegistry, RunPool, Owner, 'pool'>;
declare const slotsOnly: RecipeOf<'pool', Any>;
declare const countingFront: Recipe<CountingCache, Front, Owner, 'front'>;
declare const countingCache: Recipe<{ source: SlabSource; remote: null }, CountingCache, Owner, 'cache'>;
declare const warmOutside: RecipeOf<'warm', Capabilities<'owner', false>>;
declare const frontOf8: RecipeOf<'front', Owner & { readonly alignment: 8 }>;
declare const ownWarm: Recipe<SlabSource, WarmPool, Owner, 'warm'>;
declare const looseWarm: RecipeOf<'warm'>;
declare namespace WebAssembly {
  class Memory { readonly buffer: ArrayBufferLike; grow(pages: number): number }
}
`;

/** A program that must not compile. */
export interface Wrong {
  readonly name: string;
  readonly code: string;
  /** Words that the message has. */
  readonly says: string;
}

/** A program that must compile. */
export interface Right {
  readonly name: string;
  readonly code: string;
  readonly heap: 'Heap' | 'SharedHeap';
}

export const WRONG: readonly Wrong[] = [
  {
    name: 'a pool for its owner in a heap of several threads',
    code: 'compose({ memory, pool: ownersPool })',
    says: 'pool is for its owner alone: with it, a heap is for one thread (maxThreads: 1)',
  },
  {
    name: 'a pool without runs under large',
    code: 'compose({ memory, pool: slotsOnly })',
    says: 'large wants acquireRun() of its pool, which does not have it',
  },
  {
    name: 'four threads on local memory',
    code: 'compose({ memory: local, maxThreads: 4 })',
    says: 'this memory is for its owner alone: maxThreads is 1',
  },
  {
    name: 'four threads without a remote queue',
    code: 'compose({ memory, remote: null, maxThreads: 4 })',
    says: 'without a remote queue a heap is for one thread: maxThreads is 1',
  },
  {
    name: 'the handle of a heap on local memory',
    code: 'compose({ memory: local }).handle',
    says: "Property 'handle' does not exist on type 'Heap'",
  },
  {
    name: "the handle of createHeap({ memory: 'local' })",
    code: "createHeap({ memory: 'local' }).handle",
    says: "Property 'handle' does not exist on type 'Heap'",
  },
  {
    name: 'reap in a heap for one thread',
    code: 'createHeap({ maxThreads: 1 }).reap(2)',
    says: "Property 'reap' does not exist on type 'Heap'",
  },
  {
    name: 'the handle of a heap on memory that types do not tell',
    code: 'compose({ memory: wasmMemory(wasm) }).handle',
    says: "Property 'handle' does not exist on type 'Heap'",
  },
  {
    name: 'no box for any size',
    code: 'compose({ memory, front: null, mid: null, large: null })',
    says: 'front, mid and large are all left out: no box serves any size',
  },
  {
    name: 'a cache as warm pool',
    code: 'compose({ memory, warm: unifiedCache() })',
    says: 'is not assignable to type \'Recipe<SlabSource, WarmPool, Capabilities<Concurrency, boolean>, "warm">\'',
  },
  {
    name: 'a front that wants what the cache does not have',
    code: 'compose({ memory, front: countingFront })',
    says: 'front wants countOf() of its cache, which does not have it',
  },
  {
    name: 'state outside of the buffer in a heap of several threads',
    code: 'compose({ memory, warm: warmOutside })',
    says: 'warm keeps state outside of the buffer: with it, a heap is for one thread (maxThreads: 1)',
  },
  {
    name: 'a front of alignment 8',
    code: 'compose({ memory, front: frontOf8 })',
    says: 'front keeps an alignment below 16 bytes: the heap promises 16',
  },
  {
    name: 'a registry that is left out',
    code: 'compose({ memory, registry: null })',
    says: "Type 'null' is not assignable to type 'RecipeOf<\"registry\"> | undefined'",
  },
  {
    name: 'a misspelled role',
    code: 'compose({ memory, fornt: tinyFront() })',
    says: 'fornt is no part of a composition',
  },
  {
    name: 'two names that are no parts, one of them null',
    code: 'compose({ memory, warmPool: null, largeBlocks: largeBlocks() })',
    says: 'warmPool is no part of a composition',
  },
  {
    name: 'no memory',
    code: 'compose({ warm: null })',
    says: "Property 'memory' is missing",
  },
];

export const RIGHT: readonly Right[] = [
  { name: 'createHeap without options', code: 'createHeap()', heap: 'SharedHeap' },
  { name: 'createHeap with a limit', code: 'createHeap({ maxBytes: 2 ** 24, env: false })', heap: 'SharedHeap' },
  { name: 'createHeap, local', code: "createHeap({ memory: 'local' })", heap: 'Heap' },
  {
    name: 'createHeap, local, with a function whose parameter has no type',
    code: "createHeap({ memory: 'local', log: (line) => line.length })",
    heap: 'Heap',
  },
  {
    name: 'createHeap, memory unknown',
    code: "createHeap({ memory: threads > 3 ? 'local' : 'shared' })",
    heap: 'Heap',
  },
  { name: 'one thread or four', code: 'compose({ memory, maxThreads: threads > 3 ? 1 : 4 })', heap: 'Heap' },
  {
    name: 'a remote queue or none',
    code: 'compose({ memory, remote: threads > 3 ? null : remoteQueue() })',
    heap: 'Heap',
  },
  { name: 'createHeap for one thread', code: 'createHeap({ maxThreads: 1 })', heap: 'Heap' },
  { name: 'createHeap, threads unknown', code: 'createHeap({ maxThreads: threads })', heap: 'Heap' },
  { name: 'all standard', code: 'compose({ memory })', heap: 'SharedHeap' },
  { name: 'four threads', code: 'compose({ memory, maxThreads: 4 })', heap: 'SharedHeap' },
  { name: 'local memory', code: 'compose({ memory: local, maxThreads: 1 })', heap: 'Heap' },
  { name: 'memory unknown', code: 'compose({ memory: anyMemory, maxThreads: 4 })', heap: 'Heap' },
  {
    name: 'shared wasm memory that says so',
    code: 'compose({ memory: wasmMemory(wasm, { shared: true }) })',
    heap: 'SharedHeap',
  },
  { name: 'no remote queue', code: 'compose({ memory, remote: null })', heap: 'Heap' },
  { name: 'boxes left out', code: 'compose({ memory, warm: null, front: null, large: null })', heap: 'SharedHeap' },
  { name: 'only large', code: 'compose({ memory, front: null, mid: null })', heap: 'SharedHeap' },
  {
    name: 'every box given',
    code: `compose({
      memory, registry: superRegistry(), pool: sharedPool({ slotSharing: false }), large: largeBlocks(), warm: warmPool(),
      remote: remoteQueue(), cache: unifiedCache(), front: tinyFront(), mid: poolTls({ refillSpans: 2 }),
    })`,
    heap: 'SharedHeap',
  },
  {
    name: 'a pool for its owner, one thread',
    code: 'compose({ memory, pool: ownersPool, maxThreads: 1 })',
    heap: 'Heap',
  },
  {
    name: 'a pool without runs, no large',
    code: 'compose({ memory, pool: slotsOnly, large: null })',
    heap: 'SharedHeap',
  },
  { name: 'state outside, local memory', code: 'compose({ memory: local, warm: warmOutside })', heap: 'Heap' },
  {
    name: 'a front and the cache that it wants',
    code: 'compose({ memory: local, front: countingFront, cache: countingCache })',
    heap: 'Heap',
  },
  { name: 'a warm pool of one’s own', code: 'compose({ memory, warm: ownWarm })', heap: 'SharedHeap' },
  { name: 'a warm pool whose type says little', code: 'compose({ memory, warm: looseWarm })', heap: 'SharedHeap' },
  {
    name: 'policy, log and onDestroy',
    code: `compose({
      memory, checked: true, prewarmCount: 8, log: (line) => line.length,
      policy: ({ words, start }) => words.fill(1, start), onDestroy: (heap) => heap.stats(),
    })`,
    heap: 'SharedHeap',
  },
];
