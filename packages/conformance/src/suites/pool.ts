/**
 * The suite of pools: any box that gives slots of SuperSlabs to classes and takes them back, and runs to large blocks when it
 * `grows`. What it cannot see: whether a claim was one compare-and-swap (POOL-8); that it carries its claimer is seen when the
 * thread is ended after it, and that it is one step when another thread acts before each access.
 */

import type { RecipeOf } from '@hakmem/contracts';
import type { Deployment } from '../crew.js';
import { type Chance, inWords } from '../programs.js';
import { Stage } from '../stage.js';
import { PlainRegistry } from '../stand-ins/registry.js';
import type { Case, Suite } from '../suite.js';
import { runPoolPrograms } from './pool-model.js';
import { runCases } from './pool-runs.js';
import { generalCases, slotCases } from './pool-slots.js';
import { PoolStand, RUN_METHODS, type Trial } from './pool-stand.js';
import { threadCases } from './pool-threads.js';
import { labelCases, wantsCase } from './recipe.js';
import { poolWorkerCases } from './workers.js';

/** What to try. */
export interface PoolSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'pool'>;
  /** First page of the region, 1 … 2,000; default 32, the start of SuperSlab 1. */
  readonly firstPage?: number | undefined;
  /** FREE SuperSlabs kept when memory is returned; default Infinity: never. With several threads it never is, either. */
  readonly retain?: number | undefined;
  /** Whether it prefers SuperSlabs that hold the class (POOL-3); then that is proved, too. Default false. */
  readonly affinity?: boolean | undefined;
  /** Whether classes share SuperSlabs; then POOL-6 is proved. Default true. */
  readonly sharing?: boolean | undefined;
  /** How Workers come by the recipe; without it, nothing runs in Workers. */
  readonly workers?: Deployment | undefined;
}

/** The suite of the contract POOL, over a registry in plain JavaScript. */
export function poolSuite(options: PoolSuiteOptions): Suite {
  const { recipe, firstPage = 32, retain, affinity = false, sharing = true } = options;
  const { box, capabilities } = recipe();
  const rules = [affinity ? 'affinity' : 'no affinity', sharing ? 'sharing' : 'no sharing'];
  const trial: Trial = {
    // Without sharing, each class of a case has a SuperSlab of its own.
    stand: (place = {}) => new PoolStand(recipe(), { firstPage, retain, superSlabs: sharing ? 4 : 8, ...place }),
    sharing,
    affinity,
  };
  return {
    title: `${box}, ${rules.join(', ')}, from page ${firstPage}, ${retain ?? 'all'} FREE retained`,
    cases: [
      ...labelCases(recipe, 'pool', () => trial.stand().checked, { grows: RUN_METHODS }),
      wantsRegistry(recipe),
      ...slotCases(trial),
      ...generalCases(trial),
      ...(capabilities.grows ? runCases(trial) : []),
      ...(capabilities.concurrency === 'any' ? threadCases(trial, capabilities) : []),
      ...(options.workers === undefined ? [] : poolWorkerCases(recipe, options.workers)),
      {
        clauses: ['POOL-1', 'POOL-2', 'POOL-6', 'POOL-12', 'POOL-20'],
        what: `against a model, ${inWords(options)}`,
        run: () => runPoolPrograms(options, trial),
      },
    ],
  };
}

function wantsRegistry(recipe: () => RecipeOf<'pool'>): Case {
  const methods = ['tier', 'reuse', 'extend', 'heat', 'drain', 'free'];
  const stage = new Stage({ words: (pages) => recipe().words(pages) });
  return wantsCase(recipe, 'registry', new PlainRegistry(stage.records), methods, (registry) =>
    recipe().build(stage.scope(), registry),
  );
}
