/** What holds for every recipe, whatever box it builds: its label, its words, and that it wants what it needs. */

import { CompositionError, type ContractName, flawOf, Inspection, type Labeled } from '@hakmem/contracts';
import type { Case } from '../suite.js';

/** What is looked at of a recipe. */
export interface AnyRecipe extends Labeled {
  readonly box: string;
  words(pageLimit: number): number;
}

/** Methods of a capability, by its name: there when the box has it, absent when it has not. */
export type Optional = Readonly<Partial<Record<'grows' | 'shrinks', readonly string[]>>>;

/** The cases for a recipe's label. `build` makes the box, to look whether methods of capabilities are there. */
export function labelCases(
  make: () => AnyRecipe,
  contract: ContractName,
  build: () => object,
  optional: Optional = {},
): Case[] {
  const recipe = make();
  const inspection = new Inspection(recipe.box);
  return [
    {
      clauses: ['GENERAL-E'],
      what: `its recipe names itself, the contract ${contract}, and its capabilities`,
      run() {
        inspection.must('GENERAL-E', typeof recipe.box === 'string' && recipe.box !== '', 'box', { box: recipe.box });
        inspection.must('GENERAL-E', recipe.contract === contract, 'contract', { contract: recipe.contract });
        const flaw = flawOf(recipe.capabilities);
        inspection.must('GENERAL-E', flaw === null, 'capabilities', { flaw });
      },
    },
    {
      clauses: ['GENERAL-E'],
      what: 'methods of capabilities are there where it has them, and absent where it has not',
      run() {
        const box = build() as Record<string, unknown>;
        for (const [name, methods] of Object.entries(optional)) {
          const has = recipe.capabilities[name as 'grows'];
          for (const method of methods) {
            const there = typeof box[method] === 'function';
            inspection.must('GENERAL-E', there === has, method, { [name]: has, there });
          }
        }
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'its words are a whole number that depends on the pages alone',
      run() {
        for (const pages of [2, 64, 65_536]) {
          const words = recipe.words(pages);
          const whole = Number.isInteger(words) && words >= 0 && words === make().words(pages);
          inspection.must('GENERAL-D', whole, `words(${pages})`, { words, again: make().words(pages) });
        }
      },
    },
  ];
}

/** The case that each collaborator without one of its methods is refused, by name, when the box is built. */
export function wantsCase(
  make: () => AnyRecipe,
  role: string,
  whole: object,
  methods: readonly string[],
  build: (lacking: never) => unknown,
): Case {
  const inspection = new Inspection(make().box);
  return {
    clauses: ['GENERAL-E'],
    what: `a ${role} that lacks a method which it wants is refused, by its name`,
    run() {
      let refused = 0;
      for (const method of methods) {
        const lacking = Object.create(whole, { [method]: { value: undefined } }) as never;
        const error = errorOf(() => build(lacking));
        if (error === null) continue;
        refused++;
        const named = error instanceof CompositionError && error.message.includes(method);
        inspection.must('GENERAL-E', named, 'build', { without: method, error: String(error) });
      }
      inspection.must('GENERAL-E', refused > 0, 'build', { refused });
    },
  };
}

/** What a call throws; null when it does not. */
export function errorOf(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}
