import { describe, expect, it } from 'vitest';
import { SIZE_SEED, SLOT_SEED } from '../../src/random.js';
import { findTeamWorkload, TEAM_ROWS, unitsOf } from '../../src/threads/workloads/index.js';
import { seedFor } from '../../src/threads/workloads/workload.js';
import { finish, Ledger, runInTurns, seatAll, tallyOf } from './ledger.js';

function team(name: string, members: number) {
  const ledger = new Ledger();
  const workload = findTeamWorkload(name);
  return { ledger, workload, parts: seatAll(workload, members, ledger) };
}

/** Runs one part until it has to wait; the steps that it did. */
function runDry(part: { run(steps: number): number }): number {
  let total = 0;
  for (let done = part.run(64); done > 0 && total < 1_000_000; done = part.run(64)) total += done;
  return total;
}

describe.each(TEAM_ROWS.map(({ name, workload, members }) => [name, workload.name, members] as const))(
  '%s',
  (_, name, members) => {
    it('counts what it does, and leaves nothing', () => {
      const { ledger, workload, parts } = team(name, members);
      for (let pause = 1; pause <= 4; pause++) {
        expect(runInTurns(parts, 3_000, 1_000 * pause + members)).toBeGreaterThan(0);
        for (const part of parts) part.rest();
        const tally = tallyOf(parts);
        expect(tally).toEqual({ made: ledger.made, freed: ledger.ended.length, changed: ledger.changed });
        expect(tally.made - tally.freed).toBe(ledger.live.size);
        expect(unitsOf(workload, tally)).toBe(
          workload.unit === 'blocks' ? ledger.ended.length : ledger.made + ledger.ended.length + ledger.changed,
        );
      }
      finish(parts);
      expect(ledger.live.size).toBe(0);
      expect(tallyOf(parts)).toEqual({ made: ledger.made, freed: ledger.made, changed: ledger.changed });
    });

    it('notices a request that is refused', () => {
      const ledger = new Ledger(4_999);
      const run = () => runInTurns(seatAll(findTeamWorkload(name), members, ledger), 4_000, 7);
      expect(run).toThrow(/malloc\(\d+\) was refused/);
    });
  },
);

describe('a team workload', () => {
  it.each([
    ['larson', 8, 128],
    ['mid 8-32K', 8_192, 32_768],
    ['producer → consumer', 16, 1_024],
    ['mixed 10% remote', 16, 1_040],
  ])('%s asks for %i to %i bytes', (name, low, high) => {
    const { ledger, parts } = team(name, 2);
    runInTurns(parts, name.startsWith('mid') ? 20_000 : 5_000, 3);
    expect(ledger.low).toBeLessThanOrEqual(low * 1.01);
    expect(ledger.low).toBeGreaterThanOrEqual(low);
    expect(ledger.high).toBeGreaterThanOrEqual(high * 0.99);
    expect(ledger.high).toBeLessThanOrEqual(high);
  });

  it.each([
    ['larson', 1, 0, 0],
    ['larson', 2, 0.005, 0.011],
    ['larson', 4, 0.003, 0.011],
    ['mid 8-32K', 4, 0, 0],
    ['producer → consumer', 1, 0, 0],
    ['producer → consumer', 4, 1, 1],
    ['mixed 10% remote', 1, 0, 0],
    ['mixed 10% remote', 4, 0.09, 0.11],
  ])('%s ×%i: blocks that another member made are %d to %d of all frees', (name, members, low, high) => {
    const { ledger, parts } = team(name, members);
    runInTurns(parts, 40_000, 11);
    const share = ledger.remote / ledger.ended.length;
    expect(share).toBeGreaterThanOrEqual(low);
    expect(share).toBeLessThanOrEqual(high);
  });

  it('draws other numbers for each member, those of one thread for the first', () => {
    const seeds = Array.from({ length: 255 }, (_, member) => seedFor(SLOT_SEED, member));
    expect(seeds[0]).toBe(SLOT_SEED);
    expect(new Set(seeds).size).toBe(255);
    for (let member = 0; member < 255; member++) {
      expect(seedFor(SLOT_SEED, member)).not.toBe(0);
      expect(seedFor(SIZE_SEED, member)).not.toBe(0);
    }
  });
});

describe('larson', () => {
  it('waits for the member who has the next array, and for nobody else', () => {
    const { ledger, parts } = team('larson', 3);
    const round = 2 * 100 * 1_024;
    expect(runDry(parts[0])).toBe(round);
    expect(runDry(parts[2])).toBe(2 * round);
    expect(parts[0].run(64)).toBe(0);
    expect(runDry(parts[1])).toBe(3 * round);
    expect(runDry(parts[0])).toBe(3 * round);
    finish(parts);
    expect(ledger.live.size).toBe(0);
  });
});

describe('producer → consumer', () => {
  it('fills the ring and empties it in turn on one member', () => {
    const { ledger, parts } = team('producer → consumer', 1);
    let most = 0;
    for (let i = 0; i < 1_000; i++) {
      parts[0].run(64);
      most = Math.max(most, ledger.live.size);
    }
    expect(most).toBe(4_096);
    expect(ledger.ended.length).toBeGreaterThan(20_000);
  });

  it('stops at a full and at an empty ring', () => {
    const { parts } = team('producer → consumer', 4);
    expect(runDry(parts[2])).toBe(4_096);
    expect(runDry(parts[1])).toBe(0);
    expect(runDry(parts[3])).toBe(4_096);
    expect(runDry(parts[2])).toBe(4_096);
  });
});
