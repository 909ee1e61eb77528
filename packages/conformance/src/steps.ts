/**
 * The shared records as one thread sees them, with a stop before each access: a case lets another thread do something there, or
 * ends the thread. An atomic operation is one access, and nothing comes between its reading and its writing. Reads of live
 * bytes are no accesses: a count of blocks makes thousands. In one process and one thread, so that every run is the same.
 */

import { type AtomicOps, type Cells, PLAIN, type Records } from '@hakmem/contracts';

/** What a thread is about to do. */
export type Access = 'read' | 'write';
/** Called before each access. */
export type OnAccess = (access: Access) => void;

/** Thrown to end a thread where it stands. */
export class Stop extends Error {}

/** The records, calling `onAccess` before each access to words, and before each write of a live byte. */
export function watched(records: Records, onAccess: OnAccess): Records {
  const watch = <C extends Cells>(cells: C, reads: boolean): C =>
    new Proxy(cells, {
      get(target, key) {
        if (reads) onAccess('read');
        const value: unknown = Reflect.get(target, key, target);
        // A method works on all of its elements at once: one access.
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set(target, key, value) {
        onAccess('write');
        return Reflect.set(target, key, value, target);
      },
    });
  const words = watch(records.words, true);
  const live = watch(records.live, false);
  const raw = (cells: Cells): Cells => (cells === words ? records.words : cells === live ? records.live : cells);
  const write =
    (name: 'store' | 'exchange' | 'add' | 'and' | 'or') =>
    (cells: Cells, index: number, value: number): number => {
      onAccess('write');
      return PLAIN[name](raw(cells), index, value);
    };
  const atomics: AtomicOps = {
    load(cells, index) {
      onAccess('read');
      return PLAIN.load(raw(cells), index);
    },
    store: write('store'),
    exchange: write('exchange'),
    compareExchange(cells, index, expected, value) {
      onAccess('write');
      return PLAIN.compareExchange(raw(cells), index, expected, value);
    },
    add: write('add'),
    and: write('and'),
    or: write('or'),
  };
  return { ...records, words, live, atomics };
}

/** Calls `act` once, before access number `at` (from 0 on); `done` says whether that many came. */
export function once(at: number, act: () => void): { readonly onAccess: OnAccess; readonly done: () => boolean } {
  let left = at;
  return {
    onAccess: () => {
      if (left-- === 0) act();
    },
    done: () => left < 0,
  };
}

/** Ends the thread after `writes` writes. */
export function stopAfter(writes: number): OnAccess {
  let left = writes;
  return (access) => {
    if (access === 'write' && left-- === 0) throw new Stop(`after ${writes} writes`);
  };
}

/** Does it, and says whether it came to its end. */
export function survives(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof Stop) return false;
    throw error;
  }
}
