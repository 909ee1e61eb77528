/** Allocators by the names that the command line has for them: which there are, and which of them can be run here. */

import { ALLOCATORS, type AllocatorEntry, type AllocatorKind } from './allocators/index.js';
import { BenchError } from './errors.js';
import { GOAL_RIVALS } from './native-goals.js';
import type { Rivals } from './results.js';
import { TEAM_ALLOCATORS } from './threads/allocators/index.js';

/** The allocators of the table for one thread that a list names. Throws a BenchError for a name that cannot be run here. */
export function namedAllocators(list: string, rivals: Rivals): readonly AllocatorEntry[] {
  const names = list.split(',').map((name) => checkedName(name, rivals));
  return names.flatMap((name) => ALLOCATORS.filter((entry) => entry.name === name));
}

/** How the results' tables call an allocator, and what it is. */
export interface ColumnTitle {
  readonly name: string;
  readonly title: string;
  readonly kind: AllocatorKind;
}

/** That of an allocator by its name, out of those of its table; what is none of them is a composition of the user's own. */
export function titleOf(name: string, allocators: readonly ColumnTitle[]): ColumnTitle {
  return allocators.find((entry) => entry.name === name) ?? { name, title: name, kind: 'composition' };
}

/** Those of the given names that can be run here. */
export function availableAllocators(names: readonly string[], rivals: Rivals): readonly AllocatorEntry[] {
  return ALLOCATORS.filter(
    ({ name, kind }) => names.includes(name) && (kind !== 'native' || isAvailable(name, rivals)),
  );
}

/** The name of an allocator of either table that can be run here. */
export function checkedName(text: string, rivals: Rivals): string {
  const name = text.trim();
  const missing = rivals.missing.find((rival) => rival.name === name);
  if (missing !== undefined) throw new BenchError(`${name}: ${missing.reason}`);
  const names = new Set([...ALLOCATORS, ...TEAM_ALLOCATORS].map((entry) => entry.name));
  if (names.has(name)) return name;
  throw new BenchError(`no allocator is called "${name}"; there are: ${[...names].join(', ')}`);
}

/** Whether the machine has the native rival. */
export function isAvailable(name: string, { available }: Rivals): boolean {
  return available.some((rival) => rival.name === name);
}

/** Throws a BenchError with the reasons when there is none of those that goals name. */
export function requireRivals(rivals: Rivals): void {
  if (GOAL_RIVALS.some((name) => isAvailable(name, rivals))) return;
  const reasons = rivals.missing.map(({ name, reason }) => `${name}: ${reason}`);
  throw new BenchError(`--rivals needs ${GOAL_RIVALS.join(' or ')}; ${reasons.join('; ')}`);
}
