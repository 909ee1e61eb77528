/** @thi.ng/malloc as it comes, behind a lock: its state is in the buffer, and a pool over the same buffer can be had per Worker. */

import { MemPool } from '@thi.ng/malloc';
import { Pool } from '../../allocators/thing.js';
import { lockMemory } from '../lock.js';
import { Locked } from './locked.js';
import type { Sharing } from './sharing.js';

const POOL_BYTES = 512 * 1024 * 1024;

interface Handle {
  readonly buf: SharedArrayBuffer;
  readonly lock: SharedArrayBuffer;
}

export const lockedThing: Sharing = {
  create() {
    const handle: Handle = { buf: new SharedArrayBuffer(POOL_BYTES), lock: lockMemory() };
    const pool = new MemPool({ buf: handle.buf, align: 16 });
    return { handle, audit: () => faults(pool.stats().used.count) };
  },
  attach(handle) {
    const { buf, lock } = handle as Handle;
    return { blocks: new Locked(new Pool(new MemPool({ buf, skipInitialization: true })), lock), buffer: buf };
  },
};

function faults(used: number): readonly string[] {
  return used === 0 ? [] : [`${used} blocks are in use, expected none`];
}
