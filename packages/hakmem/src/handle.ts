/** The handle of a heap: what another thread needs to attach. */

import type { SpaceHandle } from '@hakmem/contracts';

/** The box that has a role, and its words. */
export interface RoleOfBox {
  readonly role: string;
  readonly box: string;
  readonly words: number;
}

/** What another thread needs to attach to a heap. Structured-cloneable: give it to `postMessage` or as `workerData`. */
export interface HeapHandle {
  /** The version of the records. */
  readonly hakmem: number;
  /** The control buffer, and how many words it has before the live bytes. */
  readonly control: SharedArrayBuffer;
  readonly words: number;
  /** Threads that may use the heap at once. */
  readonly threads: number;
  readonly memory: SpaceHandle;
  /** Which boxes the heap is composed of. */
  readonly boxes: readonly RoleOfBox[];
}
