/**
 * The trace: what the steps of a run did, read from the board, and printed with a column for each thread.
 */

import {
  type Board,
  BUFFER,
  BYTE,
  CANDIDATES,
  CHOICE,
  END,
  EVENT_WORDS,
  EVENTS,
  Kind,
  LENGTH,
  OP,
  OPS,
  type Op,
} from './board.ts';
import { nameOf, placesOf } from './places.ts';

/** One step, or the end of a thread. */
export interface Step {
  readonly thread: number;
  readonly op: Op | 'ended';
  /** The path of the array in the state, such as `words` or `queue.slots`; `local` for one that is not in the state. */
  readonly array: string;
  /** The index of the element in it; the first, when there are several. */
  readonly index: number;
  /** Number of elements; more than 1 for methods of watched arrays. */
  readonly length: number;
  /** The value before and after the step; absent where several elements, or none, were concerned. */
  readonly before?: number | bigint;
  readonly after?: number | bigint;
}

/** @internal The choices of the run that the board holds. */
export function choicesOf({ words, events }: Board): number[] {
  const choices: number[] = [];
  for (let event = 0; event < words[EVENTS]; event++) choices.push(events[EVENT_WORDS * event + CHOICE]);
  return choices;
}

/** @internal The threads among which each choice was made, one bit each; 0 for an end. */
export function candidatesOf({ events }: Board, event: number): number {
  return events[EVENT_WORDS * event + CANDIDATES];
}

/** @internal 52 bits of the choices of the run that the board holds. */
export function hashOf({ words, events }: Board): number {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let event = 0; event < words[EVENTS]; event++) {
    const choice = events[EVENT_WORDS * event + CHOICE];
    low = Math.imul(low ^ choice, 0x01000193);
    high = Math.imul(high ^ (choice + event), 0x85ebca6b) ^ (high >>> 13);
  }
  return (low >>> 0) + (high & 0xfffff) * 2 ** 32;
}

/** @internal The trace of the run that the board holds. */
export function traceOf(board: Board, state: unknown): Step[] {
  const { words, events, values, bigs } = board;
  const places = placesOf(state);
  const steps: Step[] = [];
  for (let event = 0; event < words[EVENTS]; event++) {
    const record = EVENT_WORDS * event;
    const choice = events[record + CHOICE];
    const word = events[record + OP];
    const thread = choice & ~END;
    if (choice & END) {
      steps.push({ thread, op: 'ended', array: '', index: 0, length: 0 });
      continue;
    }
    const name = nameOf(places, events[record + BUFFER], events[record + BYTE] >>> 0, word >> 16);
    const step = { thread, op: OPS[word & 0xff], ...name, length: events[record + LENGTH] };
    const kind = (word >> 8) & 0xff;
    if (kind === Kind.NONE) steps.push(step);
    else if (kind === Kind.DOUBLE) steps.push({ ...step, before: values[2 * event], after: values[2 * event + 1] });
    else {
      const [before, after] = [bigs[2 * event], bigs[2 * event + 1]];
      if (kind === Kind.INT64) steps.push({ ...step, before, after });
      else steps.push({ ...step, before: BigInt.asUintN(64, before), after: BigInt.asUintN(64, after) });
    }
  }
  return steps;
}

/**
 * A trace as lines of text: the number of the step and, in the column of its thread, what it did, such as
 * `add words[3] 0 → 1`. Takes a run or a failure.
 */
export function formatTrace(run: { readonly trace: readonly Step[]; readonly threads: readonly string[] }): string {
  const cells = run.trace.map(describeStep);
  const widths = run.threads.map((name, thread) =>
    Math.max(name.length, ...cells.filter((_, i) => run.trace[i].thread === thread).map((cell) => cell.length)),
  );
  const digits = String(run.trace.length).length;
  const line = (start: string, columns: readonly string[]): string =>
    [start.padStart(digits), ...columns.map((text, i) => text.padEnd(widths[i]))].join('  ').trimEnd();
  const rows = run.trace.map(({ thread }, i) =>
    line(
      String(i),
      run.threads.map((_, t) => (t === thread ? cells[i] : '')),
    ),
  );
  return [line('', run.threads), ...rows].join('\n');
}

function describeStep({ op, array, index, length, before, after }: Step): string {
  if (op === 'ended') return 'ended';
  const place = length > 1 ? `${array}[${index}…${index + length - 1}]` : `${array}[${index}]`;
  if (before === undefined) return `${op} ${place}`;
  return Object.is(before, after) ? `${op} ${place} ${before}` : `${op} ${place} ${before} → ${after}`;
}
