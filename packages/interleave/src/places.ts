/**
 * Names for shared memory. A SharedArrayBuffer is another object in every Worker, and what a step did to `words[3]` should be
 * printed so. Both follow from the state: structured clones have the same shape everywhere, so a walk over the state meets
 * the same buffers and views in the same order, by the same paths.
 */

/** Any typed array. */
export type AnyTypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** @internal A view of shared memory that lies in the state. */
export interface Place {
  readonly path: string;
  readonly buffer: number;
  readonly from: number;
  readonly bytes: number;
  /** Bytes of an element; 0 for a buffer. */
  readonly element: number;
}

/** @internal The shared buffers of the state, numbered in the order of the walk. */
export function sharedBuffers(state: unknown): Map<ArrayBufferLike, number> {
  const numbers = new Map<ArrayBufferLike, number>();
  walk(state, '', new Set(), (_, buffer) => {
    if (!numbers.has(buffer)) numbers.set(buffer, numbers.size);
  });
  return numbers;
}

/** @internal What can name a place in shared memory. */
export function placesOf(state: unknown): Place[] {
  const numbers = sharedBuffers(state);
  const places: Place[] = [];
  walk(state, '', new Set(), (path, shared, view) => {
    const buffer = numbers.get(shared)!;
    const element = view !== undefined && 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 0;
    places.push({ path, buffer, from: view?.byteOffset ?? 0, bytes: (view ?? shared).byteLength, element });
  });
  return places;
}

/** @internal The name of the array and the index in it, for an element of `element` bytes. */
export function nameOf(
  places: Place[],
  buffer: number,
  byte: number,
  element: number,
): { array: string; index: number } {
  const inside = places.filter((p) => p.buffer === buffer && p.from <= byte && byte < p.from + p.bytes);
  const same = inside.filter((p) => p.element === element && (byte - p.from) % element === 0);
  const narrow = same.sort((a, b) => a.bytes - b.bytes)[0];
  if (narrow !== undefined) return { array: narrow.path, index: (byte - narrow.from) / element };
  const [any] = places.filter((p) => p.buffer === buffer);
  const path = any === undefined ? 'local' : any.element === 0 ? any.path : `${any.path}.buffer`;
  return { array: `${path} by ${element}`, index: byte / element };
}

type Visit = (path: string, buffer: SharedArrayBuffer, view?: ArrayBufferView) => void;

function walk(value: unknown, path: string, seen: Set<object>, visit: Visit): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof SharedArrayBuffer) visit(path || 'state', value);
  else if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof SharedArrayBuffer) visit(path || 'state', value.buffer, value);
  } else if (value instanceof WebAssembly.Memory) walk(value.buffer, path, seen, visit);
  else if (value instanceof Map) {
    for (const [key, item] of value) walk(item, join(path, key), seen, visit);
  } else {
    const items = value instanceof Set || Array.isArray(value) ? [...value].entries() : Object.entries(value);
    for (const [key, item] of items) walk(item, join(path, key), seen, visit);
  }
}

function join(path: string, key: unknown): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}
