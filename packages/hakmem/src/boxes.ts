/** The boxes of one heap, built and handed to each other. */

import type {
  AddressSpace,
  BlockCache,
  Capabilities,
  Front,
  LargeBlocks,
  Records,
  Region,
  RemoteQueue,
  SlabSource,
  SlotPool,
  SuperRegistry,
  ThreadId,
  WarmPool,
} from '@hakmem/contracts';
import type { Threads } from './threads.js';

/** The boxes that each thread has for itself. */
export interface ThreadBoxes {
  readonly owner: ThreadId;
  readonly source: SlabSource;
  /** Null when the composition has none. */
  readonly warm: WarmPool | null;
  /** Null when the heap is for one thread. */
  readonly remote: RemoteQueue | null;
  readonly cache: BlockCache;
  readonly front: Front;
  readonly mid: Front;
}

/** What a thread works with: its own boxes, and those that stand on what all threads share. */
export interface Boxes extends ThreadBoxes {
  readonly space: AddressSpace;
  /** What the heap can do. */
  readonly capabilities: Capabilities;
  /** Largest alignment in bytes that blocks of a class keep. */
  readonly alignment: number;
  readonly records: Records;
  readonly policy: Region;
  readonly threads: Threads;
  /** Bytes of a thread's regions. */
  readonly threadBytes: number;
  readonly registry: SuperRegistry;
  readonly pool: SlotPool;
  readonly large: LargeBlocks;
  /** The boxes of another thread, to be looked at while it does not work. */
  readonly peer: (thread: ThreadId) => ThreadBoxes;
  /** Empties the regions of a thread that has left. */
  readonly clear: (thread: ThreadId) => void;
}

/** The boxes of all threads. */
export function everyThread(boxes: Boxes): ThreadBoxes[] {
  return boxes.threads.taken().map((thread) => (thread === boxes.owner ? boxes : boxes.peer(thread)));
}
