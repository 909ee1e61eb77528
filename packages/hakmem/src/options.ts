/**
 * The options of a heap: one place for names, units, defaults and ranges. In Node each can also come from the environment,
 * under the name that HAKMEM uses; an option given in code wins over the environment. All are read once, at creation.
 */

import { type AddressSpace, ArgumentError, integerOption, MAX_BYTES, OptionError } from '@hakmem/contracts';

/** Which debug lines are written. */
export interface DebugOptions {
  /** Slots and runs given back. HAKMEM_SS_FREE_DEBUG */
  readonly free?: boolean | undefined;
  /** The stages of acquisition. HAKMEM_SS_ACQUIRE_DEBUG */
  readonly acquire?: boolean | undefined;
  /** The list of FREE SuperSlabs. HAKMEM_SS_LRU_DEBUG */
  readonly lru?: boolean | undefined;
  /** Drains of the caches. HAKMEM_TINY_SLL_DRAIN_DEBUG */
  readonly drain?: boolean | undefined;
}

/** Options of {@link createHeap}. */
export interface HeapOptions {
  /** Where user bytes live (default 'shared'): a SharedArrayBuffer, a resizable ArrayBuffer, or an address space of your own. */
  readonly memory?: 'shared' | 'local' | AddressSpace | undefined;
  /** Most bytes of the data buffer, for 'shared' and 'local' (128 KiB … 4 GiB, default 1 GiB). Reserved, not touched. */
  readonly maxBytes?: number | undefined;
  /** Threads that may use the heap at once (1 … 255, default 255; 1 where memory is not shared). Each has some 60 KB reserved. */
  readonly maxThreads?: number | undefined;
  /** SuperSlabs of 2 MiB made at the start (0 … 2,048, default 0). */
  readonly prewarmSuperSlabs?: number | undefined;
  /**
   * FREE SuperSlabs kept before memory is returned (0 … 2,048, default 4; at least `prewarmSuperSlabs`); and a quarter of those
   * that a thread may keep in runs of freed large blocks.
   */
  readonly retainSuperSlabs?: number | undefined;
  /** Slabs per class in the warm pool (1 … 16, default 16). HAKMEM_WARM_POOL_SIZE */
  readonly warmPoolSize?: number | undefined;
  /** Write the warm pool's counts when the heap is destroyed (default false). HAKMEM_WARM_POOL_STATS */
  readonly warmPoolStats?: boolean | undefined;
  /** Blocks that each class up to 2 KiB has cached at the start (0 … 64, default 16; 0 with the conservative profile). HAKMEM_TINY_PREWARM_COUNT */
  readonly prewarmCount?: number | undefined;
  /** Blocks per refill of the classes up to 128 bytes (1 … 512, default 256). HAKMEM_TINY_REFILL_COUNT_HOT */
  readonly refillCountHot?: number | undefined;
  /** Blocks per refill of the classes above 128 bytes up to 1 KiB (1 … 512, default 32 KiB worth, 32 … 227). HAKMEM_TINY_REFILL_COUNT_MID */
  readonly refillCountMid?: number | undefined;
  /** 'full' (default), or 'conservative': caps and refills of the tiny classes a quarter, no prewarming. HAKMEM_TINY_PROFILE */
  readonly profile?: 'full' | 'conservative' | undefined;
  /** Blocks that a class lets go of between two drains (64 … 65,536, default 1,024). HAKMEM_TINY_DRAIN_INTERVAL */
  readonly drainInterval?: number | undefined;
  /** Spans per refill of a mid class (1 … 4, default 2). HAKMEM_POOL_REFILL_BATCH */
  readonly poolRefillBatch?: number | undefined;
  /** Prefer SuperSlabs that already hold a class (default true). */
  readonly classAffinity?: boolean | undefined;
  /** Let classes share a SuperSlab (default true). */
  readonly slotSharing?: boolean | undefined;
  /** Debug lines to write (default none). */
  readonly debug?: DebugOptions | undefined;
  /** Receives debug and statistics lines (default: the error console). */
  readonly log?: ((line: string) => void) | undefined;
  /** The environment to read, or false for none (default: process.env where there is one). */
  readonly env?: Readonly<Record<string, string | undefined>> | false | undefined;
}

/** The options after defaults, environment and checks. */
export interface Settings {
  readonly memory: 'shared' | 'local' | AddressSpace;
  readonly maxBytes: number;
  readonly maxThreads: number | undefined;
  readonly prewarmSuperSlabs: number;
  readonly retainSuperSlabs: number;
  readonly warmPoolSize: number;
  readonly warmPoolStats: boolean;
  readonly prewarmCount: number;
  readonly refillCountHot: number | null;
  readonly refillCountMid: number | null;
  readonly profile: 'full' | 'conservative';
  readonly drainInterval: number;
  readonly poolRefillBatch: number;
  readonly classAffinity: boolean;
  readonly slotSharing: boolean;
  readonly debug: Required<{ [K in keyof DebugOptions]: boolean }>;
  readonly log: (line: string) => void;
}

