/**
 * A slab source, or a warm pool, behind checks. Each call costs a walk over the slabs that the chain holds.
 *
 * before   offer: SOURCE-5, the slab has room and nobody holds it · retire: it is all room
 * after    acquire, spare: SOURCE-1 · retire: SOURCE-4 · offer, held: SOURCE-6, once each · verify, stats: GENERAL-C
 */

import type { Report } from '../general.js';
import { METHODS } from '../methods.js';
import { classIn, SlotState, stateOf } from '../page-word.js';
import { requireMethods } from '../recipe.js';
import { NOTE_ROOM, noteOf, type Records } from '../records.js';
import { SPAN_BLOCKS } from '../size-classes.js';
import type { SlabSource } from '../source.js';
import type { PageIndex, SizeClass } from '../units.js';
import type { WarmPool, WarmStats } from '../warm.js';
import { Inspection } from './inspection.js';

/** A link that passes every call on to `inner` and throws a ContractViolation when a clause of SOURCE does not hold. */
export class CheckedSource implements SlabSource {
  readonly #records: Records;
  readonly #inner: SlabSource;
  protected readonly inspection: Inspection;

  constructor(records: Records, inner: SlabSource, box = 'slab source') {
    requireMethods('CheckedSource', 'inner', inner, METHODS.source);
    this.#records = records;
    this.#inner = inner;
    this.inspection = new Inspection(box);
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.#handOut(`acquire(${sizeClass})`, sizeClass, this.#inner.acquire(sizeClass));
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.#handOut(`spare(${sizeClass})`, sizeClass, this.#inner.spare(sizeClass));
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    const call = `offer(${sizeClass}, ${head})`;
    const room = this.#room(head);
    const times = this.#times(head);
    this.inspection.must('SOURCE-5', this.#isSlab(sizeClass, head) && room > 0 && times === 0, call, {
      word: this.#records.words[head],
      room,
      times,
    });
    this.#inner.offer(sizeClass, head);
    const held = this.#times(head);
    this.inspection.must('SOURCE-6', held === 1, call, { held });
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    const call = `retire(${sizeClass}, ${head})`;
    const room = this.#room(head);
    this.inspection.must('SOURCE-5', this.#isSlab(sizeClass, head) && room === SPAN_BLOCKS[sizeClass], call, { room });
    this.#inner.retire(sizeClass, head);
    const held = this.#times(head);
    this.inspection.must('SOURCE-4', held === 0, call, { held });
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    const seen = new Map<PageIndex, SizeClass>();
    this.#inner.held((sizeClass, head) => {
      this.inspection.must('SOURCE-6', !seen.has(head), 'held', { head, again: true });
      seen.set(head, sizeClass);
      const word = this.#records.words[head];
      const fits = stateOf(word) !== SlotState.ACTIVE || classIn(word) === sizeClass;
      this.inspection.must('SOURCE-6', fits, 'held', { head, sizeClass, word });
    });
    for (const [head, sizeClass] of seen) visit(sizeClass, head);
  }

  verify(report: Report): void {
    this.observe('verify', () => this.#inner.verify(report));
  }

  /** A look at the link, which must not change anything. */
  protected observe<T>(call: string, look: () => T): T {
    return this.inspection.observe(call, this.#records.words, look);
  }

  #handOut(call: string, sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
    if (head === 0) return 0;
    const room = this.#room(head);
    const held = this.#times(head);
    const fits = this.#isSlab(sizeClass, head) && room > 0 && held === 0;
    this.inspection.must('SOURCE-1', fits, call, { head, word: this.#records.words[head], room, held });
    return head;
  }

  #isSlab(sizeClass: SizeClass, head: PageIndex): boolean {
    const word = this.#records.words[head];
    return stateOf(word) === SlotState.ACTIVE && classIn(word) === sizeClass;
  }

  #room(head: PageIndex): number {
    return this.#records.words[noteOf(head) + NOTE_ROOM];
  }

  /** How often the chain holds a slab. */
  #times(head: PageIndex): number {
    let times = 0;
    this.#inner.held((_, page) => {
      if (page === head) times++;
    });
    return times;
  }
}

/** A warm pool behind the same checks. */
export class CheckedWarm extends CheckedSource implements WarmPool {
  readonly #warm: WarmPool;

  constructor(records: Records, inner: WarmPool, box = 'warm pool') {
    super(records, inner, box);
    requireMethods('CheckedWarm', 'inner', inner, ['stats']);
    this.#warm = inner;
  }

  stats(): WarmStats {
    const stats = this.observe('stats', () => this.#warm.stats());
    const { hits, misses, hitRate } = stats;
    const rate = hits + misses === 0 ? 0 : hits / (hits + misses);
    this.inspection.must('WARM-4', hitRate === rate, 'stats', { hits, misses, hitRate });
    return stats;
  }
}
