/**
 * Contracts enforced at run time: what a composition asks of the boxes it is given, and a wrapper that checks a chain of
 * slab sources at every call. The wrapper is for tests and for people who write a box of their own; each
 * call costs a walk over the slabs that the chain holds.
 */

import type { Report, SlabSource } from './boxes.js';
import { CLAUSES, type ClauseId } from './clauses.js';
import { CompositionError, ContractError } from './errors.js';
import { classIn, SlotState, stateOf } from './page-word.js';
import { NOTE_ROOM, noteOf, type Records } from './records.js';
import { SPAN_BLOCKS } from './size-classes.js';
import type { PageIndex, SizeClass } from './units.js';

/** Throws a CompositionError unless `box`, which `wanter` was given as its `role`, has all of `methods`. */
export function requireMethods(wanter: string, role: string, box: unknown, methods: readonly string[]): void {
  const given = box as Record<string, unknown> | null | undefined;
  for (const method of methods) {
    if (typeof given?.[method] === 'function') continue;
    const what = given === null || given === undefined ? String(given) : (given.constructor?.name ?? 'object');
    throw new CompositionError(`${wanter} wants ${method}() of its ${role}, and ${what} does not have it`);
  }
}

/** A link that passes every call on to `inner` and throws a ContractError when a clause of SOURCE does not hold. */
export class CheckedSource implements SlabSource {
  readonly #records: Records;
  readonly #inner: SlabSource;

  constructor(records: Records, inner: SlabSource) {
    requireMethods('CheckedSource', 'inner', inner, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
    this.#records = records;
    this.#inner = inner;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.#handOut(sizeClass, this.#inner.acquire(sizeClass));
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.#handOut(sizeClass, this.#inner.spare(sizeClass));
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.#expect('SOURCE-1', this.#room(head) > 0, `slab ${head} was offered without room`);
    this.#inner.offer(sizeClass, head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    const room = this.#room(head);
    this.#expect('SOURCE-4', room === SPAN_BLOCKS[sizeClass], `slab ${head} was retired with ${room} blocks of room`);
    this.#inner.retire(sizeClass, head);
    this.#inner.held((_, page) => this.#expect('SOURCE-4', page !== head, `slab ${head} is held after its retirement`));
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    this.#inner.held(visit);
  }

  verify(report: Report): void {
    this.#inner.verify(report);
  }

  #handOut(sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
    if (head === 0) return 0;
    const word = this.#records.words[head];
    const mine = stateOf(word) === SlotState.ACTIVE && classIn(word) === sizeClass;
    this.#expect('SOURCE-1', mine && this.#room(head) > 0, `slab ${head} of class ${sizeClass} came with word ${word}`);
    this.#inner.held((_, page) => this.#expect('SOURCE-1', page !== head, `slab ${head} is still held by a link`));
    return head;
  }

  #room(head: PageIndex): number {
    return this.#records.words[noteOf(head) + NOTE_ROOM];
  }

  #expect(id: ClauseId, holds: boolean, seen: string): void {
    if (!holds) throw new ContractError(id, CLAUSES[id], seen);
  }
}
