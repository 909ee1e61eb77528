/**
 * Whether boxes fit together: what one wants and what the other one can. Said twice: in types, so that a composition that
 * cannot work does not compile and the message says why; and at construction, for programs in JavaScript and for boxes whose
 * types say too little. Both have the same rules:
 *
 *   collaborators    a box is given every method that it wants
 *   several threads  the boxes that threads share are for any of them, and every box has its state in the buffer
 *   one thread       maxThreads is 1 where memory is for its owner, and where there is no remote queue
 *   sizes            some box serves them; a tiny front serves tiny sizes only
 *   alignment        every box keeps multiples of 16
 */

import {
  type AddressSpace,
  type Capabilities,
  type CapabilitiesOf,
  CompositionError,
  type Front,
  flawOf,
  integerOption,
  MAX_THREADS,
  PAGE_BYTES,
  type Recipe,
  requireMethods,
  type SlabSource,
  TINY_MAX_BYTES,
} from '@hakmem/contracts';
import type { Heap } from './heap.js';
import type { Parts, Recipes, Role, Standard } from './parts.js';
import type { SharedHeap } from './shared-heap.js';

/** Says, in the message of the compiler, what does not fit. No value has this type. */
export interface Misfit<Why extends string> {
  readonly misfit: Why;
}

// biome-ignore lint/suspicious/noExplicitAny: any recipe, whatever it needs and builds.
type AnyRecipe = Recipe<any, any>;
type Is<A, B> = [A] extends [never] ? false : [A] extends [B] ? true : false;

/** What a composition has for a role: the recipe given, null when it is left out, else the standard one. */
export type PartOf<P, R extends Role> = P extends { readonly [K in R]: infer Given }
  ? Is<Given, undefined> extends true
    ? Standard[R]
    : Exclude<Given, undefined>
  : Standard[R];

type BoxOf<R> = R extends { build(scope: never, needs: never): infer Box } ? Box : never;
type NeedsOf<R> = R extends { build(scope: never, needs: infer Needs): unknown } ? Needs : never;

/** Names of the methods that `Needs` has for certain and `Given` has not. */
type Missing<Needs, Given> = {
  [K in Extract<keyof Needs, string>]-?: undefined extends Needs[K]
    ? never
    : K extends keyof Given
      ? undefined extends Given[K]
        ? K
        : never
      : K;
}[Extract<keyof Needs, string>];

type Wants<P, R extends Role, Of extends string, Needs, Given> =
  Is<PartOf<P, R>, AnyRecipe> extends false
    ? unknown
    : [Missing<Needs, Given>] extends [never]
      ? unknown
      : {
          readonly [K in R extends keyof P
            ? R
            : Of]: Misfit<`${R} wants ${Missing<Needs, Given>}() of its ${Of}, which does not have it`>;
        };

type Collaborators<P extends Parts> = Wants<P, 'registry', 'memory', NeedsOf<PartOf<P, 'registry'>>, P['memory']> &
  Wants<P, 'pool', 'registry', NeedsOf<PartOf<P, 'pool'>>, BoxOf<PartOf<P, 'registry'>>> &
  Wants<P, 'large', 'pool', NeedsOf<PartOf<P, 'large'>>, BoxOf<PartOf<P, 'pool'>>> &
  Wants<P, 'warm', 'parent', NeedsOf<PartOf<P, 'warm'>>, SlabSource> &
  Wants<P, 'front', 'cache', NeedsOf<PartOf<P, 'front'>>, BoxOf<PartOf<P, 'cache'>>> &
  Wants<P, 'mid', 'cache', NeedsOf<PartOf<P, 'mid'>>, BoxOf<PartOf<P, 'cache'>>>;

/** Whether a composition may have the value for a part. */
type May<P, Part extends string, Value> = Part extends keyof P ? ([Value] extends [P[Part]] ? true : false) : false;

/** 'one' or 'several' where a composition says for how many threads it is, else 'unknown'. */
type ThreadsOf<P extends Parts> =
  Is<P['maxThreads'], 1> extends true
    ? 'one'
    : Is<P['remote'], null> extends true
      ? 'one'
      : Is<CapabilitiesOf<P['memory']>['concurrency'], 'owner'> extends true
        ? 'one'
        : Is<CapabilitiesOf<P['memory']>['concurrency'], 'any'> extends false
          ? 'unknown'
          : true extends May<P, 'maxThreads', 1> | May<P, 'remote', null>
            ? 'unknown'
            : 'several';

type ForThreads<P, R extends Role, Shared extends boolean> =
  Is<CapabilitiesOf<PartOf<P, R>>['stateInBuffer'], false> extends true
    ? {
        readonly [K in R]: Misfit<`${R} keeps state outside of the buffer: with it, a heap is for one thread (maxThreads: 1)`>;
      }
    : Shared extends false
      ? unknown
      : Is<CapabilitiesOf<PartOf<P, R>>['concurrency'], 'owner'> extends true
        ? {
            readonly [K in R]: Misfit<`${R} is for its owner alone: with it, a heap is for one thread (maxThreads: 1)`>;
          }
        : unknown;

type Several<P extends Parts> =
  ThreadsOf<P> extends 'several'
    ? ForThreads<P, 'registry', true> &
        ForThreads<P, 'pool', true> &
        ForThreads<P, 'large', true> &
        ForThreads<P, 'remote', true> &
        ForThreads<P, 'warm', false> &
        ForThreads<P, 'cache', false> &
        ForThreads<P, 'front', false> &
        ForThreads<P, 'mid', false>
    : unknown;

