/** The boxes of one heap, built and handed to each other. */

import type {
  AddressSpace,
  BlockCache,
  Front,
  LargeBlocks,
  Records,
  Region,
  SlotPool,
  SuperRegistry,
  ThreadId,
  WarmPool,
} from '@hakmem/contracts';
import type { Lid } from './lid.js';

export interface Boxes {
  readonly space: AddressSpace;
  readonly records: Records;
  readonly policy: Region;
  readonly owner: ThreadId;
  readonly registry: SuperRegistry;
  readonly pool: SlotPool;
  readonly source: Lid;
  /** Null when the composition has none. */
  readonly warm: WarmPool | null;
  readonly cache: BlockCache;
  readonly front: Front;
  readonly mid: Front;
  readonly large: LargeBlocks;
}
