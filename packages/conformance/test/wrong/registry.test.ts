/** Registries that are wrong in one thing, and rooms. */

import {
  type Address,
  classIn,
  type PageIndex,
  type RecipeOf,
  type Region,
  type RegistryStats,
  type SizeClass,
  SLOTS_PER_SUPERSLAB,
  type SlabSource,
  type SlotPool,
  type SuperSlabIndex,
  Tier,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { registrySuite, type Suite } from '../../src/index.js';
import { type Kind, PlainRegistry, PlainRooms, recipeOf, Word } from './plain-registry.js';
import { testRefusals, type Wrong } from './refused.js';

/** Without its models: they find all of it, too, and take long to say it shortly. */
function wrong(clause: string, what: string, Box: Kind): Wrong {
  const suite = (): Suite => {
    const { title, cases } = registrySuite({ recipe: recipeOf(Box) });
    return { title, cases: cases.filter((each) => !each.what.includes('against a model')) };
  };
  return { clause, what, suite };
}

/** A registry whose rooms are others. */
function withRooms(Rooms: typeof PlainRooms): Kind {
  return class extends PlainRegistry {
    override rooms(region: Region, pool: SlotPool): SlabSource {
      return new Rooms(this.scope, region, pool);
    }
  };
}

describe('registries', () => {
  testRefusals(
    () => registrySuite({ recipe: recipeOf(PlainRegistry), runs: 10 }),
    [
      wrong(
        'REGISTRY-1',
        'takes addresses for signed',
        class extends PlainRegistry {
          override superSlabOf(address: Address): SuperSlabIndex {
            return address >> 21;
          }
        },
      ),
      wrong(
        'REGISTRY-2',
        'has a tier behind the end',
        class extends PlainRegistry {
          override tier(superSlab: SuperSlabIndex): Tier {
            return superSlab >= this.end ? Tier.FREE : super.tier(superSlab);
          }
        },
      ),
      wrong(
        'REGISTRY-2',
        'counts DRAINING ones as HOT',
        class extends PlainRegistry {
          override stats(): RegistryStats {
            const stats = super.stats();
            return { ...stats, hot: stats.hot + stats.draining, draining: 0 };
          }
        },
      ),
      wrong(
        'REGISTRY-3',
        'reuses the one that was freed first',
        class extends PlainRegistry {
          override freedAt(superSlab: SuperSlabIndex): number {
            return -super.freedAt(superSlab);
          }
        },
      ),
      wrong(
        'REGISTRY-3',
        'hands the same FREE one out again and again',
        class extends PlainRegistry {
          override reuse(): SuperSlabIndex | -1 {
            return this.all().find((each) => this.tier(each) === Tier.FREE) ?? -1;
          }
        },
      ),
      wrong(
        'REGISTRY-4',
        'returns one too many',
        class extends PlainRegistry {
          override trim(retain: number): number {
            return super.trim(retain - 1);
          }
        },
      ),
      wrong(
        'REGISTRY-4',
        'returns a DRAINING one',
        class extends PlainRegistry {
          override isTop(superSlab: SuperSlabIndex): boolean {
            return this.tier(superSlab) === Tier.FREE || this.tier(superSlab) === Tier.HOT;
          }
        },
      ),
      wrong(
        'REGISTRY-5',
        'forgets the pages that the space does not give',
        class extends PlainRegistry {
          override reserve(): void {}
        },
      ),
      wrong(
        'REGISTRY-5',
        'reserves pages when others see them already',
        class extends PlainRegistry {
          override extend(count: number): SuperSlabIndex | -1 {
            const from = super.extend(count);
            if (from !== -1) super.reserve(from, from + count);
            return from;
          }
          override reserve(): void {}
        },
      ),
      wrong(
        'REGISTRY-6',
        'moves the end without a look at who did it before',
        class extends PlainRegistry {
          override extend(count: number): SuperSlabIndex | -1 {
            const from = this.end;
            const to = from + count;
            if (to > this.limit) return -1;
            if (!this.space.commit(Math.min(to * SLOTS_PER_SUPERSLAB, this.space.pageLimit))) return -1;
            this.reserve(from, to);
            this.put(Word.END, to);
            for (let each = from; each < to; each++) this.heat(each);
            return from;
          }
        },
      ),
      wrong(
        'REGISTRY-7',
        'begins anew in a heap that is there already',
        class extends PlainRegistry {
          constructor(...[scope, space]: ConstructorParameters<Kind>) {
            super(scope, space);
            this.put(Word.END, this.first);
          }
        },
      ),
      wrong(
        'REGISTRY-3',
        'makes fewer than it was asked for where memory is short',
        class extends PlainRegistry {
          override extend(count: number): SuperSlabIndex | -1 {
            for (let less = count; less > 0; less--) {
              const from = super.extend(less);
              if (from !== -1) return from;
            }
            return -1;
          }
        },
      ),
      wrong(
        'REGISTRY-8',
        'counts a reuse that finds none',
        class extends PlainRegistry {
          override reuse(): SuperSlabIndex | -1 {
            const superSlab = super.reuse();
            if (superSlab === -1) this.put(Word.CLOCK, this.get(Word.CLOCK) + 1);
            return superSlab;
          }
        },
      ),
      wrong(
        'REGISTRY-8',
        'keeps memory that is not enough',
        class extends PlainRegistry {
          override extend(count: number): SuperSlabIndex | -1 {
            for (let more = 1; more < count; more++) this.space.commit((this.end + more) * SLOTS_PER_SUPERSLAB);
            return super.extend(count);
          }
        },
      ),
      wrong(
        'REGISTRY-9',
        'drains the one beside, too',
        class extends PlainRegistry {
          override drain(superSlab: SuperSlabIndex): void {
            super.drain(superSlab);
            if (superSlab > this.first) super.drain(superSlab - 1);
          }
        },
      ),
      wrong(
        'REGISTRY-10',
        'is locked for ever by a thread that ends while it frees',
        class extends PlainRegistry {
          override free(superSlab: SuperSlabIndex): void {
            this.put(5, 1);
            super.free(superSlab);
            this.put(5, 0);
          }
          override heat(superSlab: SuperSlabIndex): void {
            if (this.get(5) === 0) super.heat(superSlab);
          }
        },
      ),
      wrong(
        'GENERAL-B',
        'returns memory as soon as the policy changes',
        class extends PlainRegistry {
          override heat(superSlab: SuperSlabIndex): void {
            super.heat(superSlab);
            this.trim(this.scope.policy.words[this.scope.policy.start + 3]);
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'notes who looks',
        class extends PlainRegistry {
          override stats(): RegistryStats {
            this.put(6, this.get(6) + 1);
            return super.stats();
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'needs more words than it asks for',
        class extends PlainRegistry {
          override free(superSlab: SuperSlabIndex): void {
            super.free(superSlab);
            this.put(this.scope.region.length, superSlab);
          }
        },
      ),
      {
        clause: 'GENERAL-E',
        what: 'says that it shrinks, and has no trim',
        suite: () =>
          registrySuite({
            recipe: (): RecipeOf<'registry'> => {
              const recipe = recipeOf(PlainRegistry)();
              const build: typeof recipe.build = (...given) =>
                Object.defineProperty(recipe.build(...given), 'trim', { value: undefined });
              return { ...recipe, build };
            },
            runs: 2,
          }),
      },
    ],
  );
});

describe('rooms', () => {
  testRefusals(
    () => registrySuite({ recipe: recipeOf(withRooms(PlainRooms)), runs: 10 }),
    [
      wrong(
        'SOURCE-1',
        'hand out slabs of any class',
        withRooms(
          class extends PlainRooms {
            override spare(): PageIndex | 0 {
              const [head = 0] = this.slabs();
              if (head !== 0) this.mark(head, false);
              return head;
            }
          },
        ),
      ),
      wrong(
        'SOURCE-2',
        'ask for memory first',
        withRooms(
          class extends PlainRooms {
            override acquire(sizeClass: SizeClass): PageIndex | 0 {
              return this.pool.acquire(sizeClass) || this.spare(sizeClass);
            }
          },
        ),
      ),
      wrong(
        'SOURCE-3',
        'ask for memory when they have no slab to spare',
        withRooms(
          class extends PlainRooms {
            override spare(sizeClass: SizeClass): PageIndex | 0 {
              return super.spare(sizeClass) || this.pool.acquire(sizeClass);
            }
          },
        ),
      ),
      wrong(
        'SOURCE-4',
        'keep a slab that is retired',
        withRooms(
          class extends PlainRooms {
            override retire(sizeClass: SizeClass, head: PageIndex): void {
              this.offer(sizeClass, head);
              this.pool.release(head);
            }
          },
        ),
      ),
      wrong(
        'SOURCE-6',
        'show a slab twice',
        withRooms(
          class extends PlainRooms {
            override held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
              super.held(visit);
              const [head = 0] = this.slabs();
              if (head !== 0) visit(classIn(this.scope.records.words[head]), head);
            }
          },
        ),
      ),
    ],
  );
});
