/**
 * Memory that runs out on purpose: a layer that answers 0 to requests that would have got a block. It stands last, nearest to the
 * user, so that no other layer asks again for him. This is the tool for every heap; `scarce` (scarce.ts) reaches only those
 * whose memory grows.
 */

import { integerOption, OptionError } from '@hakmem/contracts';
import { type Ground, type Layer, Link, type TakeCall } from './link.js';
import { Occasion, type Refusals, type Refused } from './occasion.js';

/** A request for a block: the verb that the user called, and the bytes. */
export interface BlockRequest {
  readonly call: TakeCall;
  readonly bytes: number;
}

/** A layer that counts requests. Its counts go on over all guards that it is part of. */
export interface FailingLayer extends Layer, Refused {}

/**
 * The layer that refuses blocks: `{ at }`, `{ from }` or `{ when }`. A realloc that shrinks is never refused: it stays where it
 * is. Throws an OptionError for an option out of its range.
 */
export function failing(refusals: Refusals<BlockRequest>): FailingLayer {
  const occasion = new Occasion<BlockRequest>(refusals);
  return {
    name: 'failing',
    place: 'last',
    build: (_ground: Ground, parent: Link): Link => new Failing(parent, occasion),
    get asked() {
      return occasion.asked;
    },
    get refused() {
      return occasion.refused;
    },
  };
}

class Failing extends Link {
  readonly #occasion: Occasion<BlockRequest>;

  constructor(parent: Link, occasion: Occasion<BlockRequest>) {
    super(parent);
    this.#occasion = occasion;
  }

  override take(bytes: number, alignment: number, call: TakeCall): number {
    return this.#occasion.refuses({ call, bytes }) ? 0 : this.parent.take(bytes, alignment, call);
  }
}

/**
 * Runs `run` again and again, the first request refused, then the second, … until a run needs no more than what it got: every path
 * on which memory can run out once. `run` makes a guard with the layer, anew each time, and throws when something is wrong.
 * Returns how many requests there were. With `{ stays: true }` memory stays exhausted from the kth request on. Throws an
 * OptionError when it took more than `most` runs (default 10,000).
 */
export async function failEach(
  run: (layer: FailingLayer, k: number) => unknown,
  options: FailEachOptions = {},
): Promise<number> {
  const most = integerOption('most', options.most, 1, Number.MAX_SAFE_INTEGER, 10_000);
  for (let k = 1; k <= most; k++) {
    const layer = failing(options.stays ? { from: k } : { at: k });
    await run(layer, k);
    if (layer.refused === 0) return layer.asked;
  }
  throw new OptionError(
    'most',
    most,
    `a number above the requests of a run: after ${most} runs some was still refused`,
  );
}

/** Options of {@link failEach}. */
export interface FailEachOptions {
  readonly most?: number | undefined;
  readonly stays?: boolean | undefined;
}
