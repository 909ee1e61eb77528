/** The two simplest caches pass, and wrong ones made of them do not. */

import {
  type Address,
  type CacheStats,
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  policyCap,
  type SizeClass,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { cacheSuite, type Suite } from '../../src/index.js';
import { RefillOne, recipeOf, Stacked } from './plain-caches.js';
import { testRefusals, type Wrong } from './refused.js';

const RUNS = 10;

/** A box that the cases refuse, without the random programs, whose failures take long to shorten. */
function wrong(clause: string, what: string, Box: typeof RefillOne): Wrong {
  const caches = Box.prototype instanceof Stacked;
  const suite = (): Suite => {
    const whole = cacheSuite({ recipe: recipeOf(Box), caches, remote: true });
    return { ...whole, cases: whole.cases.filter((each) => !each.what.includes('random programs')) };
  };
  return { clause, what, suite };
}

describe('a cache that caches nothing, alone', () => {
  testRefusals(
    () => cacheSuite({ recipe: recipeOf(RefillOne), caches: false, runs: RUNS }),
    [
      {
        clause: 'CACHE-3',
        what: 'caches, and says that it does not',
        suite: () => cacheSuite({ recipe: recipeOf(Stacked), caches: false, runs: RUNS }),
      },
    ],
  );
});

describe('a cache that caches nothing, beside others that free', () => {
  testRefusals(
    () => cacheSuite({ recipe: recipeOf(RefillOne), caches: false, remote: true, runs: RUNS }),
    [
      wrong(
        'CACHE-1',
        'hands out a block that is live',
        class extends RefillOne {
          override take(sizeClass: SizeClass): Address | 0 {
            const address = super.take(sizeClass);
            const last = this.#last;
            this.#last = address;
            return address !== 0 && sizeClass === 31 && last > 0 && last >>> 16 === address >>> 16 ? last : address;
          }
          #last = 0;
        },
      ),
      wrong(
        'CACHE-1',
        'sets no live byte',
        class extends RefillOne {
          override take(sizeClass: SizeClass): Address | 0 {
            return this.carve(sizeClass);
          }
        },
      ),
      wrong(
        'CACHE-2',
        'takes back what is not live',
        class extends RefillOne {
          override kill(address: Address): boolean {
            super.kill(address);
            return true;
          }
        },
      ),
      wrong(
        'CACHE-4',
        'forgets a block that is given back',
        class extends RefillOne {
          override letGo(sizeClass: SizeClass, addresses: readonly Address[]): void {
            if (addresses[0] % 3 !== 0) super.letGo(sizeClass, addresses);
            else {
              this.counts.flushes++;
              this.counts.flushed++;
            }
          }
        },
      ),
      wrong(
        'CACHE-6',
        'never retires a slab that its own thread has emptied',
        class extends RefillOne {
          override letGo(sizeClass: SizeClass, addresses: readonly Address[]): void {
            const retire = this.retire;
            this.retire = () => {};
            super.letGo(sizeClass, addresses);
            this.retire = retire;
          }
        },
      ),
      wrong(
        'CACHE-8',
        'does not listen to the others',
        class extends RefillOne {
          override takeNews(): void {}
        },
      ),
      wrong(
        'CACHE-9',
        'listens for the class alone that is asked for',
        class extends RefillOne {
          override drainNext(): boolean {
            return false;
          }
        },
      ),
      wrong(
        'CACHE-10',
        'answers the middle of a block',
        class extends RefillOne {
          override take(sizeClass: SizeClass): Address | 0 {
            const address = super.take(sizeClass);
            return address > 0 && sizeClass === 57 ? address + 16 : address;
          }
        },
      ),
      wrong(
        'CACHE-10',
        'answers addresses from 2 GiB on as negative numbers',
        class extends RefillOne {
          override take(sizeClass: SizeClass): Address | 0 {
            return super.take(sizeClass) | 0;
          }
        },
      ),
      wrong(
        'CACHE-14',
        'keeps slabs with nothing live for ever',
        class extends RefillOne {
          override recount(sizeClass: SizeClass, head: PageIndex): void {
            const had = this.room(head);
            this.scope.records.words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
            super.recount(sizeClass, head);
            if (had === 0) return;
          }
          override retire(sizeClass: SizeClass, head: PageIndex): void {
            if (sizeClass === 31) this.offer(sizeClass, head);
            else super.retire(sizeClass, head);
          }
          override retireIdle(): void {}
        },
      ),
      wrong(
        'CACHE-15',
        'counts no drains',
        class extends RefillOne {
          override stats(): CacheStats {
            return { ...super.stats(), drains: 0 };
          }
        },
      ),
      wrong(
        'CACHE-10',
        'says that memory is exhausted when its first slab is full',
        class extends RefillOne {
          override slab(sizeClass: SizeClass): PageIndex | 0 {
            if (this.counts.refilled > 0 && sizeClass === 31) return 0;
            return super.slab(sizeClass);
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'counts how often it is looked at, in the buffer',
        class extends RefillOne {
          override stats(): CacheStats {
            this.scope.region.words[this.scope.region.start]++;
            return super.stats();
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'writes behind its region',
        class extends RefillOne {
          override give(sizeClass: SizeClass, address: Address): boolean {
            this.scope.region.words[this.scope.region.start + this.scope.region.length] = address;
            return super.give(sizeClass, address);
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'writes into the policy',
        class extends RefillOne {
          override drain(sizeClass: SizeClass): void {
            this.scope.policy.words[this.scope.policy.start + policyCap(sizeClass)] = 7;
            super.drain(sizeClass);
          }
        },
      ),
      wrong(
        'GENERAL-F',
        'throws when memory is exhausted',
        class extends RefillOne {
          override take(sizeClass: SizeClass): Address | 0 {
            const address = super.take(sizeClass);
            if (address === 0) throw new RangeError('no memory');
            return address;
          }
        },
      ),
    ],
  );
});

describe('a cache with stacks', () => {
  testRefusals(
    () => cacheSuite({ recipe: recipeOf(Stacked), remote: true, cap: 8, batch: 4, interval: 4, runs: RUNS }),
    [
      wrong(
        'CACHE-3',
        'hands a block out and keeps it',
        class extends Stacked {
          override take(sizeClass: SizeClass): Address | 0 {
            const address = super.take(sizeClass);
            if (address !== 0 && address % 5 === 0) this.stacks[sizeClass].unshift(address);
            return address;
          }
        },
      ),
      wrong(
        'CACHE-5',
        'lets the newer half go',
        class extends Stacked {
          override overflow(sizeClass: SizeClass): void {
            this.stacks[sizeClass].reverse();
            super.overflow(sizeClass);
          }
        },
      ),
      wrong(
        'CACHE-5',
        'holds a slab of a flush that is all room',
        class extends Stacked {
          override retire(sizeClass: SizeClass, head: PageIndex): void {
            if (sizeClass === 95) this.offer(sizeClass, head);
            else super.retire(sizeClass, head);
          }
        },
      ),
      wrong(
        'CACHE-6',
        'does not look for slabs in its stacks',
        class extends Stacked {
          override drain(sizeClass: SizeClass): void {
            RefillOne.prototype.drain.call(this, sizeClass);
          }
        },
      ),
      wrong(
        'CACHE-6',
        'drains only when it is asked to',
        class extends Stacked {
          override letGo(sizeClass: SizeClass, addresses: readonly Address[]): void {
            this.gone[sizeClass] = -1_000_000;
            super.letGo(sizeClass, addresses);
          }
        },
      ),
      wrong(
        'CACHE-7',
        'asks with an atomic read whether it may',
        class extends Stacked {
          override take(sizeClass: SizeClass): Address | 0 {
            this.scope.records.atomics.load(this.scope.region.words, this.scope.region.start);
            return super.take(sizeClass);
          }
        },
      ),
      wrong(
        'CACHE-7',
        'makes an object with each give',
        class extends Stacked {
          readonly log: unknown[] = [];
          override give(sizeClass: SizeClass, address: Address): boolean {
            this.log.push({ sizeClass, address });
            return super.give(sizeClass, address);
          }
        },
      ),
      wrong(
        'CACHE-11',
        'brings twice its batch',
        class extends Stacked {
          override refill(sizeClass: SizeClass, blocks: number): void {
            super.refill(sizeClass, 2 * blocks);
          }
        },
      ),
      wrong(
        'CACHE-11',
        'takes in one more than its cap',
        class extends Stacked {
          override cap(sizeClass: SizeClass): number {
            return super.cap(sizeClass) + 1;
          }
        },
      ),
      wrong(
        'CACHE-13',
        'says how many it was asked for',
        class extends Stacked {
          override prewarm(sizeClass: SizeClass, blocks: number): number {
            super.prewarm(sizeClass, blocks);
            return blocks;
          }
        },
      ),
      wrong(
        'CACHE-14',
        'flushes one class alone',
        class extends Stacked {
          override flushAll(): void {
            const full = this.stacks.findIndex((stack) => stack.length > 0);
            if (full !== -1) this.letGo(full, this.stacks[full].splice(0));
          }
        },
      ),
      wrong(
        'CACHE-15',
        'does not count what it lets go of',
        class extends Stacked {
          override letGo(sizeClass: SizeClass, addresses: readonly Address[]): void {
            super.letGo(sizeClass, addresses);
            this.counts.flushed -= addresses.length;
          }
        },
      ),
      wrong(
        'CACHE-4',
        'counts cached blocks as room when it hears of others',
        class extends Stacked {
          override cachedIn(): number {
            return 0;
          }
        },
      ),
      wrong(
        'GENERAL-B',
        'lets blocks go as soon as the policy shrinks',
        class extends Stacked {
          override cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
            this.stacks.forEach((stack, c) => {
              stack.splice(Math.max(1, this.policy(policyCap(c))));
            });
            super.cached(visit);
          }
        },
      ),
    ],
  );
});
