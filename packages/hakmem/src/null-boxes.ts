/** What stands in for a box that a composition leaves out: the same contract, and no work. */

import type { Address, Front, LargeBlocks, LargeStats, SizeClass } from '@hakmem/contracts';

/** A front that serves no size: the gate passes on to the next box. */
export class NullFront implements Front {
  readonly maxBytes = -1;

  malloc(_bytes: number): Address | 0 {
    return 0;
  }

  free(_sizeClass: SizeClass, _address: Address): boolean {
    return false;
  }

  classOf(_bytes: number): SizeClass {
    return 0;
  }
}

/** No large blocks: memory for them is always exhausted. */
export class NullLarge implements LargeBlocks {
  malloc(_bytes: number, _alignment: number): Address | 0 {
    return 0;
  }

  free(_address: Address): boolean {
    return false;
  }

  stats(): LargeStats {
    return { live: 0, kept: 0, grownInPlace: 0, shrunkInPlace: 0 };
  }

  verify(): void {}
}
