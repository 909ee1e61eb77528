/**
 * What a workload sees of an allocator.
 *
 * A block is whatever the allocator hands out: an address (a number, 0 = none) or a handle (a Buffer or Uint8Array,
 * undefined = none). A workload is written once for both. In a process of the bench there is one allocator only, so every
 * call site in a hot loop sees one shape and V8 inlines through it; that is why `blocks` should be the allocator itself
 * wherever its methods have these names, and a thin class of fixed shape elsewhere.
 *
 *   slots(n)   where a workload keeps n blocks: Uint32Array for addresses, an array of handles otherwise; all `none`
 *   free(b)    for handles does nothing: the workload overwrites its slot with `none`, which drops the reference
 *
 * A capability that an allocator lacks is a method that it does not have; the workload answers with an UnsupportedError.
 */

export interface Blocks<B> {
  malloc(bytes: number): B;
  free(block: B): unknown;
  /** Zeroed. */
  calloc?(count: number, bytes: number): B;
  realloc?(block: B, bytes: number): B;
  alignedAlloc?(alignment: number, bytes: number): B;
}

export interface Slots<B> {
  readonly length: number;
  [index: number]: B;
}

export interface Subject<B> {
  /** Called in hot loops. */
  readonly blocks: Blocks<B>;
  /** What an empty slot holds, and what `malloc` returns when there is no memory. */
  readonly none: B;
  slots(count: number): Slots<B>;
  /** Looks at the allocator after a run, all blocks freed; says what is wrong with it. */
  audit?(): readonly string[];
}

/** Slots for addresses. */
export function addressSlots(count: number): Slots<number> {
  return new Uint32Array(count);
}

/** Slots for handles, made in one piece so that the array keeps its packed elements. */
export function handleSlots<H>(count: number): Slots<H | undefined> {
  return new Array<H | undefined>(count).fill(undefined);
}
