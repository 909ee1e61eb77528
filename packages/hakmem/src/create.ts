/** `createHeap`: the standard composition, from options. */

import {
  type AddressSpace,
  BLOCK_BYTES,
  type DebugLog,
  MAX_CAP,
  POLICY_DRAIN_INTERVAL,
  POLICY_RETAIN,
  POLICY_WARM_SIZE,
  policyBatch,
  policyCap,
  type Region,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';
import { type LocalMemory, localMemory, type SharedMemory, sharedMemory } from '@hakmem/memory';
import { poolTls } from '@hakmem/pool-tls';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { assemble } from './compose.js';
import type { HeapOf } from './fit.js';
import type { Heap } from './heap.js';
import { type HeapOptions, readSettings, type Settings } from './options.js';
import type { SharedHeap } from './shared-heap.js';

/** Largest block of the classes that `refillCountHot` is for. */
const HOT_BYTES = 128;

/** What options say of memory and threads, in the words of parts. */
export type PartsOf<O extends HeapOptions> = {
  readonly memory: O extends { readonly memory: infer M }
    ? M extends 'local'
      ? LocalMemory
      : M extends AddressSpace
        ? M
        : SharedMemory
    : 'memory' extends keyof O
      ? AddressSpace
      : SharedMemory;
} & Pick<O, Extract<'maxThreads', keyof O>>;

/**
 * Makes a heap of all boxes. Throws an OptionError when an option or environment variable is out of range, and a RangeError
 * of the engine when it cannot reserve the buffers.
 */
export function createHeap(): SharedHeap;
export function createHeap<const O extends HeapOptions>(options: O | undefined): HeapOf<PartsOf<O>>;
export function createHeap(options?: HeapOptions): Heap {
  const settings = readSettings(options);
  const { memory, maxBytes } = settings;
  return assemble({
    memory: memory === 'shared' ? sharedMemory({ maxBytes }) : memory === 'local' ? localMemory({ maxBytes }) : memory,
    registry: superRegistry({ prewarm: settings.prewarmSuperSlabs }),
    pool: sharedPool({ classAffinity: settings.classAffinity, slotSharing: settings.slotSharing }),
    mid: poolTls({ refillSpans: settings.poolRefillBatch }),
    policy: (table) => applyPolicy(table, settings),
    maxThreads: settings.maxThreads,
    prewarmCount: settings.prewarmCount,
    log: debugLog(settings),
    onDestroy: settings.warmPoolStats ? (heap) => settings.log(warmPoolLine(heap)) : undefined,
  });
}

function applyPolicy({ words, start }: Region, settings: Settings): void {
  words[start + POLICY_WARM_SIZE] = settings.warmPoolSize;
  words[start + POLICY_DRAIN_INTERVAL] = settings.drainInterval;
  words[start + POLICY_RETAIN] = settings.retainSuperSlabs;
  const share = settings.profile === 'full' ? 1 : 4;
  for (let c = 0; c < TINY_CLASS_COUNT; c++) {
    const cap = Math.floor(MAX_CAP[c] / share);
    const given = BLOCK_BYTES[c] <= HOT_BYTES ? settings.refillCountHot : settings.refillCountMid;
    words[start + policyCap(c)] = cap;
    words[start + policyBatch(c)] = Math.min(cap, given ?? Math.floor(words[start + policyBatch(c)] / share));
  }
}

function debugLog({ debug, log }: Settings): DebugLog | null {
  const wanted = [
    debug.free ? '[SS_FREE' : null,
    debug.acquire ? '[SP_ACQUIRE' : null,
    debug.lru ? '[SS_LRU' : null,
    debug.drain ? '[TLS_SLL_DRAIN' : null,
  ].filter((prefix) => prefix !== null);
  if (wanted.length === 0) return null;
  return (line) => {
    if (wanted.some((prefix) => line.startsWith(prefix))) log(line);
  };
}

function warmPoolLine(heap: Heap): string {
  const warm = heap.stats().warmPool;
  if (warm === null) return '[WARM_POOL] none';
  return `[WARM_POOL] hits=${warm.hits} misses=${warm.misses} prefills=${warm.prefills} stale=${warm.stale} rate=${(100 * warm.hitRate).toFixed(1)}%`;
}
