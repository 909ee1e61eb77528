/** Wrong boxes: each is a right one with one thing wrong, and the suite names the clause. */

import { expect, test } from 'vitest';
import { judge, type Suite } from '../../src/index.js';

/** A box that breaks a clause. */
export interface Wrong {
  /** What it does wrong. */
  readonly what: string;
  /** The clause that the suite must name. */
  readonly clause: string;
  readonly suite: () => Suite;
}

/** Tests that a right box passes, and that each wrong one is refused with its clause. */
export function testRefusals(right: () => Suite, wrong: readonly Wrong[]): void {
  test('the right box passes', async () => {
    const { refusals, passed } = await judge(right());
    expect(refusals).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  });

  test.each(wrong.map((each) => [each.clause, each.what, each] as const))('%s: one that %s', async (id, _, each) => {
    expect(await clausesUntil(id, each.suite())).toContain(id);
  });
}

/** The clauses that a box breaks, case by case, until this one is among them. */
async function clausesUntil(id: string, { title, cases }: Suite): Promise<string[]> {
  const broken: string[] = [];
  for (const each of cases) {
    const { refusals } = await judge({ title, cases: [each] });
    broken.push(...refusals.map(({ clause }) => clause));
    if (broken.includes(id)) break;
  }
  return broken;
}