type One<P extends Parts> = P extends { readonly maxThreads: infer N }
  ? number extends N
    ? unknown
    : Is<N, 1 | undefined> extends true
      ? unknown
      : Is<P['remote'], null> extends true
        ? { readonly maxThreads: Misfit<'without a remote queue a heap is for one thread: maxThreads is 1'> }
        : Is<CapabilitiesOf<P['memory']>['concurrency'], 'owner'> extends true
          ? { readonly maxThreads: Misfit<'this memory is for its owner alone: maxThreads is 1'> }
          : unknown
  : unknown;

type Sizes<P extends Parts> = [PartOf<P, 'front'>, PartOf<P, 'mid'>, PartOf<P, 'large'>] extends [null, null, null]
  ? { readonly memory: Misfit<'front, mid and large are all left out: no box serves any size'> }
  : unknown;

type Aligned<P extends Parts, R extends Role> =
  Is<CapabilitiesOf<PartOf<P, R>>['alignment'], 1 | 2 | 4 | 8> extends true
    ? { readonly [K in R]: Misfit<`${R} keeps an alignment below 16 bytes: the heap promises 16`> }
    : unknown;

type AllAligned<P extends Parts> = Aligned<P, 'registry'> &
  Aligned<P, 'pool'> &
  Aligned<P, 'large'> &
  Aligned<P, 'warm'> &
  Aligned<P, 'remote'> &
  Aligned<P, 'cache'> &
  Aligned<P, 'front'> &
  Aligned<P, 'mid'>;

/** A name that is no part's would pass: the compiler does not look for them where parts are a type parameter. */
type Named<P extends Parts> = [Exclude<keyof P, keyof Parts>] extends [never]
  ? unknown
  : { readonly memory: Misfit<`${Exclude<keyof P, keyof Parts> & string} is no part of a composition`> };

/** `unknown` for parts that fit; else the roles that do not, each with a {@link Misfit} that says why. */
export type Fitting<P extends Parts> = Collaborators<P> & Several<P> & One<P> & Sizes<P> & AllAligned<P> & Named<P>;

/** The heap that parts come to: for several threads where they say so. Where types cannot tell, `instanceof SharedHeap` does. */
export type HeapOf<P extends Parts> = ThreadsOf<P> extends 'several' ? SharedHeap : Heap;

const SHARED: readonly Role[] = ['registry', 'pool', 'large', 'remote'];

/** How many threads a composition is for. Throws an OptionError when that is out of range or memory is for one. */
export function threadLimit({ memory, maxThreads, remote }: Parts): number {
  requireMethods('compose', 'memory', memory, ['bytes', 'commit', 'control']);
  const flaw = memory.contract === 'space' ? flawOf(memory.capabilities) : 'is no address space';
  if (flaw !== null) throw new CompositionError(`compose was given as memory what ${flaw}`);
  const most = memory.capabilities.concurrency === 'any' && remote !== null ? MAX_THREADS : 1;
  return integerOption('maxThreads', maxThreads, 1, most, most);
}

/** Throws a CompositionError that says what does not fit. Collaborators are compared when the boxes are built. */
export function checkFit(recipes: Recipes, threads: number): void {
  for (const role of Object.keys(recipes) as Role[]) {
    const recipe = recipes[role];
    if (recipe === null || threads === 1) continue;
    const { box, capabilities } = recipe;
    const why = !capabilities.stateInBuffer
      ? 'keeps state outside of the buffer'
      : SHARED.includes(role) && capabilities.concurrency === 'owner'
        ? 'is for its owner alone'
        : null;
    if (why !== null)
      throw new CompositionError(`${role} is ${box}, which ${why}: give maxThreads: 1, or another ${role}`);
  }
  if (recipes.front === null && recipes.mid === null && recipes.large === null) {
    throw new CompositionError('front, mid and large are all left out: no box serves any size');
  }
}

/** Throws a CompositionError when a front serves sizes for which the gate would not ask it. */
export function checkFronts({ front, mid }: { readonly front: Front; readonly mid: Front }): void {
  if (front.maxBytes > TINY_MAX_BYTES) {
    throw new CompositionError(
      `front serves ${front.maxBytes} bytes; a front serves tiny blocks, up to ${TINY_MAX_BYTES}`,
    );
  }
  if (mid.maxBytes >= 0 && mid.maxBytes <= front.maxBytes) {
    throw new CompositionError(
      `mid serves ${mid.maxBytes} bytes and front ${front.maxBytes}: leave one of them out (null)`,
    );
  }
}

/** Largest alignment, in bytes, that blocks of a class keep; whole pages of large blocks keep more. */
export function blockAlignment({ front, mid, cache }: Recipes): number {
  const boxes = [front, mid, cache].filter((recipe) => recipe !== null);
  return Math.min(PAGE_BYTES, ...boxes.map(({ capabilities }) => capabilities.alignment));
}

/** The least that a space and the boxes can, for the heap as a whole. */
export function capabilitiesOf(space: AddressSpace, recipes: Recipes, threads: number): Capabilities {
  const all = Object.values(recipes).filter((recipe) => recipe !== null);
  const { registry } = recipes;
  return {
    alignment: recipes.large?.capabilities.alignment ?? blockAlignment(recipes),
    concurrency: threads > 1 ? 'any' : 'owner',
    grows: space.capabilities.grows,
    shrinks: space.capabilities.shrinks && registry.capabilities.shrinks,
    zeroed: false,
    retries: threads > 1 && all.some(({ capabilities }) => capabilities.retries),
    stateInBuffer: all.every(({ capabilities }) => capabilities.stateInBuffer),
  };
}
