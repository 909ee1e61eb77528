/**
 * The allocators that several Workers can use, by name, in the order of the table. Of each, a thread loads what it needs.
 * The allocators of the other table that are not here say why (`alone` in ../../allocators/index.ts).
 */

import type { AllocatorKind } from '../../allocators/index.js';
import { BenchError } from '../../errors.js';
import type { Sharing } from './sharing.js';

export type { Attached, Ground, Sharing } from './sharing.js';

export interface TeamAllocator {
  readonly name: string;
  /** Head of the column; a line break where the column may break. */
  readonly title: string;
  readonly kind: AllocatorKind;
  load(): Promise<Sharing>;
}

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
];

/** The allocator's two sides. A `file:` URL names a module whose default export they are. */
export async function loadSharing(name: string): Promise<Sharing> {
  if (name.startsWith('file:')) return ((await import(name)) as { default: Sharing }).default;
  const found = TEAM_ALLOCATORS.find((entry) => entry.name === name);
  if (found === undefined) throw new BenchError(`no allocator for several Workers is called "${name}"`);
  return found.load();
}
