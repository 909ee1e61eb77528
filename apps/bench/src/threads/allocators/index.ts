/**
 * The allocators that several Workers can use, and the native ones that several threads of a C program do, by name,
 * in the order of the table. Of each of the former, a thread loads what it needs; the latter are
 * ../../native/team.ts's business. The allocators of the other table that are not here say why (`alone` in
 * ../../allocators/index.ts).
 */

import type { AllocatorKind } from '../../allocators/index.js';
import { BenchError } from '../../errors.js';
import { RIVALS } from '../../native/names.js';
import { isOwn } from '../../own/composition.js';
import type { Sharing } from './sharing.js';

export type { Attached, Ground, Sharing } from './sharing.js';

interface Column {
  readonly name: string;
  /** Head of the column; a line break where the column may break. */
  readonly title: string;
}

export interface SharedAllocator extends Column {
  readonly kind: Exclude<AllocatorKind, 'native'>;
  load(): Promise<Sharing>;
}

/** A malloc of C: no Worker of ours can call it. */
export interface NativeAllocator extends Column {
  readonly kind: 'native';
}

export type TeamAllocator = SharedAllocator | NativeAllocator;

export const TEAM_ALLOCATORS: readonly TeamAllocator[] = [
  { name: 'empty', title: 'empty\nloop', kind: 'baseline', load: async () => (await import('./bump.js')).bump },
  {
    name: 'hakmem-shared',
    title: 'hakmem',
    kind: 'hakmem',
    load: async () => (await import('./hakmem.js')).attachedHeap,
  },
  {
    name: 'hakmem-locked',
    title: 'lock around\none heap',
    kind: 'composition',
    load: async () => (await import('./hakmem.js')).lockedHeap,
  },
  {
    name: 'tlsf-locked',
    title: 'AssemblyScript\nTLSF behind\na lock',
    kind: 'peer',
    load: async () => (await import('./tlsf.js')).lockedTlsf,
  },
  {
    name: 'thing-locked',
    title: '@thi.ng\nbehind\na lock',
    kind: 'peer',
    load: async () => (await import('./thing.js')).lockedThing,
  },
  ...RIVALS.map(({ name, title }): NativeAllocator => ({ name, title, kind: 'native' })),
];

/**
 * The allocator's two sides, or those of a composition of the user's own (../../own). A `file:` URL names a module whose default
 * export they are.
 */
export async function loadSharing(name: string): Promise<Sharing> {
  if (isOwn(name)) return (await import('./hakmem.js')).ownHeap(name);
  if (name.startsWith('file:')) return ((await import(name)) as { default: Sharing }).default;
  const found = TEAM_ALLOCATORS.find((entry) => entry.name === name);
  if (found === undefined) throw new BenchError(`no allocator for several Workers is called "${name}"`);
  if (found.kind === 'native') throw new BenchError(`"${name}" is a native allocator, which no Worker can use`);
  return found.load();
}
