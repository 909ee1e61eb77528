/**
 * The runs that this thread keeps: freed, and not given back yet.
 *
 *   heads   ┌ oldest ┬ … ┬ youngest ┐      pages   ┌ of each ┐      count ≤ 32, pages in all ≤ limit
 *
 * The list says which runs may be this thread's; their page words decide. Any thread may take a kept run back when memory is
 * short: then reusing or dropping it answers false, and the list forgets it. Where a run would take the list over its
 * limits, the oldest go back before, so what is kept was used last.
 *
 * The limit in pages is four times the SuperSlabs that the policy retains, and an eighth of the heap at most.
 */

import {
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  POLICY_RETAIN,
  type RunPool,
  type Scope,
  SLOTS_PER_SUPERSLAB,
} from '@hakmem/contracts';

const MOST_RUNS = 32;
const RETAINED_TIMES = 4;
/** What a run has beyond an eighth more than is asked for is a run of its own. */
const SLACK_SHIFT = 3;

export class KeptRuns {
  private readonly heads: Int32Array = new Int32Array(MOST_RUNS);
  private readonly pages: Int32Array = new Int32Array(MOST_RUNS);
  private count = 0;
  private total = 0;
  private readonly scope: Scope;
  private readonly pool: RunPool;

  constructor(scope: Scope, pool: RunPool) {
    this.scope = scope;
    this.pool = pool;
  }

  /** A run of at least `pages` pages whose first is a multiple of `alignPages`; 0 when none is kept. */
  reuse(pages: number, alignPages: number): PageIndex | 0 {
    for (;;) {
      const best = this.bestFit(pages, alignPages);
      if (best === -1) return 0;
      const head = this.heads[best];
      const has = this.pages[best];
      this.forget(best);
      if (!this.pool.reuseRun(head, has)) continue;
      if (has > pages + (pages >>> SLACK_SHIFT)) {
        this.pool.splitRun(head, pages);
        this.remember(head + pages, has - pages);
      }
      return head;
    }
  }

  /** Ends the block at `head` and keeps its run, or gives it back; false, and nothing changed, when another thread was first. */
  release(head: PageIndex): boolean {
    const limit = this.limit();
    const pages = this.spanOf(head);
    if (pages > limit) return this.pool.releaseRun(head, 0);
    while (this.count > 0 && (this.total + pages > limit || this.count === MOST_RUNS)) this.dropOldest();
    if (!this.pool.keepRun(head)) return false;
    this.join(head, pages);
    return true;
  }

  /** The smallest run that fits, of several the youngest; -1 when none does. */
  private bestFit(pages: number, alignPages: number): number {
    let best = -1;
    let least = 0x7fff_ffff;
    for (let i = this.count - 1; i >= 0; i--) {
      const has = this.pages[i];
      if (has < pages || has >= least || (alignPages > 1 && this.heads[i] % alignPages !== 0)) continue;
      best = i;
      least = has;
      if (has === pages) break;
    }
    return best;
  }

  /** Makes a kept run one with those beside it, and remembers it. */
  private join(head: PageIndex, pages: number): void {
    for (let i = this.count - 1; i >= 0; i--) {
      const other = this.heads[i];
      const has = this.pages[i];
      if (other === head + pages && this.pool.joinRuns(head, other)) this.forget(i);
      else if (other + has === head && this.pool.joinRuns(other, head)) {
        this.forget(i);
        head = other;
      } else continue;
      pages = this.spanOf(head);
    }
    this.remember(head, pages);
  }

  private remember(head: PageIndex, pages: number): void {
    this.heads[this.count] = head;
    this.pages[this.count] = pages;
    this.count++;
    this.total += pages;
  }

  private forget(index: number): void {
    const { heads, pages } = this;
    this.total -= pages[index];
    this.count--;
    for (let i = index; i < this.count; i++) {
      heads[i] = heads[i + 1];
      pages[i] = pages[i + 1];
    }
  }

  private dropOldest(): void {
    const oldest = this.heads[0];
    this.forget(0);
    this.pool.dropRun(oldest);
  }

  private limit(): number {
    const { policy, records } = this.scope;
    const retained = policy.words[policy.start + POLICY_RETAIN] * SLOTS_PER_SUPERSLAB;
    return Math.min(RETAINED_TIMES * retained, records.pageLimit >>> 3);
  }

  private spanOf(head: PageIndex): number {
    return this.scope.records.words[noteOf(head) + NOTE_SPAN];
  }
}
