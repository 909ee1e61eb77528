/** Which ablations are asked for: groups and variants by their names, and workloads in place of the groups' own. */

import { BenchError } from '../errors.js';
import { findWorkload } from '../workloads/index.js';
import { type CompositionName, GROUPS, type Group } from './groups.js';

/** What of a group is to be run. */
export interface Selected extends Omit<Group, 'variants'> {
  readonly variants: readonly { readonly name: CompositionName; readonly differs: string }[];
}

export interface Selection {
  /** Regular expression: groups whose name matches, and of other groups the variants whose name does. */
  readonly only?: string | undefined;
  /** Names of workloads, separated by commas. */
  readonly workloads?: string | undefined;
}

/** Throws a BenchError when nothing matches, or when a workload does not exist. */
export function selectGroups({ only, workloads }: Selection): readonly Selected[] {
  const matches = only === undefined ? () => true : matcher(only);
  const names = workloads?.split(',').map((name) => findWorkload(name.trim()).name);
  const selected = GROUPS.map((group): Selected => {
    const variants = matches(group.name) ? group.variants : group.variants.filter(({ name }) => matches(name));
    return { ...group, variants, workloads: names ?? group.workloads };
  }).filter(({ variants }) => variants.length > 0);
  if (selected.length > 0) return selected;
  throw new BenchError(`no ablation matches ${only}; there are: ${GROUPS.map(({ name }) => name).join(', ')}`);
}

/** The base and the variants of a group. */
export function compositionsOf({ base, variants }: Selected): readonly CompositionName[] {
  return [base, ...variants.map(({ name }) => name)];
}

function matcher(source: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(source);
    return (name) => pattern.test(name);
  } catch (error) {
    throw new BenchError(`--only: ${(error as Error).message}`);
  }
}
