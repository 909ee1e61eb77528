/** A front in plain JavaScript, and wrong ones made of it. */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  classOf,
  type Front,
  PAGE_BYTES,
  policyBatch,
  type RecipeOf,
  requireMethods,
  type Scope,
  type SizeClass,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { type FrontSuiteOptions, frontSuite } from '../../src/index.js';
import { testRefusals, type Wrong } from './refused.js';

class PlainFront implements Front {
  readonly maxBytes: number = 1_024;

  constructor(
    readonly scope: Scope,
    readonly cache: BlockCache,
  ) {}

  malloc(bytes: number): Address | 0 {
    return this.cache.take(this.classOf(bytes));
  }

  free(sizeClass: SizeClass, address: Address): boolean {
    return this.cache.give(sizeClass, address);
  }

  classOf(bytes: number): SizeClass {
    return classOf(bytes);
  }
}

type Kind = new (scope: Scope, cache: BlockCache) => PlainFront;

function recipeOf(Box: Kind, alignment = PAGE_BYTES): () => RecipeOf<'front'> {
  return () => ({
    box: 'plain-front',
    contract: 'front',
    capabilities: {
      alignment,
      concurrency: 'owner',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => 0,
    build(scope, cache) {
      requireMethods('plain-front', 'cache', cache, ['take', 'give']);
      return new Box(scope, cache);
    },
  });
}

function wrong(clause: string, what: string, Box: Kind, options: Partial<FrontSuiteOptions> = {}): Wrong {
  return { clause, what, suite: () => frontSuite({ recipe: recipeOf(Box), runs: 10, ...options }) };
}

/** Serves every second class. */
class Coarse extends PlainFront {
  override classOf(bytes: number): SizeClass {
    return classOf(bytes) | 1;
  }
}

const everySecond = Array.from({ length: 16 }, (_, i) => 2 * i + 1);
const without512 = everySecond.filter((c) => BLOCK_BYTES[c] !== 512);

describe('fronts', () => {
  testRefusals(
    () => frontSuite({ recipe: recipeOf(PlainFront), runs: 20 }),
    [
      wrong(
        'FRONT-1',
        'serves a size that is a block’s with the next class',
        class extends PlainFront {
          override classOf(bytes: number): SizeClass {
            return Math.min(31, classOf(Math.min(1_024, bytes + 1)));
          }
        },
      ),
      wrong('FRONT-1', 'leaves out classes that it says it serves', Coarse),
      wrong(
        'FRONT-1',
        'hands out blocks that are too small',
        class extends PlainFront {
          override classOf(bytes: number): SizeClass {
            return bytes === 1_009 ? 30 : classOf(bytes);
          }
        },
      ),
      wrong(
        'FRONT-2',
        'says true to whatever is freed',
        class extends PlainFront {
          override free(sizeClass: SizeClass, address: Address): boolean {
            super.free(sizeClass, address);
            return true;
          }
        },
      ),
      wrong(
        'FRONT-2',
        'says false to a block that is live, and frees it',
        class extends PlainFront {
          override free(sizeClass: SizeClass, address: Address): boolean {
            return super.free(sizeClass, address) && address % BLOCK_BYTES[sizeClass] === 1;
          }
        },
      ),
      wrong(
        'FRONT-2',
        'frees the block before',
        class extends PlainFront {
          override free(sizeClass: SizeClass, address: Address): boolean {
            return super.free(sizeClass, address) || super.free(sizeClass, address - 16);
          }
        },
      ),
      wrong(
        'FRONT-3',
        'gives up on every fourth request',
        class extends PlainFront {
          count = 0;
          override malloc(bytes: number): Address | 0 {
            return ++this.count % 4 === 0 ? 0 : super.malloc(bytes);
          }
        },
      ),
      wrong(
        'FRONT-4',
        'asks for the class above the one that it names',
        class extends PlainFront {
          override malloc(bytes: number): Address | 0 {
            return this.cache.take(classOf(bytes + 16));
          }
        },
      ),
      wrong(
        'FRONT-5',
        'takes a block ahead',
        class extends PlainFront {
          override malloc(bytes: number): Address | 0 {
            this.cache.prewarm(this.classOf(bytes), 2);
            return super.malloc(bytes);
          }
        },
      ),
      wrong(
        'GENERAL-B',
        'looks into the policy for its classes',
        class extends PlainFront {
          override classOf(bytes: number): SizeClass {
            const { words, start } = this.scope.policy;
            return words[start + policyBatch(0)] === 1 ? 31 : classOf(bytes);
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'writes the policy of a heap that is there already',
        class extends PlainFront {
          constructor(scope: Scope, cache: BlockCache) {
            super(scope, cache);
            scope.policy.words[scope.policy.start] = 1;
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'writes live bytes itself',
        class extends PlainFront {
          override malloc(bytes: number): Address | 0 {
            const address = super.malloc(bytes);
            this.scope.records.live[address >>> 4] = 1;
            return address;
          }
        },
      ),
      {
        clause: 'GENERAL-E',
        what: 'keeps an alignment that its classes do not',
        suite: () =>
          frontSuite({
            recipe: recipeOf(
              class extends PlainFront {
                override readonly maxBytes = 600;
                override classOf(bytes: number): SizeClass {
                  return without512.find((c) => BLOCK_BYTES[c] >= bytes)!;
                }
              },
              512,
            ),
            classes: without512,
          }),
      },
    ],
  );
});

describe('a front that serves every second class', () => {
  testRefusals(
    () => frontSuite({ recipe: recipeOf(Coarse, 16), classes: everySecond, runs: 20 }),
    [wrong('FRONT-1', 'and one class more', PlainFront, { classes: everySecond })],
  );
});