/** Reads options and environment; throws an OptionError that names the option or variable, its value and its range. */
export function readSettings(options: HeapOptions = {}): Settings {
  if (typeof options !== 'object' || options === null) throw new ArgumentError('options', options, 'an object');
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name))
      throw new OptionError(
        name,
        (options as Record<string, unknown>)[name],
        `one of the options ${[...NAMES].join(', ')}`,
      );
  }
  const env = options.env === false ? {} : (options.env ?? processEnvironment());
  const read = new Reader(env);
  const prewarmSuperSlabs = integerOption('prewarmSuperSlabs', options.prewarmSuperSlabs, 0, 2_048, 0);
  const profile = read.oneOf('profile', options.profile, 'HAKMEM_TINY_PROFILE', ['full', 'conservative'], 'full');
  const debug = options.debug ?? {};
  return {
    memory: memoryOption(options.memory),
    maxBytes: integerOption('maxBytes', options.maxBytes, 131_072, MAX_BYTES, 1_073_741_824),
    maxThreads: options.maxThreads,
    prewarmSuperSlabs,
    retainSuperSlabs: Math.max(
      integerOption('retainSuperSlabs', options.retainSuperSlabs, 0, 2_048, 4),
      prewarmSuperSlabs,
    ),
    warmPoolSize: read.integer('warmPoolSize', options.warmPoolSize, 'HAKMEM_WARM_POOL_SIZE', 1, 16) ?? 16,
    warmPoolStats: read.flag('warmPoolStats', options.warmPoolStats, 'HAKMEM_WARM_POOL_STATS', false),
    prewarmCount:
      read.integer('prewarmCount', options.prewarmCount, 'HAKMEM_TINY_PREWARM_COUNT', 0, 64) ??
      (profile === 'full' ? 16 : 0),
    refillCountHot: read.integer('refillCountHot', options.refillCountHot, 'HAKMEM_TINY_REFILL_COUNT_HOT', 1, 512),
    refillCountMid: read.integer('refillCountMid', options.refillCountMid, 'HAKMEM_TINY_REFILL_COUNT_MID', 1, 512),
    profile,
    drainInterval:
      read.integer('drainInterval', options.drainInterval, 'HAKMEM_TINY_DRAIN_INTERVAL', 64, 65_536) ?? 1_024,
    poolRefillBatch: read.integer('poolRefillBatch', options.poolRefillBatch, 'HAKMEM_POOL_REFILL_BATCH', 1, 4) ?? 2,
    classAffinity: read.flag('classAffinity', options.classAffinity, null, true),
    slotSharing: read.flag('slotSharing', options.slotSharing, null, true),
    debug: {
      free: read.flag('debug.free', debug.free, 'HAKMEM_SS_FREE_DEBUG', false),
      acquire: read.flag('debug.acquire', debug.acquire, 'HAKMEM_SS_ACQUIRE_DEBUG', false),
      lru: read.flag('debug.lru', debug.lru, 'HAKMEM_SS_LRU_DEBUG', false),
      drain: read.flag('debug.drain', debug.drain, 'HAKMEM_TINY_SLL_DRAIN_DEBUG', false),
    },
    log: options.log ?? ((line) => console.error(line)),
  };
}

/** Every name of HeapOptions; the type makes the compiler say when one is missing. */
const ALL: Required<{ [K in keyof HeapOptions]: true }> = {
  memory: true,
  maxBytes: true,
  maxThreads: true,
  prewarmSuperSlabs: true,
  retainSuperSlabs: true,
  warmPoolSize: true,
  warmPoolStats: true,
  prewarmCount: true,
  refillCountHot: true,
  refillCountMid: true,
  profile: true,
  drainInterval: true,
  poolRefillBatch: true,
  classAffinity: true,
  slotSharing: true,
  debug: true,
  log: true,
  env: true,
};
const NAMES: ReadonlySet<string> = new Set(Object.keys(ALL));

class Reader {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  integer(option: string, given: number | undefined, variable: string, low: number, high: number): number | null {
    if (given !== undefined) return integerOption(option, given, low, high);
    const text = this.#env[variable];
    if (text === undefined || text === '') return null;
    if (!/^\d+$/.test(text) || Number(text) < low || Number(text) > high) {
      throw new OptionError(variable, text, `an integer from ${low} to ${high}`);
    }
    return Number(text);
  }

  flag(option: string, given: boolean | undefined, variable: string | null, fallback: boolean): boolean {
    if (typeof given === 'boolean') return given;
    if (given !== undefined) throw new OptionError(option, given, 'true or false');
    const text = variable === null ? undefined : this.#env[variable];
    if (text === undefined || text === '') return fallback;
    if (text !== '0' && text !== '1') throw new OptionError(variable as string, text, '0 or 1');
    return text === '1';
  }

  oneOf<T extends string>(
    option: string,
    given: T | undefined,
    variable: string,
    values: readonly T[],
    fallback: T,
  ): T {
    const name = given === undefined ? variable : option;
    const value = given ?? (this.#env[variable] || fallback);
    if ((values as readonly unknown[]).includes(value)) return value as T;
    throw new OptionError(name, value, `one of ${values.join(', ')}`);
  }
}

function memoryOption(memory: HeapOptions['memory'] = 'shared'): 'shared' | 'local' | AddressSpace {
  if (memory === 'shared' || memory === 'local') return memory;
  if (typeof memory === 'object' && memory !== null && typeof memory.commit === 'function') return memory;
  throw new OptionError('memory', memory, "'shared', 'local' or an address space");
}

function processEnvironment(): Readonly<Record<string, string | undefined>> {
  const host = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  return host.process?.env ?? {};
}
