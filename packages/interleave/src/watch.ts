/**
 * A watched array: a Proxy for which each plain read and write of an element is a step, too.
 *
 *   watched[i]             a step `read`           watched[i] = x       a step `write`
 *   for…of, indexOf, …     one `read` per element  fill, set, sort, …   one `write` of all elements that may change
 *   slice, map, filter, …  one `read` of all, then at work on the copy
 *
 * Outside of a run it passes everything on. A Proxy is no view: it cannot be cloned, and ArrayBuffer.isView says false.
 */

import { OPS } from './board.ts';
import type { Element, Gate } from './gate.ts';
import type { AnyTypedArray } from './places.ts';

type Elements = { [index: number]: Element };
type Method = (...args: unknown[]) => unknown;

const READ = OPS.indexOf('read');
const WRITE = OPS.indexOf('write');

/** Those that change elements, in one step. */
const WRITING = new Set(['fill', 'copyWithin', 'set', 'sort', 'reverse']);
/** Those that go from element to element, and give no array back: Array.prototype has them for anything with a length. */
const STEPPING = new Set<PropertyKey>([
  ...[
    'at',
    'every',
    'find',
    'findIndex',
    'findLast',
    'findLastIndex',
    'forEach',
    'includes',
    'indexOf',
    'join',
    'some',
  ],
  ...['lastIndexOf', 'reduce', 'reduceRight', 'keys', 'values', 'entries', Symbol.iterator],
]);

/** @internal Makes watched arrays for the thread behind the gate. */
export function watcher(gate: Gate): <T extends AnyTypedArray>(array: T) => T {
  function watch<T extends AnyTypedArray>(given: T): T {
    const array = gate.bare(given);
    const elements = array as unknown as Elements;

    const proxy = new Proxy(array, {
      get(_, key) {
        const index = indexOf(key);
        if (index === -1) return member(key);
        if (!gate.active || index >= array.length) return elements[index];
        gate.enter(READ, array, index, 1);
        const value = elements[index];
        gate.leave(value, value);
        return value;
      },
      set(_, key, value) {
        const index = indexOf(key);
        if (index === -1) return Reflect.set(array, key, value, array);
        if (!gate.active || index >= array.length) elements[index] = value;
        else {
          gate.enter(WRITE, array, index, 1);
          const before = elements[index];
          elements[index] = value;
          gate.leave(before, elements[index]);
        }
        return true;
      },
    });
    gate.disguise(proxy, array);
    return proxy;

    function member(key: PropertyKey): unknown {
      const value = Reflect.get(array, key, array);
      if (typeof value !== 'function' || key === 'constructor') return value;
      if (key === 'subarray') return (...args: unknown[]) => watch(Reflect.apply(value, array, args));
      if (!gate.active)
        return (...args: unknown[]) =>
          Reflect.apply(
            value,
            array,
            args.map((arg) => gate.bare(arg)),
          );
      if (STEPPING.has(key)) return (Array.prototype as unknown as Record<PropertyKey, Method>)[key].bind(proxy);
      return (...args: unknown[]) => {
        const writes = WRITING.has(key as string);
        gate.enter(writes ? WRITE : READ, array, 0, array.length);
        gate.changed(writes);
        const answer = Reflect.apply(
          value,
          writes ? array : array.slice(),
          args.map((arg) => gate.bare(arg)),
        );
        return answer === array ? proxy : answer;
      };
    }
  }
  return watch;
}

/** The index that the key of a property is, or -1. */
function indexOf(key: PropertyKey): number {
  if (typeof key !== 'string') return -1;
  const first = key.charCodeAt(0);
  if (first < 48 || first > 57) return -1;
  const index = Number(key);
  return String(index) === key ? index : -1;
}
