/** When memory is refused on purpose: at the kth request, from the kth on, or when a function says so. */

import { integerOption, OptionError } from '@hakmem/contracts';

/** Which requests to refuse; one or several of the three. The first request has the number 1. */
export interface Refusals<Request> {
  /** Refuse this request alone. */
  readonly at?: number | undefined;
  /** Refuse this request and all that follow, as memory that stays exhausted does. */
  readonly from?: number | undefined;
  /** Refuse when this returns true. */
  readonly when?: ((request: Request & { readonly count: number }) => boolean) | undefined;
}

/** What was asked and refused so far. */
export interface Refused {
  /** Requests so far. */
  readonly asked: number;
  /** Requests that were refused. */
  readonly refused: number;
}

/** Counts requests and says which to refuse. */
export class Occasion<Request> implements Refused {
  asked = 0;
  refused = 0;
  readonly #at: number;
  readonly #from: number;
  readonly #when: Refusals<Request>['when'];

  constructor({ at, from, when }: Refusals<Request>) {
    this.#at = integerOption('at', at, 1, Number.MAX_SAFE_INTEGER, 0);
    this.#from = integerOption('from', from, 1, Number.MAX_SAFE_INTEGER, Infinity);
    if (when !== undefined && typeof when !== 'function') throw new OptionError('when', when, 'a function');
    this.#when = when;
  }

  /** Counts this request; whether it is to be refused, `anyway` or by the options. */
  refuses(request: Request, anyway = false): boolean {
    const count = ++this.asked;
    const wanted = this.#when?.({ ...request, count }) === true;
    const refuse = anyway || wanted || count === this.#at || count >= this.#from;
    if (refuse) this.refused++;
    return refuse;
  }
}
