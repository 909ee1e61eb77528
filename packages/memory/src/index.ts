/**
 * `@hakmem/memory`: the three address spaces that a heap can stand on.
 *
 * @packageDocumentation
 */

export { type LocalMemoryOptions, localMemory } from './local.js';
export { openMemory } from './open.js';
export { type SharedHandle, type SharedMemoryOptions, sharedMemory } from './shared.js';
export { type WasmHandle, type WasmMemory, type WasmMemoryOptions, wasmMemory } from './wasm.js';
