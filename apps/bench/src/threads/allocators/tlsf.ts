/**
 * AssemblyScript's TLSF behind a lock: one memory, one instance of the module per Worker. The allocator's records are in the
 * memory, at the same place for all; an instance keeps nothing but the note that it has initialised them. It does so at its
 * first call, which makes all memory free again: so each makes that call when it attaches, before anybody holds a block.
 */

import { abort, readModule, type TlsfExports } from '../../allocators/tlsf.js';
import { lockMemory } from '../lock.js';
import { Locked } from './locked.js';
import type { Sharing } from './sharing.js';

/** 512 MiB, as asconfig.json says; committed lazily. */
const PAGES = 8_192;

interface Handle {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly lock: SharedArrayBuffer;
}

export const lockedTlsf: Sharing = {
  create() {
    const module = new WebAssembly.Module(readModule('dist/tlsf-shared.wasm'));
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
    const handle: Handle = { module, memory, lock: lockMemory() };
    return { handle };
  },
  attach(handle) {
    const { module, memory, lock } = handle as Handle;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
    const blocks = new Locked(exports as unknown as TlsfExports, lock);
    blocks.free(blocks.malloc(1));
    return { blocks, buffer: memory.buffer };
  },
};
