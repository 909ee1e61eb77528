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
  type Capabilities,
  CompositionError,
  ContractViolation,
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
  type TypedArray,
  type TypedArrayConstructor,
} from '@hakmem/contracts';
export { localMemory, sharedMemory, wasmMemory } from '@hakmem/memory';
export { type AttachParts, attachHeap } from './attach.js';
export { checkedParts } from './checked.js';
export { compose } from './compose.js';
export { createHeap, type PartsOf } from './create.js';
export type { Fitting, HeapOf, Misfit, PartOf } from './fit.js';
export type { HeapHandle, RoleOfBox } from './handle.js';
export { type CollectOptions, Heap, type Visit } from './heap.js';
export type { DebugOptions, HeapOptions } from './options.js';
export type { BoxParts, Parts, Recipes, Role, Standard } from './parts.js';
export { SharedHeap } from './shared-heap.js';
export type { BlockStats, ByteStats, ClassStats, HeapStats, ThreadStats } from './stats.js';
export type { Verdict } from './verify.js';
export type { WatchableWorker } from './worker.js';
