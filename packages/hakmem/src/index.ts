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
  AttachError,
  CompositionError,
  DestroyedError,
  DetachedError,
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
export { type AttachParts, attachHeap } from './attach.js';
export { compose } from './compose.js';
export { createHeap } from './create.js';
export type { HeapHandle, RoleOfBox } from './handle.js';
export type { CollectOptions, Heap, Visit } from './heap.js';
export type { DebugOptions, HeapOptions } from './options.js';
export type { BoxParts, Parts } from './parts.js';
export type { BlockStats, ByteStats, ClassStats, HeapStats, ThreadStats } from './stats.js';
export type { Verdict } from './verify.js';
export type { TypedArray, TypedArrayConstructor } from './views.js';
export type { WatchableWorker } from './worker.js';
