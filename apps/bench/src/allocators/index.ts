/**
 * All allocators by the name that the command line and the JSON use, in the order of the table. Each is made on demand, so
 * that a process loads only the one that it measures.
 */

import { COMPOSITIONS, type CompositionName } from '../ablations/groups.js';
import { BenchError } from '../errors.js';
import { RIVALS } from '../native/names.js';
import { isOwn } from '../own/composition.js';
import type { Subject } from './subject.js';

export type { Blocks, Slots, Subject } from './subject.js';

/** `composition`: hakmem with another box, without one, or behind a lock. `native`: measured by a native program. */
export type AllocatorKind = 'baseline' | 'hakmem' | 'composition' | 'peer' | 'native';

interface Entry {
  readonly name: string;
  /** Head of the column; a line break where the column may break. */
  readonly title: string;
  /** Why it is not among the allocators that several Workers use (../threads/allocators), neither itself nor behind a lock. */
  readonly alone?: string;
}

/** An allocator that a process of Node can have. */
export interface ScriptAllocator extends Entry {
  /** Compositions are only in the full form and by name. */
  readonly kind: Exclude<AllocatorKind, 'native'>;
  create(): Promise<Subject<unknown>>;
}

/** One that C programs have. Whether this machine does, and in which version, is in ../native/rivals.ts. */
export interface NativeAllocator extends Entry {
  readonly kind: 'native';
}

export type AllocatorEntry = ScriptAllocator | NativeAllocator;

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
  ...COMPOSITIONS.map(compositionEntry),
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
  ...RIVALS.map(({ name, title }) => ({ name, title, kind: 'native' as const })),
];

/** Variants of hakmem, each for one thing that it does otherwise. */
function compositionEntry({ name }: { readonly name: CompositionName }): AllocatorEntry {
  return {
    name: `hakmem-${name}`,
    title: `hakmem\n${name}`,
    kind: 'composition',
    create: async () => (await import('./hakmem.js')).compositionSubject(name),
  };
}

export function findAllocator(name: string): AllocatorEntry {
  const found = ALLOCATORS.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new BenchError(
    `no allocator is called "${name}"; there are: ${ALLOCATORS.map((entry) => entry.name).join(', ')}`,
  );
}

/** Makes the allocator of that name, or a composition of the user's own (../own), in this process. */
export async function makeSubject(name: string): Promise<Subject<unknown>> {
  if (isOwn(name)) return (await import('./hakmem.js')).ownSubject(name);
  const entry = findAllocator(name);
  if (entry.kind !== 'native') return entry.create();
  throw new BenchError(`${name} is an allocator of C programs; nativeCell measures it, a process of Node cannot`);
}
