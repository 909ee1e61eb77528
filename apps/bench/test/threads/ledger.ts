/**
 * An allocator for a whole team whose parts run in one thread. It knows what is live and who made it, gives out no address
 * twice, and throws when somebody frees what is not live. What a block went through, the sizes from its malloc to its last
 * realloc, is kept when it is freed. One request may be refused on purpose.
 */

import type { Blocks } from '../../src/allocators/subject.js';
import { pick, xorshift32 } from '../../src/random.js';
import type { Part, TeamWorkload } from '../../src/threads/workloads/index.js';

interface Life {
  readonly maker: number;
  readonly sizes: readonly number[];
}

export class Ledger {
  readonly live = new Map<number, Life>();
  readonly ended: Life[] = [];
  made = 0;
  changed = 0;
  /** Frees by another member than the one that made the block. */
  remote = 0;
  /** The smallest and the largest size asked for. */
  low = Number.POSITIVE_INFINITY;
  high = 0;
  private next = 16;
  private readonly refuse: number;

  /** `refuse`: the number of the request that is answered with 0. */
  constructor(refuse = 0) {
    this.refuse = refuse;
  }

  /** The allocator as one member has it. */
  for(member: number): Required<Blocks<number>> {
    const malloc = (bytes: number) => {
      this.made++;
      return this.place({ maker: member, sizes: [bytes] }, bytes);
    };
    return {
      malloc,
      calloc: (count, bytes) => malloc(count * bytes),
      alignedAlloc: (_alignment, bytes) => malloc(bytes),
      realloc: (address, bytes) => {
        const { maker, sizes } = this.take(address);
        this.changed++;
        return this.place({ maker, sizes: [...sizes, bytes] }, bytes);
      },
      free: (address) => {
        const life = this.take(address);
        this.ended.push(life);
        if (life.maker !== member) this.remote++;
      },
    };
  }

  private place(life: Life, bytes: number): number {
    this.low = Math.min(this.low, bytes);
    this.high = Math.max(this.high, bytes);
    const address = this.next;
    this.next += 16;
    if (address === 16 * this.refuse) return 0;
    this.live.set(address, life);
    return address;
  }

  private take(address: number): Life {
    const life = this.live.get(address);
    if (life === undefined) throw new Error(`nothing is live at ${address}`);
    this.live.delete(address);
    return life;
  }
}

/** All parts of a workload on one ledger. */
export function seatAll(workload: Pick<TeamWorkload, 'sharedBytes' | 'join'>, members: number, ledger: Ledger): Part[] {
  const shared = new SharedArrayBuffer(workload.sharedBytes(members));
  return Array.from({ length: members }, (_, member) =>
    workload.join({ member, members, blocks: ledger.for(member), shared }),
  );
}

/** Runs parts in an order that a seed decides: so many calls, each of 1 … 64 steps. Returns the steps done. */
export function runInTurns(parts: readonly Part[], calls: number, seed: number): number {
  let draw = seed;
  let done = 0;
  for (let i = 0; i < calls; i++) {
    draw = xorshift32(draw);
    done += parts[pick(draw, parts.length)].run(1 + pick(draw << 16, 64));
  }
  return done;
}

/** Lets all rest and drain. */
export function finish(parts: readonly Part[]): void {
  for (const part of parts) part.rest();
  for (const part of parts) part.drain();
}

/** The tallies of all, added up. */
export function tallyOf(parts: readonly Part[]) {
  const sum = (key: 'made' | 'freed' | 'changed') => parts.reduce((total, { tally }) => total + tally[key], 0);
  return { made: sum('made'), freed: sum('freed'), changed: sum('changed') };
}
