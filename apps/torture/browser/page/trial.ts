/**
 * One trial: a heap that the page makes, and three Workers on it. One detaches, one stays attached until it is closed, one is
 * terminated in the middle of its work and reaped while the others work on. The page gets and gives back blocks of its own and
 * of the Workers all the time, between its other tasks, and never blocks.
 */

import type { Heap, SharedHeap } from 'hakmem';
import { accountsOf } from './accounts.ts';
import { Content } from './content.ts';
import { Member } from './crew.ts';
import { makeLedger, placeOf, RUNNING, STEPS } from './ledger.ts';
import { Program } from './program.ts';
import type { Check } from './report.ts';
import type { Task } from './worker.ts';

/** Steps of each Worker, at least; when the third is terminated; of the others while it is dead and after it was reaped. */
const STEPS_EACH = 200_000;
const STEPS_BEFORE_END = 20_000;
const STEPS_AFTER_REAP = 20_000;
/** Steps of the page between two of its other tasks. */
const STEPS_AT_ONCE = 200;
/** Frees of others' blocks that each program does, at least. */
const LEAST_FOREIGN = 1_000;
/** Of all mallocs, how many may find memory exhausted: each thread has slabs of its own for every size, in 64 MiB. */
const MOST_REFUSED = 0.25;
const SEED = 77;
const ENDINGS: readonly Task['ending'][] = ['detaches', 'stays', 'works on'];
/** The place of the Worker that works on. */
const VICTIM = 3;

/** Does a trial on a heap, and destroys it. `grows`: its memory is to grow meanwhile. */
export async function trial(name: string, heap: SharedHeap, grows: boolean): Promise<Check[]> {
  const checks: Check[] = [];
  const ledger = makeLedger(1 + ENDINGS.length);
  Atomics.store(ledger, RUNNING, 1);
  const failure = Promise.withResolvers<never>();
  const crew = ENDINGS.map((ending, i) => {
    const lock = `${name} ${i + 1}`;
    const task = { handle: heap.handle, ledger, place: i + 1, seed: SEED + i + 1, steps: STEPS_EACH, lock, ending };
    return new Member(task, failure.reject);
  });
  const program = new Program(heap, ledger, 0, SEED);
  const check = (what: string, ok: boolean, found: string): void => {
    checks.push({ name: `${name}: ${what}`, ok, found });
  };
  try {
    const all = Promise.all([conduct({ heap, ledger, crew, program, grows }, check), play(program, ledger)]);
    await Promise.race([all, failure.promise]);
    settle(heap, ledger, check);
  } catch (error) {
    check('nothing is thrown', false, String(error instanceof Error ? error.stack : error));
    Atomics.store(ledger, RUNNING, 0);
    for (const member of crew) member.terminate();
  }
  return checks;
}

interface Cast {
  readonly heap: SharedHeap;
  readonly ledger: Int32Array;
  readonly crew: readonly Member[];
  readonly program: Program;
  readonly grows: boolean;
}

type Checker = (what: string, ok: boolean, found: string) => void;

/** The program of the page, as long as Workers run. */
async function play(program: Program, ledger: Int32Array): Promise<void> {
  while (Atomics.load(ledger, RUNNING) === 1) {
    for (let i = 0; i < STEPS_AT_ONCE; i++) program.step();
    await turn();
  }
  program.empty();
}

