/**
 * An allocator for one thread behind a lock, as a program must use it from several. Its state is in shared memory; every call
 * takes the lock. `Locked` has what all such allocators have, `LockedAligned` one verb more.
 */

import type { Blocks } from '../../allocators/subject.js';
import { Lock } from '../lock.js';

export class Locked<Inner extends Required<Pick<Blocks<number>, 'calloc' | 'realloc'>> & Blocks<number>>
  implements Blocks<number>
{
  protected readonly inner: Inner;
  protected readonly lock: Lock;

  constructor(inner: Inner, lock: SharedArrayBuffer) {
    this.inner = inner;
    this.lock = new Lock(lock);
  }

  malloc(bytes: number): number {
    this.lock.acquire();
    const address = this.inner.malloc(bytes);
    this.lock.release();
    return address;
  }

  free(address: number): void {
    this.lock.acquire();
    this.inner.free(address);
    this.lock.release();
  }

  calloc(count: number, bytes: number): number {
    this.lock.acquire();
    const address = this.inner.calloc(count, bytes);
    this.lock.release();
    return address;
  }

  realloc(address: number, bytes: number): number {
    this.lock.acquire();
    const moved = this.inner.realloc(address, bytes);
    this.lock.release();
    return moved;
  }
}

export class LockedAligned extends Locked<Required<Blocks<number>>> {
  alignedAlloc(alignment: number, bytes: number): number {
    this.lock.acquire();
    const address = this.inner.alignedAlloc(alignment, bytes);
    this.lock.release();
    return address;
  }
}
