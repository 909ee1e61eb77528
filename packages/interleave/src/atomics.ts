/**
 * What a Worker puts in the place of the global `Atomics`: the same operations, each of them through the gate. Outside of a run
 * they just pass. An operation that the real one refuses is refused before there is a step.
 */

import { OPS, type Op } from './board.ts';
import { UnsupportedError } from './errors.ts';
import type { Element, Gate, Words } from './gate.ts';
import type { AnyTypedArray } from './places.ts';

type Operation = (array: AnyTypedArray, index: number, ...operands: Element[]) => Element;

const STORE = OPS.indexOf('store');

/** @internal The object that takes the place of the global `Atomics`, over the real one. */
export function gatedAtomics(gate: Gate, real: typeof Atomics): typeof Atomics {
  const operations = real as unknown as Record<string, Operation>;
  const gated: Record<PropertyKey, unknown> = { [Symbol.toStringTag]: 'Atomics' };
  for (const name of Object.getOwnPropertyNames(real)) gated[name] = operations[name];

  for (const name of ['load', 'add', 'sub', 'and', 'or', 'xor', 'exchange', 'compareExchange', 'store'] as const) {
    const op = OPS.indexOf(name satisfies Op);
    const operation = operations[name];
    gated[name] = (given: AnyTypedArray, index: number, ...operands: Element[]): Element => {
      const array = gate.bare(given);
      if (!gate.active) return operation(array, index, ...operands);
      // What the real operation refuses is refused here, before there is a step.
      operations.load(array, index);
      gate.enter(op, array, Number(index), 1);
      const old = op === STORE ? operations.load(array, index) : 0;
      const answer = operation(array, index, ...operands);
      gate.leave(op === STORE ? old : answer, operations.load(array, index));
      return answer;
    };
  }

  gated.wait = (given: Words, index: number, value: Element, timeout = Infinity) => {
    const array = gate.bare(given);
    const shared = array?.buffer instanceof SharedArrayBuffer;
    const valid = shared && (array instanceof Int32Array || array instanceof BigInt64Array);
    // The real one throws what there is to throw.
    if (!gate.active || !valid) return real.wait(array as Int32Array, index, value as number, timeout);
    operations.load(array, index);
    return gate.wait(
      array,
      Number(index),
      typeof value === 'bigint' ? BigInt.asIntN(64, value) : value | 0,
      Number(timeout),
    );
  };

  gated.notify = (given: Words, index: number, count = Infinity) => {
    const array = gate.bare(given);
    const shared = array?.buffer instanceof SharedArrayBuffer;
    if (!gate.active || !shared) return real.notify(array as Int32Array, index, count);
    operations.load(array, index);
    return gate.notify(array, Number(index), Number(count));
  };

  gated.waitAsync = () => {
    throw new UnsupportedError('Atomics.waitAsync cannot be a step, since run is synchronous; expected Atomics.wait');
  };
  return gated as unknown as typeof Atomics;
}
