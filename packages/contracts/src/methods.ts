/**
 * The methods of each contract, for construction to look whether a box has them: those that every box has, and those that
 * belong to a capability.
 */

import type { Labeled } from './capabilities.js';
import { CompositionError } from './errors.js';
import { type Contracts, requireMethods } from './recipe.js';

const SOURCE_METHODS = ['acquire', 'spare', 'offer', 'retire', 'held', 'verify'];

/** What a box of the contract has, whatever it can do. */
export const METHODS: { readonly [Name in keyof Contracts]: readonly string[] } = {
  registry: 'superSlabOf pageOf tier reuse extend heat drain free rooms stats verify'.split(' '),
  pool: ['acquire', 'release', 'sweep', 'reclaim', 'leave', 'stats', 'verify'],
  source: SOURCE_METHODS,
  warm: [...SOURCE_METHODS, 'stats'],
  remote: ['free', 'hasNews', 'take', 'nextClass', 'isTold', 'settle', 'stats'],
  cache: ['take', 'give', 'prewarm', 'drain', 'flushAll', 'retireIdle', 'cached', 'stats', 'verify'],
  front: ['malloc', 'free', 'classOf'],
  large: ['malloc', 'free', 'stats', 'verify'],
};

/** What a box of the contract has when it has a capability, and only then. */
export const CAPABILITY_METHODS: {
  readonly registry: { readonly shrinks: readonly string[] };
  readonly pool: { readonly grows: readonly string[] };
  readonly large: { readonly grows: readonly string[] };
} = {
  registry: { shrinks: ['trim'] },
  pool: { grows: 'acquireRun releaseRun extendRun keepRun reuseRun splitRun joinRuns dropRun'.split(' ') },
  large: { grows: ['resize'] },
};

/** Throws a CompositionError unless a box that `wanter` was given as its `role` has the methods of its contract and capabilities. */
export function requireBox(wanter: string, role: string, { contract, capabilities }: Labeled, box: unknown): void {
  const name = contract as keyof Contracts;
  requireMethods(wanter, role, box, METHODS[name]);
  for (const [capability, methods] of Object.entries(
    CAPABILITY_METHODS[name as keyof typeof CAPABILITY_METHODS] ?? {},
  )) {
    const can = capabilities[capability as 'grows' | 'shrinks'];
    if (can) requireMethods(wanter, `${role} that ${capability}`, box, methods);
    const there = methods.find((method) => typeof (box as Record<string, unknown>)[method] === 'function');
    if (!can && there !== undefined) {
      throw new CompositionError(`${role} has ${there}(), and says that it is none that ${capability}`);
    }
  }
}
