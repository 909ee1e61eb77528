/** Opening an address space that another thread has made. */

import { type AddressSpace, ArgumentError, type SpaceHandle } from '@hakmem/contracts';
import { type SharedHandle, SharedSpace } from './shared.js';
import { Wasm, type WasmHandle } from './wasm.js';

/**
 * The address space of a handle that `handle()` of a space in another thread returned. Throws an ArgumentError when it is a
 * handle of no space of this package.
 */
export function openMemory(handle: SpaceHandle): AddressSpace {
  if (isShared(handle)) return new SharedSpace(handle.buffer);
  if (isWasm(handle)) return new Wasm(handle.memory, handle.firstPage, handle.pageLimit, handle.grows);
  throw new ArgumentError(
    'memory',
    handle,
    "the handle of a space: kind 'shared' with its buffer, or 'wasm' with its memory",
  );
}

function isShared(handle: SpaceHandle): handle is SharedHandle {
  const sharing = typeof SharedArrayBuffer !== 'undefined';
  return sharing && handle?.kind === 'shared' && (handle as SharedHandle).buffer instanceof SharedArrayBuffer;
}

function isWasm(handle: SpaceHandle): handle is WasmHandle {
  return handle?.kind === 'wasm' && (handle as WasmHandle).memory instanceof WebAssembly.Memory;
}
