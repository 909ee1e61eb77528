/**
 * `hakmem`: malloc and free for JavaScript, over a SharedArrayBuffer, an ArrayBuffer or a WebAssembly.Memory.
 *
 * @packageDocumentation
 */

export {
  type Address,
  AddressError,
  type AddressSpace,
  ArgumentError,
  CompositionError,
  DestroyedError,
  DoubleFreeError,
  type ErrorCode,
  ForeignAddressError,
  InteriorAddressError,
  MisalignedAddressError,
  NotLiveError,
  OptionError,
  type Problem,
} from '@hakmem/contracts';
export { localMemory, sharedMemory, wasmMemory } from '@hakmem/memory';
export { compose, type Parts } from './compose.js';
export { createHeap } from './create.js';
export type { CollectOptions, Heap, Visit } from './heap.js';
export type { DebugOptions, HeapOptions } from './options.js';
export type { BlockStats, ByteStats, ClassStats, HeapStats } from './stats.js';
export type { Verdict } from './verify.js';
export type { TypedArray, TypedArrayConstructor } from './views.js';
