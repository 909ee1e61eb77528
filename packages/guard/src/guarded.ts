/** Builds a chain of layers around a heap, and says at its end what was found. */

import { ArgumentError, OptionError } from '@hakmem/contracts';
import type { EndReport } from './ending.js';
import { Guard } from './guard.js';
import type { GuardableHeap } from './heap.js';
import { formatLeaks } from './leaks.js';
import type { Ground, Layer, Link, RetireCall, TakeCall } from './link.js';
import { Memory } from './memory.js';
import { poison } from './poison.js';
import { quarantine } from './quarantine.js';
import { redzones } from './redzones.js';
import { Root } from './root.js';
import { sites } from './sites.js';

/** Options of {@link guarded} and {@link guard}. */
export interface GuardOptions {
  /** Receives the report when the heap ends for this thread (default: it is written to `log` when there is something). */
  readonly report?: ((report: EndReport) => void) | undefined;
  /** Receives the text of the report (default: the error console). */
  readonly log?: ((text: string) => void) | undefined;
}

/** What a guard passes on to the heap as it is, where the heap has it. */
const PASSED: readonly PassedOn[] = [
  'capabilities',
  'threadId',
  'handle',
  'stats',
  'verify',
  'collect',
  'reap',
  'watch',
];

/** The names of what a guard passes on. */
export type PassedOn = 'capabilities' | 'threadId' | 'handle' | 'stats' | 'verify' | 'collect' | 'reap' | 'watch';

/** A guard of a heap: the guard's verbs, and of the heap's others those that it has. A missing capability is a missing method. */
export type Guarded<H extends GuardableHeap> = Guard &
  Pick<H, Extract<keyof H, PassedOn | 'detach'>> & {
    /** The heap itself. What is made past the guard, the guard takes for damaged. */
    readonly heap: H;
  };

/**
 * Puts layers around a heap. The list begins beside the heap: `[redzones(), poison(), sites(), quarantine()]`. An empty list
 * is a heap like before. Guard a heap before its first malloc, in every thread that uses it. Throws an OptionError when a layer is
 * in the list twice or in a place where it cannot be.
 */
export function guarded<H extends GuardableHeap>(
  heap: H,
  layers: readonly Layer[],
  options: GuardOptions = {},
): Guarded<H> {
  checkHeap(heap);
  checkLayers(layers);
  const { log = (text: string) => console.error(text) } = options;
  const { report = (end: EndReport) => logEnd(end, log) } = options;
  const memory = new Memory(heap);
  const ground = {
    heap,
    memory,
    thread: heap.threadId ?? 0,
    top: new Root(heap, memory) as Link,
    entry: (call: TakeCall | RetireCall): unknown => Guard.prototype[call],
  } satisfies Ground;
  for (const layer of layers) ground.top = layer.build(ground, ground.top);
  const guard = new Guard(ground, report);
  return passOn(guard, heap) as Guarded<H>;
}

/** Every layer with its defaults: redzones of 16 bytes, poison also in fresh blocks, every site, a quarantine of 1 MiB. */
export function guard<H extends GuardableHeap>(heap: H, options: GuardOptions = {}): Guarded<H> {
  return guarded(heap, [redzones(), poison({ fresh: 0xcd }), sites(), quarantine()], options);
}

/** Gives the guard what it passes on: getters, so that what the heap throws is thrown when it is asked. */
function passOn<H extends GuardableHeap>(guard: Guard, heap: H): Guard {
  const host = heap as unknown as Record<string, unknown>;
  Object.defineProperty(guard, 'heap', { value: heap });
  for (const name of PASSED) {
    if (!(name in heap)) continue;
    const get = (): unknown => {
      const value = host[name];
      return typeof value === 'function' ? value.bind(heap) : value;
    };
    Object.defineProperty(guard, name, { get });
  }
  if (typeof heap.detach === 'function') {
    const value = (): void => {
      guard.leave();
      heap.detach?.();
    };
    Object.defineProperty(guard, 'detach', { value });
  }
  return guard;
}

function checkHeap(heap: GuardableHeap): void {
  const verbs = ['malloc', 'alignedAlloc', 'free', 'usableSize', 'view', 'walk', 'destroy'] as const;
  const missing = verbs.filter((verb) => typeof heap?.[verb] !== 'function');
  if (missing.length > 0) throw new ArgumentError('heap', heap, `a heap; it lacks ${missing.join(', ')}`);
}

function checkLayers(layers: readonly Layer[]): void {
  const names = layers.map((layer) => layer.name);
  layers.forEach(({ name, place }, i) => {
    if (names.indexOf(name) !== i) throw new OptionError('layers', names.join(', '), `${name} in the list once`);
    if (place === 'first' && i > 0) throw new OptionError('layers', names.join(', '), `${name} first, beside the heap`);
    if (place === 'last' && i < names.length - 1)
      throw new OptionError('layers', names.join(', '), `${name} last, nearest to the user`);
  });
}

function logEnd({ leaks, faults }: EndReport, log: (text: string) => void): void {
  for (const fault of faults) log(`[GUARD] ${fault.message}`);
  if (leaks !== null && leaks.blocks > 0) log(`[GUARD] ${formatLeaks(leaks)}`);
}