/** What happens to the Workers. */
async function conduct({ heap, ledger, crew, program, grows }: Cast, check: Checker): Promise<void> {
  const [detaching, staying, victim] = crew as [Member, Member, Member];
  const steps = (place: number): number => Atomics.load(placeOf(ledger, place), STEPS);
  const othersReach = async (goals: readonly number[]): Promise<void> => {
    while (goals.some((goal, i) => steps(i + 1) < goal)) await turn();
  };
  const attached = (): string => heap.stats().threads.attached.join();
  const bytesBefore = heap.buffer.byteLength;
  const threads = await Promise.all(crew.map((member) => member.attached));
  const [, stayingThread, victimThread] = threads as [number, number, number];
  check('three Workers attach', attached() === [heap.threadId, ...threads.toSorted()].join(), `threads ${attached()}`);

  while (steps(VICTIM) < STEPS_BEFORE_END) await turn();
  const asked = steps(VICTIM);
  const start = performance.now();
  await victim.terminate();
  const last = steps(VICTIM);
  const end = `its lock was free ${Math.round(performance.now() - start)} ms later, after ${numbers(last)} steps`;
  await othersReach([steps(1) + STEPS_AFTER_REAP, steps(2) + STEPS_AFTER_REAP]);
  check('one is terminated in mid-work', steps(VICTIM) === last, `after ${numbers(asked)} steps; ${end}`);
  const reaped = [heap.reap(victimThread), heap.reap(victimThread)].join(', ');
  await othersReach([steps(1) + STEPS_AFTER_REAP, steps(2) + STEPS_AFTER_REAP]);
  const without = [heap.threadId, ...threads.filter((thread) => thread !== victimThread).toSorted()].join();
  const reapedOnce = reaped === 'true, false' && attached() === without;
  check('it is reaped, once, while the others work', reapedOnce, `reap: ${reaped}, threads ${attached()}`);

  await othersReach([STEPS_EACH, STEPS_EACH]);
  Atomics.store(ledger, RUNNING, 0);
  const done = await Promise.all([detaching.done, staying.done]);
  const made = [steps(1), steps(2)];
  const worked = made.every((count) => count >= STEPS_EACH);
  check('two end their work, content right', worked, `${numbers(...made)} steps, the page ${numbers(steps(0))}`);
  const tallies = [program, ...done].map(({ tally }) => tally);
  const foreign = tallies.map((tally) => tally.foreign);
  const enough = foreign.every((count) => count >= LEAST_FOREIGN);
  check('blocks of others are freed', enough, `${numbers(...foreign)} by the page and the two`);
  const mallocs = tallies.reduce((sum, tally) => sum + tally.mallocs, 0);
  const refused = tallies.reduce((sum, tally) => sum + tally.refused, 0);
  const served = refused <= MOST_REFUSED * mallocs;
  check('most mallocs are served', served, `${numbers(refused)} of ${numbers(mallocs)} found memory exhausted`);
  if (grows) {
    const grown = done.map((worker) => worker.grown);
    const bytes = heap.buffer.byteLength;
    const found = `${numbers(bytesBefore)} to ${numbers(bytes)} bytes, by the two ${grown.join(' and ')} times`;
    check('Workers grow the memory', bytes > bytesBefore && grown.some((times) => times > 0), found);
  }

  await detaching.ended;
  check('one has detached', attached() === [heap.threadId, stayingThread].join(), `threads ${attached()}`);
  await staying.terminate();
  const alone = heap.reap(stayingThread) && attached() === String(heap.threadId);
  check('one that stayed attached is reaped', alone, `threads ${attached()}`);
}

/** What must hold when only the page is left, and when it has given back all blocks. */
function settle(heap: Heap, ledger: Int32Array, check: Checker): void {
  const problems = (): string =>
    heap
      .verify()
      .problems.slice(0, 3)
      .map(({ box, message }) => `${box}: ${message}`)
      .join('; ');
  check('verify is ok', heap.verify().ok, problems() || 'no problems');
  const { mail, left, strays, mostStrays, wrong } = accountsOf(heap, ledger, VICTIM);
  const dead = `${left.length} in the list of the terminated Worker, ${strays.length} only it can know (at most ${mostStrays})`;
  const exact = wrong.length === 0 && strays.length <= mostStrays;
  check('the live blocks are those of the ledger', exact, `${mail.length} in the mail, ${dead}, ${wrong.length} lost`);
  const content = new Content(heap);
  for (const address of [...mail, ...left]) content.check(address);
  for (const address of [...mail, ...left, ...strays]) heap.free(address);
  heap.collect({ force: true });
  const { bytes, blocks } = heap.stats();
  check(
    'nothing is live at the end',
    bytes.live === 0 && blocks.live === 0,
    `${bytes.live} bytes, ${blocks.live} blocks`,
  );
  const kept = bytes.capacity - bytes.free - bytes.reserved - bytes.uncommitted;
  check(
    'all memory is free at the end',
    kept === 0,
    `${numbers(kept)} bytes are in SuperSlabs in use, ${numbers(bytes.room)} in slabs`,
  );
  check('verify is ok at the end', heap.verify().ok, problems() || 'no problems');
  heap.destroy();
}

/** Lets the page do its other tasks. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function numbers(...values: number[]): string {
  return values.map((value) => value.toLocaleString('en')).join(' and ');
}
