/**
 * `checked(box)`: the same box, every clause of its contract that can be seen from outside looked at before and after each
 * call. For tests, for who writes a box, and for the hunt after a fault; a call costs a walk over the data that it concerns.
 * What is not imported costs nothing: no box and no composition knows of this file unless it is asked for.
 */

import type { BlockCache } from '../cache.js';
import { type ContractName, flawOf } from '../capabilities.js';
import { CompositionError } from '../errors.js';
import type { Front } from '../front.js';
import type { LargeBlocks } from '../large.js';
import type { SlotPool } from '../pool.js';
import type { Recipe, Scope } from '../recipe.js';
import type { SuperRegistry } from '../registry.js';
import type { RemoteQueue } from '../remote.js';
import type { SlabSource } from '../source.js';
import type { AddressSpace } from '../space.js';
import type { WarmPool } from '../warm.js';
import { checkedCache } from './cache.js';
import { checkedFront } from './front.js';
import { checkedLarge } from './large.js';
import { checkedPool } from './pool.js';
import { checkedRegistry } from './registry.js';
import { checkedRemote } from './remote.js';
import { CheckedSource, CheckedWarm } from './source.js';
import { checkedSpace } from './space.js';

export { Inspection } from './inspection.js';
export { CheckedSource, CheckedWarm };

/** The box of each contract that a recipe builds. */
interface BoxOf {
  registry: SuperRegistry;
  pool: SlotPool;
  source: SlabSource;
  warm: WarmPool;
  remote: RemoteQueue;
  cache: BlockCache;
  front: Front;
  large: LargeBlocks;
}

type Wrappers = { readonly [C in keyof BoxOf]: (name: string, scope: Scope, box: BoxOf[C]) => BoxOf[C] };

const WRAPPERS: Wrappers = {
  registry: checkedRegistry,
  pool: checkedPool,
  source: (name, { records }, box) => new CheckedSource(records, box, name),
  warm: (name, { records }, box) => new CheckedWarm(records, box, name),
  remote: checkedRemote,
  cache: checkedCache,
  front: checkedFront,
  large: checkedLarge,
};

// biome-ignore lint/suspicious/noExplicitAny: whatever the recipe needs and builds, it stays so.
type Checkable = AddressSpace | Recipe<any, any>;

/**
 * The same address space or recipe, its box behind checks: a clause that does not hold throws a ContractViolation that names
 * the box, the clause, the call and the values seen. Same name, same words, same capabilities: threads with checks and threads
 * without may share a heap. Throws a CompositionError for what is neither.
 */
export function checked<Box extends Checkable>(box: Box): Box {
  const flaw = flawOf((box as Partial<Checkable> | null | undefined)?.capabilities);
  if (flaw !== null)
    throw new CompositionError(`checked was given what ${flaw}: expected an address space or a recipe`);
  if (box.contract === 'space') return checkedSpace(kindName(box as AddressSpace), box as AddressSpace) as Box;
  const recipe = box as Recipe<unknown, unknown>;
  const wrap = WRAPPERS[recipe.contract as keyof BoxOf] as
    | ((name: string, scope: Scope, box: unknown) => unknown)
    | undefined;
  if (wrap === undefined) throw new CompositionError(unknownContract(recipe.box, recipe.contract));
  return {
    box: recipe.box,
    contract: recipe.contract,
    capabilities: recipe.capabilities,
    words: (pageLimit: number) => recipe.words(pageLimit),
    build: (scope: Scope, needs: unknown) => wrap(recipe.box, scope, recipe.build(scope, needs)),
  } as unknown as Box;
}

function kindName(space: AddressSpace): string {
  return `${space.kind} memory`;
}

function unknownContract(box: string, contract: ContractName): string {
  return `${box} keeps the contract ${String(contract)}; expected one of ${Object.keys(WRAPPERS).join(', ')}`;
}
