/**
 * The suite of slab sources: a link of your own over a parent in plain JavaScript, or the end of a chain over a pool in plain
 * JavaScript (the rooms of a registry). SOURCE-5 is the caller's: `checked` looks after it.
 */

import type { RecipeOf } from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import { Stage } from '../stage.js';
import { PlainSource } from '../stand-ins/source.js';
import type { Case, Suite } from '../suite.js';
import { labelCases, wantsCase } from './recipe.js';
import { sourceCases } from './source-cases.js';
import { beginSource, fetch, offerSome, retireSome, runSourceModel, starve } from './source-model.js';
import { type EndOfChain, endStand, linkStand, type SourceStand } from './source-stand.js';

/** What to try: a link, or the end of a chain. */
export type SourceSuiteOptions = Chance &
  (
    | {
        /** Makes the recipe of a link over a parent; called for each case. */
        readonly recipe: () => RecipeOf<'source'>;
      }
    | {
        /** Makes the end of a chain, over a pool; called for each case. */
        readonly end: () => EndOfChain;
      }
  );

/** The suite of the contract SOURCE. */
export function sourceSuite(options: SourceSuiteOptions): Suite {
  if ('end' in options) {
    const stand = (): SourceStand => endStand(options.end());
    return { title: `${options.end().box}, the end of a chain`, cases: casesOf(options, stand) };
  }
  const { recipe } = options;
  const stand = (): SourceStand => linkStand(recipe());
  const label = labelCases(recipe, 'source', () => stand().source);
  return { title: `${recipe().box}, a link`, cases: [...label, wantsParent(recipe), ...casesOf(options, stand)] };
}

function casesOf(chance: Chance, stand: () => SourceStand): Case[] {
  const commands = [offerSome, offerSome, fetch('acquire'), fetch('acquire'), fetch('spare'), retireSome, starve];
  return [
    ...sourceCases(stand),
    {
      clauses: ['SOURCE-1', 'SOURCE-2', 'SOURCE-6'],
      what: `against a model, ${inWords(chance)}`,
      run: () => runSourceModel(chance, () => beginSource(stand()), commands),
    },
  ];
}

/** Whoever builds over a parent that lacks a method is told so. */
export function wantsParent(recipe: () => RecipeOf<'source'> | RecipeOf<'warm'>): Case {
  return {
    clauses: ['GENERAL-E'],
    what: 'a parent that lacks a method which it wants is refused, by its name',
    run() {
      const stage = new Stage({ words: (pages) => recipe().words(pages) });
      const parent = new PlainSource(stage.records);
      const methods = ['acquire', 'spare', 'offer', 'retire', 'held'];
      const build = (lacking: never): unknown => recipe().build(stage.scope(), lacking);
      return wantsCase(recipe, 'parent', parent, methods, build).run();
    },
  };
}
