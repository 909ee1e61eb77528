/**
 * The board: the memory that the controller and all Workers share. It says whose turn it is and holds all that the next
 * choice needs, so that whoever has the turn can choose without asking anybody.
 *
 *   words   ┌ verdict ┬ bell ┬ tail ┬ … 32 words ┐┌ status ┬ turn ┬ count ┬ … 16 words ┐ per thread
 *   plan    ┌ thread, or END | thread ┐ per entry of the schedule that is to be followed
 *   events  ┌ choice ┬ candidates ┬ op ┬ buffer ┬ byte ┬ length ┐ per step or end of this run
 *   values  ┌ before ┬ after ┐ per event: a double, or the 64 bits of a BigInt
 *
 * Only the holder of the turn reads or writes the board, with plain accesses. A turn is handed over by Atomics.store and
 * notify on the word `turn` of the next thread (`bell` is that of the controller), and taken by wait; these order all else.
 */

// The real ones: in a Worker the global is replaced after this module has been loaded.
const { store, load, wait, notify } = Atomics;

/** @internal Why the run is over, or GOING. */
export const VERDICT = 0;
/** @internal The turn word of the controller. */
export const BELL = 1;
/** @internal Who chooses when the plan is over: CONTINUE, RANDOM or PRIORITY. */
export const TAIL = 2;
/** @internal State of the generator of the random walk. */
export const RANDOM_STATE = 3;
/** @internal The thread that made the last step, or -1. */
export const CURRENT = 4;
/** @internal Steps of this run so far, of all threads. */
export const STEPS = 5;
/** @internal Events of this run so far: steps and ends. */
export const EVENTS = 6;
export const STEP_LIMIT = 7;
/** @internal Entries of the plan that have been used. */
export const PLAN_AT = 8;
export const PLAN_LENGTH = 9;
/** @internal 1 + the first entry of the plan that could not be followed; 0 when there is none. */
export const DIVERGED = 10;
/** @internal The thread to be ended, or -1, and before which of its own steps. */
export const KILL_THREAD = 11;
export const KILL_STEP = 12;
/** @internal 1 when an ended Worker is to be terminated, 0 when it unwinds. */
export const TERMINATES = 13;
/** @internal Threads that give way until another one has made a step, one bit each. */
export const GIVING_WAY = 14;
/** @internal Steps without a change after which a thread gives way. */
export const PATIENCE = 15;
/** @internal Counts the changes of memory. */
export const CHANGES = 16;
/** @internal 1 + the thread that the controller is to terminate; 0 for none. */
export const REQUEST = 17;
/** @internal Number of threads. */
export const THREADS = 18;
/** @internal How often a thread looks for its turn before it sleeps: waking it takes longer than most turns last. */
export const SPINS = 31;
/** @internal Change points of the priorities: how many are used, how many there are, and the steps at which they act. */
export const POINTS_USED = 19;
export const POINTS = 20;
export const POINT = 21;
export const MAX_POINTS = 10;
const HEAD_WORDS = 32;

/** @internal Words of a thread, relative to `at(thread)`. */
export const STATUS = 0;
/** @internal 1 when the thread may go on. */
export const TURN = 1;
/** @internal Own steps so far. */
export const COUNT = 2;
/** @internal Own steps in a row without a change by anyone, and the value of CHANGES at the last of them. */
export const IDLE = 3;
export const SEEN = 4;
export const THREAD_PRIORITY = 5;
/** @internal 1 + the thread whose end or completion starts this one; 0 for none. */
export const STARTS_AFTER = 6;
/** @internal Where and since which event it waits; whether it was notified. */
export const WAIT_BUFFER = 7;
export const WAIT_BYTE = 8;
export const WAIT_SINCE = 9;
export const NOTIFIED = 10;
/** @internal 1 when a message with the result or the error lies in the port. */
export const REPORTED = 11;
const THREAD_WORDS = 16;

/** @internal The status of a thread. Whoever is none of RUNNING and DYING sleeps. */
export const Status = {
  UNPREPARED: 0,
  /** Prepared; starts when another thread is over. */
  LATER: 1,
  /** Is to run up to its first step, which needs no choice. */
  DUE: 2,
  RUNNING: 3,
  /** Stands before a step. */
  STANDING: 4,
  /** In Atomics.wait, without and with a timeout. */
  BLOCKED: 5,
  BLOCKED_FOR_A_TIME: 6,
  /** Every step throws. */
  DYING: 7,
  ENDED: 8,
  DONE: 9,
} as const;

