/** What all checked boxes share: how a clause that does not hold is said. */

import { CLAUSES, type ClauseId } from '../clauses.js';
import { ContractViolation, type Values } from '../errors.js';

/** Throws the violation of a clause, seen in a call of the box. */
export function violate(box: string, id: ClauseId, call: string, values: Values): never {
  throw new ContractViolation(box, id, CLAUSES[id], call, values);
}

/** The checks of one box. */
export class Inspection {
  readonly box: string;

  constructor(box: string) {
    this.box = box;
  }

  /** Throws a ContractViolation unless the clause holds. `values` is what was seen. */
  must(id: ClauseId, holds: boolean, call: string, values: Values = {}): void {
    if (!holds) violate(this.box, id, call, values);
  }

  /** Runs an observation (GENERAL-C): the words that it looks at are the same afterwards. */
  observe<T>(call: string, words: Int32Array, look: () => T): T {
    const before = words.slice();
    const answer = look();
    let at = 0;
    while (at < words.length && words[at] === before[at]) at++;
    if (at < words.length) this.must('GENERAL-C', false, call, { word: at, before: before[at], now: words[at] });
    return answer;
  }
}
