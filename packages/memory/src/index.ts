/**
 * `@hakmem/memory`: the three address spaces that a heap can stand on.
 *
 * @packageDocumentation
 */

export { type LocalMemoryOptions, localMemory } from './local.js';
export { type SharedMemoryOptions, sharedMemory } from './shared.js';
export { type WasmMemory, type WasmMemoryOptions, wasmMemory } from './wasm.js';
