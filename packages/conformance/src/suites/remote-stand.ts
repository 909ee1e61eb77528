/**
 * Where remote queues are tried: three threads on one stage, each with a queue, and slabs made by hand. A thread's queue can
 * be built once more over records that stop before each access: then another thread acts in between, or the thread ends.
 */

import {
  type Address,
  BLOCK_BYTES,
  CLASS_COUNT,
  checked,
  GRANULE_SHIFT,
  Inspection,
  kindFor,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  pageWord,
  type RecipeOf,
  type Records,
  type RemoteQueue,
  type Scope,
  type SizeClass,
  SlotState,
  SPAN_PAGES,
  type ThreadId,
} from '@hakmem/contracts';
import { OWNER, Stage } from '../stage.js';
import { type OnAccess, watched } from '../steps.js';

/** The three threads: who owns the slabs, and two others. */
export const MINE: ThreadId = OWNER;
export const OTHER: ThreadId = OWNER + 1;
export const THIRD: ThreadId = OWNER + 2;
export const THREADS: readonly ThreadId[] = [MINE, OTHER, THIRD];

/** Classes by what is special about them: the smallest blocks, a slab with a tail, blocks that cross pages, a span of one. */
export const SMALL: SizeClass = 0;
export const TINY: SizeClass = 15;
export const TAIL: SizeClass = 29;
export const SPAN: SizeClass = 57;
export const SINGLE: SizeClass = 95;

export class RemoteStand {
  readonly stage: Stage;
  readonly inspection: Inspection;
  readonly #recipe: RecipeOf<'remote'>;
  readonly #queues: readonly RemoteQueue[];

  constructor(make: () => RecipeOf<'remote'>, pageLimit: number, shared: boolean) {
    const recipe = make();
    this.#recipe = recipe;
    this.inspection = new Inspection(recipe.box);
    this.stage = new Stage({ pageLimit, words: (pages) => recipe.words(pages), regions: THREADS.length, shared });
    this.#queues = THREADS.map((thread) =>
      checked(recipe).build(this.scope(thread, { fresh: true, founding: thread === MINE }), null),
    );
  }

  /** The queue of a thread, behind checks. */
  queue(thread: ThreadId): RemoteQueue {
    return this.#queues[THREADS.indexOf(thread)];
  }

  scope(thread: ThreadId, place: { readonly fresh?: boolean; readonly founding?: boolean } = {}): Scope {
    const region = this.stage.regions[THREADS.indexOf(thread)];
    return this.stage.scope({ owner: thread, fresh: false, founding: false, ...place }, region);
  }

  /** Another object on the region of a thread; `fresh`: for the next thread of this number. */
  again(thread: ThreadId, fresh = false): RemoteQueue {
    return checked(this.#recipe).build(this.scope(thread, { fresh }), null);
  }

  /** The queue of a thread over other records. */
  over(thread: ThreadId, records: Records): RemoteQueue {
    const scope = this.scope(thread);
    const region = { ...scope.region, words: records.words };
    return checked(this.#recipe).build({ ...scope, records, region }, null);
  }

  /** The queue of a thread that calls `onAccess` before each access of shared words. */
  watched(thread: ThreadId, onAccess: OnAccess): RemoteQueue {
    return this.over(thread, watched(this.stage.records, onAccess));
  }

  block(head: PageIndex, sizeClass: SizeClass, index: number): Address {
    return head * PAGE_BYTES + index * BLOCK_BYTES[sizeClass];
  }

  /** Makes a slab whose first blocks, `live` of them, are live; returns their addresses. */
  slab(head: PageIndex, sizeClass: SizeClass, owner: ThreadId = MINE, live = 1): Address[] {
    const { words } = this.stage.records;
    for (let i = SPAN_PAGES[sizeClass] - 1; i >= 0; i--) {
      words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? SPAN_PAGES[sizeClass] : -i;
    }
    this.handOver(head, sizeClass, owner);
    const addresses = Array.from({ length: live }, (_, index) => this.block(head, sizeClass, index));
    for (const address of addresses) this.revive(address);
    return addresses;
  }

  /** Hands a slab to another owner, 0 for none. */
  handOver(head: PageIndex, sizeClass: SizeClass, owner: ThreadId | 0): void {
    const word = pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass);
    this.stage.records.words.fill(word, head, head + SPAN_PAGES[sizeClass]);
  }

  /** Makes the pages of a slab nobody's; their notes stay as they were. */
  retire(head: PageIndex, sizeClass: SizeClass): void {
    this.stage.records.words.fill(0, head, head + SPAN_PAGES[sizeClass]);
  }

  /** The owner hands a block out. */
  revive(address: Address): void {
    this.stage.records.live[address >>> GRANULE_SHIFT] = 1;
  }

  isLive(address: Address): boolean {
    return this.stage.records.live[address >>> GRANULE_SHIFT] === 1;
  }

  /** Frees blocks by the queue of a thread, each of which must be live. */
  free(thread: ThreadId, addresses: readonly Address[]): void {
    for (const address of addresses) {
      const answer = this.queue(thread).free(address);
      this.inspection.must('REMOTE-1', answer && !this.isLive(address), `free(${address})`, { answer });
    }
  }

  /** Takes the news of a class; the slabs visited, in order of address. */
  take(thread: ThreadId, sizeClass: SizeClass): PageIndex[] {
    const heads: PageIndex[] = [];
    this.queue(thread).take(sizeClass, (head) => heads.push(head));
    return heads.sort((a, b) => a - b);
  }

  /** Classes that a thread has news of. */
  classes(thread: ThreadId): SizeClass[] {
    return Array.from({ length: CLASS_COUNT }, (_, c) => c).filter((c) => this.queue(thread).hasNews(c));
  }
}