/** @internal */
export const Verdict = { GOING: 0, COMPLETE: 1, LIVELOCK: 2, DEADLOCK: 3, STUCK: 4, BROKEN: 5 } as const;

/** @internal */
export const Tail = { CONTINUE: 0, RANDOM: 1, PRIORITY: 2 } as const;

/** Most threads of a scenario. */
export const MAX_THREADS = 30;
/** @internal In a plan or a choice: the thread is ended. */
export const END = 32;
/** @internal The controller, where a thread is expected. */
export const CONTROLLER = -1;

/** @internal Words of an event, relative to `EVENT_WORDS * number`. */
export const CHOICE = 0;
export const CANDIDATES = 1;
/** @internal op | kind of the values << 8 | bytes per element << 16 */
export const OP = 2;
export const BUFFER = 3;
export const BYTE = 4;
export const LENGTH = 5;
export const EVENT_WORDS = 6;

/** @internal How the values of an event are to be read. */
export const Kind = { NONE: 0, DOUBLE: 1, INT64: 2, UINT64: 3 } as const;

/** What a step can be. `woken` is the return of a `wait` that had blocked; `read` and `write` are plain accesses. */
export type Op =
  | ('load' | 'store' | 'add' | 'sub' | 'and' | 'or' | 'xor' | 'exchange' | 'compareExchange')
  | ('wait' | 'woken' | 'notify')
  | ('read' | 'write');

/** @internal */
export const OPS: readonly Op[] = [
  ...(['load', 'store', 'add', 'sub', 'and', 'or', 'xor', 'exchange', 'compareExchange'] as const),
  ...(['wait', 'woken', 'notify'] as const),
  ...(['read', 'write'] as const),
];

/** @internal */
export class Board {
  readonly words: Int32Array;
  readonly plan: Int32Array;
  readonly events: Int32Array;
  readonly values: Float64Array;
  readonly bigs: BigInt64Array;

  constructor(readonly memory: SharedArrayBuffer) {
    const capacity = (memory.byteLength - 4 * TOTAL_WORDS) / EVENT_BYTES;
    this.values = new Float64Array(memory, 0, 2 * capacity);
    this.bigs = new BigInt64Array(memory, 0, 2 * capacity);
    this.events = new Int32Array(memory, 16 * capacity, EVENT_WORDS * capacity);
    this.plan = new Int32Array(memory, (16 + 4 * EVENT_WORDS) * capacity, capacity);
    this.words = new Int32Array(memory, EVENT_BYTES * capacity, TOTAL_WORDS);
  }

  /** Room for a run of `stepLimit` steps; each thread can end once, too. */
  static make(stepLimit: number): Board {
    const capacity = stepLimit + MAX_THREADS + 2;
    return new Board(new SharedArrayBuffer(capacity * EVENT_BYTES + 4 * TOTAL_WORDS));
  }
}

const EVENT_BYTES = 16 + 4 * EVENT_WORDS + 4;
const TOTAL_WORDS = HEAD_WORDS + MAX_THREADS * THREAD_WORDS;

/** @internal Where the words of a thread begin. */
export function at(thread: number): number {
  return HEAD_WORDS + thread * THREAD_WORDS;
}

/** @internal Gives the turn to a thread or to the controller. */
export function hand({ words }: Board, next: number): void {
  const turn = turnWord(next);
  store(words, turn, 1);
  notify(words, turn, 1);
}

/** @internal Sleeps until it is the turn of `who`, and takes it. False when that took longer than `timeoutMs`. */
export function awaitTurn({ words }: Board, who: number, timeoutMs?: number): boolean {
  const turn = turnWord(who);
  if (who !== CONTROLLER) for (let i = words[SPINS]; i > 0 && load(words, turn) === 0; i--);
  while (load(words, turn) === 0) if (wait(words, turn, 0, timeoutMs) === 'timed-out') return false;
  store(words, turn, 0);
  return true;
}

function turnWord(who: number): number {
  return who === CONTROLLER ? BELL : at(who) + TURN;
}
