/**
 * An address space that runs out on purpose, around another: it refuses to commit pages. Requests are counted when they ask
 * for more than is committed. A fixed shared memory has all its pages from the start and commits nothing: for a heap over
 * one, use the layer `failing`.
 *
 * It is one thread's. Another thread that opens the space's handle opens what is inside, which refuses nothing.
 */

import { type AddressSpace, integerOption, MAX_PAGES } from '@hakmem/contracts';
import { Occasion, type Refusals, type Refused } from './occasion.js';

/** A request for pages: the page after the last that is to be backed, and the one up to which they are. */
export interface PageRequest {
  readonly pages: number;
  readonly committed: number;
}

/** When to refuse. */
export interface ScarceOptions extends Refusals<PageRequest> {
  /** Refuse to commit beyond this page, 0 … 65,536 (default: no bound). */
  readonly pages?: number | undefined;
}

/**
 * `space`, with less memory: `commit` refuses, all else is passed on as it is, so that what the space cannot do this one cannot
 * either. Throws an OptionError for an option out of its range.
 */
export function scarce<S extends AddressSpace>(space: S, options: ScarceOptions): S & Refused {
  const { pages: most, ...refusals } = options;
  const last = integerOption('pages', most, 0, MAX_PAGES, MAX_PAGES);
  const occasion = new Occasion<PageRequest>(refusals);
  const commit = (pages: number): boolean => {
    const committed = space.committedPages;
    if (pages > committed && occasion.refuses({ pages, committed }, pages > last)) return false;
    return space.commit(pages);
  };
  const own: Readonly<Record<PropertyKey, () => unknown>> = {
    commit: () => commit,
    asked: () => occasion.asked,
    refused: () => occasion.refused,
  };
  return new Proxy(space, {
    has: (target, name) => Object.hasOwn(own, name) || name in target,
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name]();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as S & Refused;
}
