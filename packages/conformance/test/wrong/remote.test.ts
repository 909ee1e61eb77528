/** A remote queue in plain JavaScript passes, and wrong ones made of it do not. */

import {
  type Address,
  CLASS_COUNT,
  classIn,
  GRANULE_SHIFT,
  type PageIndex,
  type RecipeOf,
  type RemoteStats,
  type Scope,
  type SizeClass,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { PlainRemote, type RemoteSuiteOptions, remoteSuite } from '../../src/index.js';
import { testRefusals, type Wrong } from './refused.js';

type Kind = new (records: Scope['records'], owner: number) => PlainRemote;

/** Objects of one thread share what they have counted. */
const COUNTS = new WeakMap<ArrayBufferLike, Map<number, PlainRemote>>();

/** The scope of the last that was built, for those that write where they should not. */
let lastScope: Scope;

function recipeOf(Box: Kind): () => RecipeOf<'remote'> {
  return () => ({
    box: 'plain-remote',
    contract: 'remote',
    capabilities: {
      alignment: 65_536,
      concurrency: 'any',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: false,
    },
    words: () => 8,
    build(scope) {
      lastScope = scope;
      const { records, owner } = scope;
      const known = COUNTS.get(records.live.buffer) ?? new Map<number, PlainRemote>();
      COUNTS.set(records.live.buffer, known);
      const first = known.get(owner);
      const peer = new Box(records, owner);
      if (first === undefined) known.set(owner, peer);
      else if (first.records === records) return first;
      return peer;
    },
  });
}

function wrong(clause: string, what: string, Box: Kind, options: Partial<RemoteSuiteOptions> = {}): Wrong {
  return { clause, what, suite: () => remoteSuite({ recipe: recipeOf(Box), runs: 20, ...options }) };
}

describe('remote queues', () => {
  testRefusals(
    () => remoteSuite({ recipe: recipeOf(PlainRemote), runs: 20 }),
    [
      wrong(
        'REMOTE-1',
        'answers true for a dead block',
        class extends PlainRemote {
          override free(address: Address): boolean {
            super.free(address);
            return true;
          }
        },
      ),
      wrong(
        'REMOTE-1',
        'tells of a free that it refused',
        class extends PlainRemote {
          override free(address: Address): boolean {
            if (super.free(address)) return true;
            this.tell(address >>> 16);
            return false;
          }
        },
      ),
      wrong(
        'REMOTE-2',
        'forgets to tell every other time',
        class extends PlainRemote {
          #times = 0;
          override tell(head: PageIndex): void {
            if (this.#times++ % 2 === 0) super.tell(head);
          }
        },
      ),
      wrong(
        'REMOTE-2',
        'looks, and then writes',
        class extends PlainRemote {
          override free(address: Address): boolean {
            const { live } = this.records;
            if (live[address >>> GRANULE_SHIFT] !== 1) return false;
            live[address >>> GRANULE_SHIFT] = 0;
            this.newsOf(this.owner).lastFreed = address >>> 16;
            this.tell(address >>> 16);
            return true;
          }
        },
      ),
      wrong(
        'REMOTE-3',
        'clears the mark when the visitor has gone',
        class extends PlainRemote {
          override take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
            return super.take(sizeClass, (head) => {
              visit(head);
              this.slabs.delete(head);
            });
          }
        },
      ),
      wrong(
        'REMOTE-4',
        'visits slabs that are not its own any more',
        class extends PlainRemote {
          override isMine(): boolean {
            return true;
          }
        },
      ),
      wrong(
        'REMOTE-5',
        'lets two threads free one block',
        class extends PlainRemote {
          override free(address: Address): boolean {
            const was = this.records.live[address >>> GRANULE_SHIFT] === 1;
            // Another thread may come here: a load of the page word is an access.
            this.records.atomics.load(this.records.words, address >>> 16);
            return super.free(address) || was;
          }
        },
      ),
      wrong(
        'REMOTE-6',
        'does not note where it frees',
        class extends PlainRemote {
          override settle(): void {}
        },
      ),
      wrong(
        'REMOTE-6',
        'notes where it frees when it has freed',
        class extends PlainRemote {
          override free(address: Address): boolean {
            const before = this.newsOf(this.owner).lastFreed;
            const { words, live, atomics } = this.records;
            if (atomics.exchange(live, address >>> GRANULE_SHIFT, 0) !== 1) return false;
            this.newsOf(this.owner).lastFreed = before;
            atomics.store(words, lastScope.region.start, 1);
            return super.free(address) || this.done(address);
          }
          done(address: Address): boolean {
            const { words } = this.records;
            let head = address >>> 16;
            while (classIn(words[head]) > 31 && head > 1 && words[head - 1] === words[head]) head--;
            this.newsOf(this.owner).lastFreed = head;
            this.tell(head);
            return true;
          }
        },
      ),
      wrong(
        'REMOTE-7',
        'answers the lowest class each time',
        class extends PlainRemote {
          override nextClass(): SizeClass | -1 {
            for (let c = 0; c < CLASS_COUNT; c++) if (this.classes.has(c)) return c;
            return -1;
          }
        },
      ),
      wrong(
        'REMOTE-7',
        'overlooks the last class',
        class extends PlainRemote {
          override nextClass(): SizeClass | -1 {
            const next = super.nextClass();
            return next === CLASS_COUNT - 1 ? -1 : next;
          }
        },
      ),
      wrong(
        'REMOTE-8',
        'visits one slab and drops the others',
        class extends PlainRemote {
          override take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
            let visited = 0;
            super.take(sizeClass, (head) => {
              if (visited++ === 0) visit(head);
            });
            return Math.min(visited, 1);
          }
        },
      ),
      wrong(
        'REMOTE-8',
        'keeps the news of a class that it has taken',
        class extends PlainRemote {
          override take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
            const visited = super.take(sizeClass, visit);
            if (visited > 0) this.classes.add(sizeClass);
            return visited;
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'counts how often it is looked at, in the buffer',
        class extends PlainRemote {
          override stats(): RemoteStats {
            this.records.words[lastScope.region.start]++;
            return super.stats();
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'writes into the notes of the slab',
        class extends PlainRemote {
          override tell(head: PageIndex): void {
            this.records.words[65_536 + head * 16 + 7] = 1;
            super.tell(head);
          }
        },
      ),
      wrong(
        'GENERAL-G',
        'waits until the owner is not busy',
        class extends PlainRemote {
          override free(address: Address): boolean {
            const { words, atomics } = this.records;
            for (let i = 0; i < 1_000; i++) atomics.load(words, address >>> 16);
            return super.free(address);
          }
        },
      ),
    ],
  );
});
