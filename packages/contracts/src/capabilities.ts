/**
 * What a box can do beyond the least that its contract asks for: seven constants that stand on the box, or on its recipe.
 * Compositions pass them on and compare what one box wants with what the other one can, first in types, then at construction.
 * A capability that a box lacks is a method that it does not have (GENERAL-E); which methods belong to which is said in the
 * file of each contract.
 */

/** Who may call a box: one thread, or all threads of the heap at once. */
export type Concurrency = 'owner' | 'any';

/** The capabilities of a box, of an address space, or of a whole heap; the two that types decide by are parameters. */
export interface Capabilities<Who extends Concurrency = Concurrency, InBuffer extends boolean = boolean> {
  /** The largest alignment that it keeps, in bytes, a power of two from 16 on. */
  readonly alignment: number;
  /** Who may call it: 'owner': one thread; 'any': all threads of the heap, at once. */
  readonly concurrency: Who;
  /** Whether it can make room where it stands: memory behind its end, pages behind a block. */
  readonly grows: boolean;
  /** Whether it can give back what it has: memory to the system, pages of a block to the pool. */
  readonly shrinks: boolean;
  /** Whether what it hands out is zero. */
  readonly zeroed: boolean;
  /** Whether a call may have to begin again because another thread was first. Bounded, counted, and never a wait. */
  readonly retries: boolean;
  /** Whether all of its state lies in the heap's buffers, so that other threads can find and repair it. */
  readonly stateInBuffer: InBuffer;
}

/** The type of the capabilities of a box or recipe. */
export type CapabilitiesOf<Box> = Box extends { readonly capabilities: infer Can extends Capabilities } ? Can : never;

/** The contracts of boxes, bottom to top. `heap` is the whole. */
export type ContractName =
  | 'space'
  | 'registry'
  | 'pool'
  | 'source'
  | 'warm'
  | 'remote'
  | 'cache'
  | 'front'
  | 'large'
  | 'heap';

/** What a box or a recipe says of itself. */
export interface Labeled {
  /** The contract that it keeps. */
  readonly contract: ContractName;
  readonly capabilities: Capabilities;
}

type Type = { readonly [K in keyof Capabilities]: (value: unknown) => string | null };

const flag = (value: unknown): string | null => (typeof value === 'boolean' ? null : 'true or false');

/** For each capability, null when a value is one of it, else what it must be. */
const TYPES: Type = {
  alignment: (value) =>
    Number.isInteger(value) && (value as number) >= 16 && Math.log2(value as number) % 1 === 0
      ? null
      : 'a power of two from 16 on',
  concurrency: (value) => (value === 'owner' || value === 'any' ? null : "'owner' or 'any'"),
  grows: flag,
  shrinks: flag,
  zeroed: flag,
  retries: flag,
  stateInBuffer: flag,
};

/** What is wrong with a box's capabilities, in words that follow the name of the box; null when they are whole. */
export function flawOf(capabilities: unknown): string | null {
  if (typeof capabilities !== 'object' || capabilities === null) return 'names no capabilities';
  for (const name of Object.keys(TYPES) as (keyof Capabilities)[]) {
    const value = (capabilities as Record<string, unknown>)[name];
    const wanted = TYPES[name](value);
    if (wanted !== null) return `has the capability ${name}: ${String(value)}; expected ${wanted}`;
  }
  return null;
}
