/**
 * Classic faults of lock-free code, put into the sources one at a time, each with the pair of operations whose interleavings
 * show it. An explorer that does not find them is worth nothing.
 */

import type { Change } from '../bundle.ts';
import type { OperationName } from './operations.ts';
import type { Params } from './scenario.ts';

export interface Fault {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly operations: readonly [OperationName, OperationName];
  /** Which plain accesses have to be steps for it; default: none. */
  readonly watched?: Params['watched'];
  /** Preemptions that show it; default: 2. */
  readonly bound?: number;
  /** Whether a thread has to be ended for it. */
  readonly kills?: boolean;
}

const QUEUE = 'remote-queue/src/queue.ts';
const SLOTS = 'shared-pool-sp-slot/src/slots.ts';
const HINTS = 'shared-pool-sp-slot/src/hints.ts';
const LEAVE = 'shared-pool-sp-slot/src/leave.ts';
const CACHE = 'unified-cache/src/cache.ts';
const RECORDS = 'contracts/src/records.ts';

export const FAULTS: readonly Fault[] = [
  {
    name: 'news mark cleared after the scan instead of before',
    changes: [
      {
        file: QUEUE,
        from: '        atomics.and(words, slabs + i, ~(1 << head));\n        if (!mine) continue;',
        to: '        if (!mine) continue;',
      },
      {
        file: QUEUE,
        from: '        visit(head);',
        to: '        visit(head);\n        atomics.and(words, slabs + i, ~(1 << head));',
      },
    ],
    operations: ['remoteFree', 'refill'],
    watched: 'live',
  },
  {
    name: 'plain instead of atomic exchange in a remote free',
    changes: [
      {
        file: QUEUE,
        from: '    if (this.atomics.exchange(this.live, address >>> 4, 0) !== 1) return false;',
        to: '    if (this.live[address >>> 4] !== 1) return false;\n    this.live[address >>> 4] = 0;',
      },
    ],
    operations: ['freeFirst', 'freeFirst'],
    watched: 'live',
  },
  {
    name: 'claim of a slot by a read and a write',
    changes: [
      {
        file: RECORDS,
        from: '  return atomics.compareExchange(words, page, expected, next) === expected;',
        to: '  if (atomics.load(words, page) !== expected) return false;\n  atomics.store(words, page, next);\n  return true;',
      },
    ],
    operations: ['claimSlot', 'claimSlot'],
  },
  {
    name: 'no second look after an adoption (ABA of a page word)',
    changes: [{ file: SLOTS, from: 'if (words[noteOf(head) + NOTE_SPAN] !== span) {', to: 'if (span < 0) {' }],
    operations: ['adoptSpan', 'moveSpan'],
    bound: 1,
  },
  {
    name: 'refill while the cache still holds blocks of the class',
    changes: [
      {
        file: CACHE,
        from: 'if (address === 0) return this.takeFromSlab(sizeClass)',
        to: 'if (address === 0 || words[top - 1] === 0) return this.takeFromSlab(sizeClass)',
      },
    ],
    operations: ['refill', 'remoteFree'],
  },
  {
    name: 'news counted while blocks of the class are cached',
    changes: [
      { file: CACHE, from: 'for (let i = bottom + 1; i <= top; i++) slabs.adjust(words[i], 1);', to: '' },
      { file: CACHE, from: '        slabs.adjust(words[i], -1);\n', to: '' },
    ],
    operations: ['remoteFree', 'collectNews'],
  },
  {
    name: 'slab retired with blocks of it cached',
    changes: [
      { file: CACHE, from: 'if (slabs.room(head) === blocks) idle.add(head);', to: 'if (false) idle.add(head);' },
    ],
    operations: ['remoteFree', 'collectNews'],
  },
  {
    name: 'owner read before the live byte is cleared',
    changes: [
      {
        file: QUEUE,
        from: '    if (this.atomics.exchange(this.live, address >>> 4, 0) !== 1) return false;\n    this.tellOwner(head);',
        to: '    const early = this.atomics.load(this.words, head);\n    if (this.atomics.exchange(this.live, address >>> 4, 0) !== 1) return false;\n    this.tellOwner(head, early);',
      },
      {
        file: QUEUE,
        from: 'private tellOwner(head: PageIndex): void {',
        to: 'private tellOwner(head: PageIndex, early?: number): void {',
      },
      {
        file: QUEUE,
        from: '    const word = this.atomics.load(words, head);\n    const owner',
        to: '    const word = early ?? this.atomics.load(words, head);\n    const owner',
      },
    ],
    operations: ['adoptGift', 'freeAdopted'],
  },
  {
    name: 'large block freed by a read and a write of its page word',
    changes: [
      {
        file: SLOTS,
        from: 'if (!claimPage(this.#records, head, RUN_WORD, this.#doubt)) return false;',
        to: 'if (this.#records.atomics.load(this.#records.words, head) !== RUN_WORD) return false;\n    this.#records.atomics.store(this.#records.words, head, this.#doubt);',
      },
    ],
    operations: ['freeLarge', 'freeLarge'],
  },
  {
    name: 'hint taken off without a second look',
    changes: [{ file: HINTS, from: '    if (belongs()) this.add(set, superSlab);\n', to: '' }],
    operations: ['claimSlot', 'releaseSlot'],
    watched: 'none',
  },
  {
    name: 'SuperSlab made free without a second look',
    changes: [{ file: SLOTS, from: 'return masksOf(this.#records, superSlab).active !== 0;', to: 'return false;' }],
    operations: ['retireSuperSlab', 'grow'],
  },
  {
    name: 'pages given back before the hints look again',
    changes: [{ file: SLOTS, from: 'this.rebuild(superSlab); // others', to: 'this.settle(superSlab); // others' }],
    operations: ['grow', 'claimSlot'],
  },
  {
    name: 'run kept without its claim',
    changes: [{ file: SLOTS, from: 'if (!this.seizeRun(head)) return false;', to: 'this.seizeRun(head);' }],
    operations: ['freeLarge', 'freeLarge'],
  },
  {
    name: 'kept run reused by a read and a write of its page word',
    changes: [
      {
        file: SLOTS,
        from: 'if (!claimPage(this.#records, head, kept, this.#doubt)) return false;\n    // Another',
        to: 'if (atomics.load(words, head) !== kept) return false;\n    atomics.store(words, head, this.#doubt);\n    // Another',
      },
    ],
    operations: ['reuseRun', 'releaseSlot'],
  },
  {
    name: 'kept runs taken back without a claim',
    changes: [
      {
        file: SLOTS,
        from: 'if (!isKept(word) || !claimPage(this.#records, head, word, this.#doubt)) return false;',
        to: 'if (!isKept(word)) return false;\n    this.#records.atomics.store(this.#records.words, head, this.#doubt);',
      },
    ],
    operations: ['reuseRun', 'releaseSlot'],
  },
  {
    name: 'kept run reused though another one starts there by now',
    changes: [
      { file: SLOTS, from: 'const whole = words[noteOf(head) + NOTE_SPAN] === pages;', to: 'const whole = pages > 0;' },
    ],
    operations: ['releaseSlot', 'reuseAnother'],
  },
  {
    name: 'kept runs joined by a read and a write of the second one’s page word',
    changes: [
      {
        file: SLOTS,
        from: '=== next && claimPage(this.#records, next, kept, this.#doubt);',
        to: '=== next && this.#records.atomics.load(words, next) === kept;\n    if (joined) this.#records.atomics.store(words, next, this.#doubt);',
      },
    ],
    operations: ['joinRuns', 'releaseSlot'],
  },
  {
    name: 'rest of a run has its length before the run is shorter',
    changes: [
      { file: SLOTS, from: '    words[noteOf(head) + NOTE_SPAN] = pages;\n', to: '' },
      {
        file: SLOTS,
        from: '= behind - rest;\n',
        to: '= behind - rest;\n    words[noteOf(head) + NOTE_SPAN] = pages;\n',
      },
    ],
    operations: ['reuseRun', 'remoteFree'],
    watched: 'all',
    kills: true,
  },
  {
    name: 'hint of kept runs taken off while one is looked at',
    changes: [
      {
        file: HINTS,
        from: 'if (isKept(word) || (stateOf(word) === SlotState.ACTIVE && kindOf(word) === PageKind.NONE)) return true;',
        to: 'if (isKept(word)) return true;',
      },
    ],
    operations: ['releaseSlot', 'reuseAnother'],
  },
  {
    name: 'a dead thread’s claims are left',
    changes: [
      {
        file: LEAVE,
        from: 'if (kindOf(word) === PageKind.NONE) resolveDoubt(records, slots, page);',
        to: 'if (kindOf(word) === PageKind.NONE) continue;',
      },
    ],
    operations: ['claimSlot', 'claimSlot'],
    kills: true,
  },
  {
    name: 'a dead thread’s last free is not told',
    changes: [{ file: 'hakmem/src/shared-heap.ts', from: '    remote?.settle(thread);\n', to: '' }],
    operations: ['remoteFree', 'claimSlot'],
    kills: true,
  },
  {
    name: 'hints are not made anew after a death',
    changes: [{ file: LEAVE, from: 'slots.rebuild(superSlab);', to: 'void superSlab;' }],
    operations: ['releaseSlot', 'claimSlot'],
    kills: true,
  },
];
