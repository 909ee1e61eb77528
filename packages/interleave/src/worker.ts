/**
 * What each Worker runs: it replaces `Atomics`, loads the scenario, and then sleeps until its turn, over and over.
 *
 *   UNPREPARED: take the state out of the port, prepare ─► LATER or DUE
 *   DUE:        run ─► DONE or ENDED, and the result or the error into the port
 *
 * One Worker is one thread of the scenario, for many runs.
 */

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { gatedAtomics } from './atomics.ts';
import { at, awaitTurn, Board, hand, REPORTED, STARTS_AFTER, STATUS, Status, VERDICT, Verdict } from './board.ts';
import { Gate } from './gate.ts';
import { type Context, checkScenario, type Scenario, WATCHER } from './scenario.ts';
import { choose, release } from './turn.ts';
import { watcher } from './watch.ts';

/** @internal What a Worker is given at its start. */
export interface Start {
  readonly memory: SharedArrayBuffer;
  readonly thread: number;
  readonly scenario: string;
  readonly port: MessagePort;
}

/** @internal What the controller sends before each run. */
export interface Task {
  readonly state: unknown;
  readonly params: unknown;
}

/** @internal What a Worker sends after a run in which there is something to say. */
export type Report =
  | { readonly result: unknown }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } };

/** Between runs the event loop gets a chance this often, so that what was logged is printed. */
const BREATH_MS = 50;

const { memory, thread, scenario: url, port } = workerData as Start;
const board = new Board(memory);
const { words } = board;
const own = at(thread);
const gate = new Gate(board, thread);

globalThis.Atomics = gatedAtomics(gate, Atomics);
(globalThis as { [WATCHER]?: unknown })[WATCHER] = watcher(gate);

const scenario: Scenario<unknown> = checkScenario(((await import(url)) as { default: unknown }).default);
const role = scenario.threads[thread];

let task: Task;
let context: Context;
let local: unknown;

parentPort!.postMessage('ready');
await serve();

async function serve(): Promise<never> {
  let lastBreath = performance.now();
  for (;;) {
    if (performance.now() - lastBreath > BREATH_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      lastBreath = performance.now();
    }
    awaitTurn(board, thread);
    if (words[own + STATUS] === Status.UNPREPARED) prepare();
    else run();
    hand(board, choose(board));
  }
}

function prepare(): void {
  task = receiveMessageOnPort(port)!.message as Task;
  context = { params: task.params, threads: scenario.threads.length, thread };
  gate.knowBuffersOf(task.state);
  words[own + STATUS] = words[own + STARTS_AFTER] === 0 ? Status.DUE : Status.LATER;
  try {
    local = role.prepare?.(task.state, context);
  } catch (error) {
    say({ error: describeError(error) });
    words[own + STATUS] = Status.DONE;
    words[VERDICT] = Verdict.BROKEN;
  }
}

function run(): void {
  let result: unknown;
  let error: unknown;
  let failed = false;
  words[own + STATUS] = Status.RUNNING;
  gate.active = true;
  try {
    result = role.run(local, task.state, context);
    if (isPromise(result)) throw new TypeError('run has returned a promise; expected it to be synchronous');
  } catch (thrown) {
    error = thrown;
    failed = true;
  }
  gate.active = false;
  // What an ended thread returns or throws, it would not have.
  if (words[own + STATUS] === Status.DYING) {
    words[own + STATUS] = Status.ENDED;
  } else {
    if (failed) say({ error: describeError(error) });
    else if (result !== undefined) say({ result });
    words[own + STATUS] = Status.DONE;
  }
  release(words, thread);
}

function say(report: Report): void {
  words[own + REPORTED] = 1;
  try {
    port.postMessage(report);
  } catch (error) {
    port.postMessage({ error: describeError(error) } satisfies Report);
  }
}

function describeError(error: unknown): { name: string; message: string; stack: string } {
  if (!(error instanceof Error))
    return { name: 'Error', message: `a value that is no Error was thrown: ${String(error)}`, stack: '' };
  return { name: error.name, message: error.message, stack: error.stack ?? '' };
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
