/**
 * The suite of registries of SuperSlabs, over an address space in plain JavaScript, and of their rooms, which are the end of a chain
 * of slab sources. REGISTRY-11 is the caller's: `checked` looks after it. That memory returns lazily is seen as far as it
 * is said: what is to be retained stays; when the rest goes is the registry's to choose, until trim.
 */

import { CLASS_COUNT, type RecipeOf, type Scope, type SlabSource, type SlotPool } from '@hakmem/contracts';
import type { Deployment } from '../crew.js';
import { type Chance, inWords } from '../programs.js';
import { PlainSpace } from '../stand-ins/space.js';
import type { Case, Suite } from '../suite.js';
import { labelCases, wantsCase } from './recipe.js';
import { changeCases, generalCases, memoryCases, tierCases } from './registry-cases.js';
import { runRegistryPrograms } from './registry-model.js';
import { type RegistryPlace, RegistryStand } from './registry-stand.js';
import { threadCases } from './registry-threads.js';
import { sourceSuite } from './source.js';
import { registryWorkerCases } from './workers.js';

/** What to try. */
export interface RegistrySuiteOptions extends Chance, RegistryPlace {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'registry'>;
  /** How Workers come by the recipe; without it, nothing runs in Workers. */
  readonly workers?: Deployment | undefined;
}

/** The suite of the contract REGISTRY, and of SOURCE for its rooms. At least eight SuperSlabs must fit below `pageLimit`. */
export function registrySuite(options: RegistrySuiteOptions): Suite {
  const { recipe } = options;
  const stand = (): RegistryStand => new RegistryStand(recipe(), options);
  // Threads share what cannot shrink.
  const shared = (): RegistryStand => new RegistryStand(recipe(), { ...options, shrinks: false });
  const { capabilities, box } = recipe();
  const { firstPage = 1, pageLimit = 256, shrinks = true } = options;
  return {
    title: `${box}, pages ${firstPage} to ${pageLimit}${shrinks ? ', memory that shrinks' : ''}`,
    cases: [
      ...labelCases(recipe, 'registry', () => stand().raw, { shrinks: ['trim'] }),
      wantsSpace(recipe),
      ...tierCases(stand),
      ...changeCases(stand),
      ...memoryCases(stand),
      ...generalCases(stand),
      ...(capabilities?.concurrency === 'any' ? threadCases(shared) : []),
      ...(options.workers === undefined ? [] : registryWorkerCases(recipe, options.workers)),
      {
        clauses: ['REGISTRY-2', 'REGISTRY-3', 'REGISTRY-4', 'REGISTRY-8', 'REGISTRY-9'],
        what: `against a model, ${inWords(options)}`,
        run: () => runRegistryPrograms(options, stand),
      },
      ...roomCases(options),
    ],
  };
}

function wantsSpace(recipe: () => RecipeOf<'registry'>): Case {
  return {
    clauses: ['GENERAL-E'],
    what: 'an address space that lacks a method which it wants is refused, by its name',
    run() {
      const { stage, space } = new RegistryStand(recipe(), {});
      const build = (lacking: never): unknown => recipe().build(stage.scope(), lacking);
      return wantsCase(recipe, 'address space', space, ['commit', 'release'], build).run();
    },
  };
}

/** The rooms of a thread, which has the registry's region before its own. */
function roomCases({ recipe, seed, runs }: RegistrySuiteOptions): readonly Case[] {
  const build = (scope: Scope, pool: SlotPool): SlabSource => {
    const { region, records } = scope;
    const length = region.length - CLASS_COUNT;
    const space = new PlainSpace({ pageLimit: records.pageLimit });
    const registry = recipe().build({ ...scope, region: { ...region, length } }, space);
    return registry.rooms({ words: region.words, start: region.start + length, length: CLASS_COUNT }, pool);
  };
  const words = (pages: number): number => recipe().words(pages) + CLASS_COUNT;
  const { cases } = sourceSuite({ seed, runs, end: () => ({ box: `the rooms of ${recipe().box}`, words, build }) });
  return cases.map((each) => ({ ...each, what: `the rooms: ${each.what}` }));
}
