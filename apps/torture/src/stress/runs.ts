/** The stress runs: many Workers that come and go, Workers that are killed, and memory that must not grow. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Field } from './field.ts';

/** What a run did, in a line, and what did not hold. */
export interface Result {
  readonly line: string;
  readonly faults: readonly string[];
}

const MIB = 2 ** 20;
const PLACES = 16;

/** Sixteen Workers, all sizes, 30 % of the frees by others, all the time some that come and some that go. */
export async function stress(seconds: number, seed: number): Promise<Result> {
  const field = await Field.make(PLACES, 1_024 * MIB);
  const end = performance.now() + seconds * 1_000;
  const faults: string[] = [];
  let generation = seed;
  const keep = async (place: number): Promise<void> => {
    while (performance.now() < end && faults.length === 0) {
      const born = ++generation;
      const milliseconds = Math.min(200 + ((born * 7_919) % 3_000), Math.max(50, end - performance.now()));
      const quits = born % 3 === 0;
      const worker = await field.start(place, { seed: born, remote: 30, milliseconds, quits });
      await field.ended(worker, place);
    }
  };
  await Promise.all(Array.from({ length: PLACES }, (_, place) => keep(place)));
  faults.push(...field.faults());
  const { stages, threads, superSlabs } = field.heap.stats();
  const line = `${field.started} Workers in ${seconds} s, ${field.died} ended without detaching; ${describe(stages, superSlabs.retries)}; ${threads.told} times told`;
  faults.push(...tooManyRetries(stages, superSlabs.retries), ...field.clear());
  return { line, faults };
}

/** Workers that are terminated at random moments of heavy use; each time a number of them are dead, all others stand still and the heap is checked. */
export async function kills(count: number, seed: number): Promise<Result> {
  const together = 4;
  const every = Math.max(20, Math.floor(count / 20));
  const field = await Field.make(together, 512 * MIB);
  const faults: string[] = [];
  let generation = seed;
  let next = every;
  while (field.died < count && faults.length === 0) {
    const keep = async (place: number): Promise<void> => {
      while (field.died < next && faults.length === 0) {
        const born = ++generation;
        const worker = await field.start(place, { seed: born, remote: 30, milliseconds: 60_000, quits: true });
        await sleep((born * 7_919) % 23);
        await worker.terminate();
        await field.ended(worker, place);
      }
    };
    await Promise.all(Array.from({ length: together }, (_, place) => keep(place)));
    faults.push(...field.faults());
    next += every;
  }
  const { stages, superSlabs } = field.heap.stats();
  const line = `${field.died} Workers killed, ${field.diedInMalloc} of them in a malloc; ${describe(stages, superSlabs.retries)}`;
  faults.push(...field.clear());
  return { line, faults };
}

type Stages = Awaited<ReturnType<Field['heap']['stats']>>['stages'];

function describe(stages: Stages, grow: number): string {
  const { retries, adopted, abandoned } = stages;
  return `${abandoned} slabs abandoned, ${adopted} adopted; claims lost: slots ${retries.slot} of ${claims(stages)}, runs ${retries.run} of ${stages.runs}, adoptions ${retries.adopt} of ${adopted}, growth ${grow}`;
}

function claims({ reuse, unused, fresh }: Stages): number {
  return reuse + unused + fresh;
}

const MOST_RETRIES = 0.05;

function tooManyRetries(stages: Stages, grow: number): string[] {
  const { retries, runs, adopted } = stages;
  const all = claims(stages) + runs + adopted;
  const lost = retries.slot + retries.run + retries.adopt + grow;
  return lost > MOST_RETRIES * all ? [`${lost} of ${all} claims were lost, more than 5 %`] : [];
}
