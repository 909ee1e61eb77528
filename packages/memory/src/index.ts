/**
 * `@hakmem/memory`: the three address spaces that a heap can stand on.
 *
 * @packageDocumentation
 */

export { type LocalMemory, type LocalMemoryOptions, localMemory } from './local.js';
export { openMemory } from './open.js';
export { type SharedHandle, type SharedMemory, type SharedMemoryOptions, sharedMemory } from './shared.js';
export { type WasmHandle, type WasmMemory, type WasmMemoryOptions, type WasmSpace, wasmMemory } from './wasm.js';
