/**
 * What a suite is: cases, each of which proves clauses of a contract, and the ways to run them: under any runner of tests, or
 * without one. A case that fails throws; a ContractViolation names the clause, the call and the values.
 */

import { type ClauseId, ContractViolation, clause } from '@hakmem/contracts';

/** One test. */
export interface Case {
  /** The clauses that it proves; it is listed under the first. */
  readonly clauses: readonly ClauseId[];
  /** What it shows, in words that follow the clause. */
  readonly what: string;
  readonly run: () => void | Promise<void>;
}

/** The cases for one box. */
export interface Suite {
  readonly title: string;
  readonly cases: readonly Case[];
}

/** What is used of a runner of tests: vitest, node:test, mocha (`it` as `test`), or your own. */
export interface Runner {
  readonly test: (title: string, run: () => void | Promise<void>) => unknown;
  /** Groups tests by clause; without it the clause stands in the title of each test. */
  readonly describe?: ((title: string, body: () => void) => unknown) | undefined;
}

/** Registers a suite with a runner. Each title has the number of the clause and its sentence. */
export function run(suite: Suite, { test, describe }: Runner): void {
  if (describe === undefined) {
    for (const each of suite.cases) test(`${suite.title}: ${heading(each)} ${each.what}`, () => each.run());
    return;
  }
  describe(suite.title, () => {
    for (const title of new Set(suite.cases.map(heading))) {
      const cases = suite.cases.filter((each) => heading(each) === title);
      describe(title, () => {
        for (const each of cases) test(each.what, () => each.run());
      });
    }
  });
}

/** A case that did not hold. */
export interface Refusal {
  /** The clause that the box broke. */
  readonly clause: string;
  readonly what: string;
  readonly error: Error;
}

/** How a box did. */
export interface Judgement {
  readonly title: string;
  readonly passed: number;
  readonly refusals: readonly Refusal[];
}

/** Runs a suite without a runner, one case after the other. */
export async function judge(suite: Suite): Promise<Judgement> {
  const refusals: Refusal[] = [];
  for (const each of suite.cases) {
    try {
      await each.run();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      refusals.push({ clause: clauseOf(error) ?? each.clauses[0], what: each.what, error });
    }
  }
  return { title: suite.title, passed: suite.cases.length - refusals.length, refusals };
}

/** The clause with its sentence; the numbers alone where a case proves several. */
function heading({ clauses }: Case): string {
  return clauses.length === 1 ? clause(clauses[0]) : clauses.join(', ');
}

/** The clause of a violation, or of the one that caused an error. */
function clauseOf(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ContractViolation) return at.clause;
  return null;
}
