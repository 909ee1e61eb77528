import { describe, expect, it } from 'vitest';
import { pick, xorshift32 } from '../../src/random.js';
import { divideTrace } from '../../src/threads/workloads/program.js';
import { replayPart } from '../../src/threads/workloads/replay.js';
import { CALLOC, decodeTrace, FREE, MALLOC, MEMALIGN, REALLOC, readTrace, type Trace } from '../../src/trace.js';
import { type EventRecord, encodeTrace } from '../trace-file.js';
import { finish, Ledger, runInTurns, seatAll, tallyOf } from './ledger.js';

const THREADS = 3;

/** Events of three threads that use one another's objects all the time. Every size is asked for once. */
function tangledTrace(events: number): Trace {
  const records: EventRecord[] = [];
  const alive: number[] = [];
  let objects = 0;
  let draw = 5;
  for (let i = 0; i < events; i++) {
    draw = xorshift32(draw);
    const tid = pick(draw << 8, THREADS);
    const size = i + 1;
    const kind = pick(draw, 8);
    if (kind < 4 || alive.length === 0) {
      objects++;
      alive.push(objects);
      const op = [MALLOC, MALLOC, CALLOC, MEMALIGN][kind & 3];
      records.push({ op, tid, size, alignLog2: op === MEMALIGN ? 6 : 0 });
    } else {
      const index = pick(draw << 4, alive.length);
      const age = objects - alive[index];
      if (kind < 6) records.push({ op: REALLOC, tid, age, size });
      else {
        records.push({ op: FREE, tid, age });
        alive.splice(index, 1);
      }
    }
  }
  return decodeTrace(encodeTrace(records, THREADS));
}

function team(trace: Trace, passes: number) {
  const divided = divideTrace(trace);
  const ledger = new Ledger();
  const workload = {
    sharedBytes: () => 4 * (divided.boxes + 1),
    join: (seat: Parameters<typeof replayPart>[0]) => replayPart(seat, divided, passes),
  };
  return { divided, ledger, parts: seatAll(workload, THREADS, ledger) };
}

/** What each object of the trace goes through, as the ledger writes it: the sizes from its malloc on. */
function livesOf(trace: Trace): string[] {
  const lives: number[][] = Array.from({ length: trace.objects }, () => []);
  for (let i = 0; i < trace.events; i++) if (trace.op[i] !== FREE) lives[trace.object[i] - 1].push(trace.size[i]);
  return lives.map(String).sort();
}

describe('a divided trace', () => {
  it('has all events of each thread in order, and a closing free for what is alive with the thread that had it last', () => {
    const events = [
      { op: MALLOC, tid: 0, size: 10 },
      { op: MALLOC, tid: 1, size: 20 },
      { op: REALLOC, tid: 2, age: 1, size: 30 },
      { op: FREE, tid: 0, age: 0 },
      { op: MALLOC, tid: 0, size: 40 },
    ];
    const { threads, boxes } = divideTrace(decodeTrace(encodeTrace(events, THREADS)));
    expect(boxes).toBe(2);
    expect(threads.map(({ op }) => [...op])).toEqual([[MALLOC, FREE, MALLOC, FREE], [MALLOC], [REALLOC, FREE]]);
    expect(threads.map(({ recorded }) => recorded)).toEqual([3, 1, 1]);
    expect(threads.map(({ gives }) => [...gives])).toEqual([[1, 0, 0, 0], [2], [0, 0]]);
    expect(threads.map(({ takes }) => [...takes])).toEqual([[0, 2, 0, 0], [0], [1, 0]]);
  });

  it('of ffmpeg hands 2,720 objects over and closes 4', () => {
    const trace = readTrace('ffmpeg');
    const { threads, boxes } = divideTrace(trace);
    expect(boxes).toBe(2_720);
    expect(threads.reduce((sum, { length }) => sum + length, 0)).toBe(trace.events + 4);
    expect(threads.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(trace.events);
  });
});

describe('a replay in several threads', () => {
  it.each([1, 2, 3, 4, 5, 6])('keeps the order of every object, whoever is slow (seed %i)', (seed) => {
    const trace = tangledTrace(2_000);
    const { ledger, parts } = team(trace, 1);
    let done = 0;
    for (let turn = 0; done < trace.events; turn++) {
      expect(turn).toBeLessThan(1_000);
      done += runInTurns(parts, 20, seed + turn);
    }
    const alive = [...ledger.live.values()];
    finish(parts);
    expect(ledger.ended.map(({ sizes }) => String(sizes)).sort()).toEqual(livesOf(trace));
    const left = livesOf(trace).length - (ledger.ended.length - alive.length);
    expect(alive).toHaveLength(left);
    expect(ledger.live.size).toBe(0);
  });

  it('goes through the program again and again, its threads in different passes', () => {
    const trace = tangledTrace(300);
    const { divided, ledger, parts } = team(trace, Number.POSITIVE_INFINITY);
    runInTurns(parts, 3_000, 9);
    const perPass = divided.threads.reduce((sum, { length }) => sum + length, 0);
    const { made, freed, changed } = tallyOf(parts);
    expect(made + freed + changed).toBeGreaterThan(20 * perPass);
    expect({ made, freed, changed }).toEqual({
      made: ledger.made,
      freed: ledger.ended.length,
      changed: ledger.changed,
    });
    finish(parts);
    expect(ledger.live.size).toBe(0);
    const lives = new Set(livesOf(trace));
    const whole = ledger.ended.filter(({ sizes }) => lives.has(String(sizes)));
    expect(whole.length).toBeGreaterThan(ledger.ended.length - perPass);
  });

  it('waits for the thread that makes the object, and for nothing else', () => {
    const events = [
      { op: MALLOC, tid: 0, size: 10 },
      { op: MALLOC, tid: 1, size: 20 },
      { op: MALLOC, tid: 2, size: 30 },
      { op: FREE, tid: 1, age: 2 },
      { op: FREE, tid: 2, age: 0 },
    ];
    const { parts } = team(decodeTrace(encodeTrace(events, THREADS)), 1);
    expect(parts[1].run(10)).toBe(1);
    expect(parts[1].run(10)).toBe(0);
    expect(parts[2].run(10)).toBe(2);
    expect(parts[0].run(10)).toBe(1);
    expect(parts[1].run(10)).toBe(1);
  });

  it('does not overtake a thread that has not taken what the pass before gave it', () => {
    const events = [
      { op: MALLOC, tid: 0, size: 10 },
      { op: FREE, tid: 1, age: 0 },
    ];
    const { ledger, parts } = team(decodeTrace(encodeTrace(events, THREADS)), Number.POSITIVE_INFINITY);
    expect([parts[0].run(10), parts[0].run(10)]).toEqual([1, 0]);
    expect(ledger.live.size).toBe(1);
    expect([parts[1].run(10), parts[0].run(10)]).toEqual([1, 1]);
  });
});
