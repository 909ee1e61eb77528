// The cost of the registry's and the rooms' calls alone: the address space and the pool are stand-ins that do next to nothing.

import {
  type AddressSpace,
  NOTE_ROOM,
  noteOf,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  SLOTS_PER_SUPERSLAB,
  type SlotPool,
  SlotState,
  SPAN_BLOCKS,
  type SuperRegistry,
  standaloneGround,
} from '@hakmem/contracts';
import { ROOMS_WORDS, superRegistry } from '@hakmem/super-registry';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const SUPERSLABS = 512;
const PAGES = SUPERSLABS * SLOTS_PER_SUPERSLAB;
const CLASS = 5;

class BareSpace {
  readonly firstPage = 1;
  readonly pageLimit = PAGES;
  committedPages = 0;
  commit(pages: number): boolean {
    this.committedPages = pages;
    return true;
  }
  release(pages: number): void {
    this.committedPages = pages;
  }
}

class BarePool {
  released = 0;
  acquire(): number {
    return 0;
  }
  release(head: number): void {
    this.released = head;
  }
}

/** A registry of 256 SuperSlabs, every second one FREE, and its ground. */
function make(retain: number) {
  const recipe = superRegistry();
  const words = recipe.words(PAGES);
  const ground = standaloneGround(PAGES, words + ROOMS_WORDS);
  ground.policy.words[ground.policy.start + POLICY_RETAIN] = retain;
  const registry = recipe.build(
    ground.scope(words),
    new BareSpace() as unknown as AddressSpace,
  ) as Required<SuperRegistry>;
  registry.extend(SUPERSLABS / 2);
  for (let superSlab = 0; superSlab < SUPERSLABS / 2; superSlab += 2) registry.free(superSlab);
  return { registry, ground };
}

group('registry', () => {
  const { registry } = make(SUPERSLABS);
  let address = 0;
  bench('superSlabOf and pageOf', () => {
    address = (address + 65_552) >>> 0;
    do_not_optimize(registry.superSlabOf(address) + registry.pageOf(address));
  });
  bench('tier', () => {
    address = (address + 65_552) >>> 0;
    do_not_optimize(registry.tier((address >>> 21) & 255));
  });
  bench('reuse, free', () => {
    const superSlab = registry.reuse();
    registry.free(superSlab);
    do_not_optimize(superSlab);
  });
  bench('drain, heat', () => {
    registry.drain(1);
    registry.heat(1);
    do_not_optimize(registry);
  });
});

group('registry, memory', () => {
  const { registry } = make(0);
  bench('extend(1), free with its return', () => {
    const superSlab = registry.extend(1);
    registry.free(superSlab);
    do_not_optimize(superSlab);
  });
  bench('extend(8), free 8 with their return', () => {
    const first = registry.extend(8);
    for (let i = 0; i < 8; i++) registry.free(first + i);
    do_not_optimize(first);
  });
});

group('rooms', () => {
  const { registry, ground } = make(SUPERSLABS);
  const { words } = ground.records;
  const pool = new BarePool();
  const rooms = registry.rooms(ground.cut(ROOMS_WORDS), pool as unknown as SlotPool);
  for (let head = 1; head <= 1_000; head++) {
    words[head] = pageWord(SlotState.ACTIVE, PageKind.TINY, 1, CLASS);
    words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[CLASS];
    rooms.offer(CLASS, head);
  }
  bench('offer, acquire', () => {
    rooms.offer(CLASS, 1_001);
    do_not_optimize(rooms.acquire(CLASS));
  });
  // Each round retires another of the 1,000 listed slabs, wherever it stands by now, and lists it again in front.
  let head = 0;
  bench('retire from the middle, offer', () => {
    head = (head + 379) % 1_000;
    rooms.retire(CLASS, head + 1);
    rooms.offer(CLASS, head + 1);
    do_not_optimize(pool.released);
  });
  bench('retire of a slab that is not listed', () => {
    rooms.retire(CLASS, 1_001);
    do_not_optimize(pool.released);
  });
});

await run();
