/**
 * All allocators by the name that the command line and the JSON use, in the order of the table. Each is made on demand, so
 * that a process loads only the one that it measures.
 */

import { BenchError } from '../errors.js';
import type { Subject } from './subject.js';

export type { Blocks, Slots, Subject } from './subject.js';

/** `composition`: hakmem with another box, without one, or behind a lock. */
export type AllocatorKind = 'baseline' | 'hakmem' | 'composition' | 'peer';

export interface AllocatorEntry {
  readonly name: string;
  /** Head of the column; a line break where the column may break. */
  readonly title: string;
  /** Compositions are only in the full form and by name. */
  readonly kind: AllocatorKind;
  /** Why it is not among the allocators that several Workers use (../threads/allocators), neither itself nor behind a lock. */
  readonly alone?: string;
  create(): Promise<Subject<unknown>>;
}

const NOT_SHARED = 'in an ArrayBuffer only, which Workers cannot share';
const COLLECTED = 'blocks are objects of one Worker, which no other can free';

export const ALLOCATORS: readonly AllocatorEntry[] = [
  {
    name: 'empty',
    title: 'empty\nloop',
    kind: 'baseline',
    create: async () => (await import('./empty.js')).emptySubject(),
  },
  {
    name: 'hakmem-shared',
    title: 'hakmem\nshared',
    kind: 'hakmem',
    create: async () => (await import('./hakmem.js')).hakmemSubject({ memory: 'shared' }),
  },
  {
    name: 'hakmem-local',
    title: 'hakmem\nlocal',
    kind: 'hakmem',
    alone: NOT_SHARED,
    create: async () => (await import('./hakmem.js')).hakmemSubject({ memory: 'local' }),
  },
  {
    name: 'hakmem-one-class',
    title: 'hakmem, one\nclass per\nSuperSlab',
    kind: 'composition',
    create: async () => (await import('./hakmem.js')).compositionSubject('one-class'),
  },
  {
    name: 'hakmem-no-affinity',
    title: 'hakmem,\nno class\naffinity',
    kind: 'composition',
    create: async () => (await import('./hakmem.js')).compositionSubject('no-affinity'),
  },
  {
    name: 'hakmem-no-warm-pool',
    title: 'hakmem,\nno warm\npool',
    kind: 'composition',
    create: async () => (await import('./hakmem.js')).compositionSubject('no-warm-pool'),
  },
  {
    name: 'tlsf',
    title: 'AssemblyScript\nTLSF',
    kind: 'peer',
    create: async () => (await import('./tlsf.js')).tlsfSubject(),
  },
  {
    name: 'thing',
    title: '@thi.ng\n/malloc',
    kind: 'peer',
    create: async () => (await import('./thing.js')).thingSubject(true),
  },
  {
    name: 'thing-fast',
    title: '@thi.ng\nno merge,\nno split',
    kind: 'peer',
    create: async () => (await import('./thing.js')).thingSubject(false),
  },
  {
    name: 'codemix',
    title: 'malloc\n(codemix)',
    kind: 'peer',
    alone: NOT_SHARED,
    create: async () => (await import('./codemix.js')).codemixSubject(),
  },
  {
    name: 'buffer',
    title: 'Buffer\n.allocUnsafe',
    kind: 'peer',
    alone: COLLECTED,
    create: async () => (await import('./handles.js')).bufferSubject(),
  },
  {
    name: 'uint8array',
    title: 'new\nUint8Array',
    kind: 'peer',
    alone: COLLECTED,
    create: async () => (await import('./handles.js')).uint8ArraySubject(),
  },
];

export function findAllocator(name: string): AllocatorEntry {
  const found = ALLOCATORS.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new BenchError(
    `no allocator is called "${name}"; there are: ${ALLOCATORS.map((entry) => entry.name).join(', ')}`,
  );
}
