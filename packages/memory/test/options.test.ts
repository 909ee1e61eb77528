// Proves that bad options and arguments are refused at once, each with an error that names the option, the value and what
// would be right, and that the ends of every range are accepted.

import { type AddressSpace, ArgumentError, MAX_BYTES, OptionError, PAGE_BYTES } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { localMemory, sharedMemory, type WasmMemoryOptions, wasmMemory } from '../src/index.js';

const SIZE = 10 * PAGE_BYTES;

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

const notIntegers: readonly [value: unknown, shown: string][] = [
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [200_000.5, '200000.5'],
  ['131072', '"131072"'],
  [{}, 'an object (Object)'],
];

describe.each([
  { name: 'sharedMemory', make: sharedMemory },
  { name: 'localMemory', make: localMemory },
])('$name', ({ make }) => {
  const refused: readonly [value: unknown, shown: string][] = [
    [2 * PAGE_BYTES - 1, '131071'],
    [null, 'null'],
    [0, '0'],
    [-PAGE_BYTES, '-65536'],
    [MAX_BYTES + 1, '4294967297'],
    ...notIntegers,
  ];

  test.each(refused)('refuses maxBytes %o', (value, shown) => {
    const error = thrownBy(() => make({ maxBytes: value as number }));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({
      code: 'HAKMEM_OPTION',
      argument: 'maxBytes',
      message: `maxBytes is ${shown}; expected an integer from 131072 to 4294967296`,
    });
  });

  test('takes undefined for the default', () => {
    expect(make({ maxBytes: undefined }).pageLimit).toBe(16_384);
  });
});

describe('wasmMemory', () => {
  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [new ArrayBuffer(PAGE_BYTES), 'an object (ArrayBuffer)'],
    [{ buffer: new ArrayBuffer(PAGE_BYTES), grow: () => 0 }, 'an object (Object)'],
  ])('refuses a memory that is none (%#)', (value, shown) => {
    const error = thrownBy(() => wasmMemory(value as unknown as WebAssembly.Memory));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).not.toBeInstanceOf(OptionError);
    expect(error).toMatchObject({
      code: 'HAKMEM_ARGUMENT',
      argument: 'memory',
      message: `memory is ${shown}; expected a WebAssembly.Memory`,
    });
  });

  const refused: readonly [options: Record<string, unknown>, name: string, low: number, high: number][] = [
    [{ start: -1 }, 'start', 0, MAX_BYTES - PAGE_BYTES],
    [{ start: MAX_BYTES + 1 }, 'start', 0, MAX_BYTES - PAGE_BYTES],
    [{ start: SIZE + 1, end: SIZE }, 'start', 0, SIZE - PAGE_BYTES],
    [{ end: SIZE + 1 }, 'end', 2 * PAGE_BYTES, SIZE],
    [{ end: 2 * PAGE_BYTES - 1 }, 'end', 2 * PAGE_BYTES, SIZE],
    [{ start: 3 * PAGE_BYTES + 1, end: 4 * PAGE_BYTES }, 'end', 5 * PAGE_BYTES, SIZE],
    [{ start: 4 * PAGE_BYTES, end: 3 * PAGE_BYTES }, 'end', 5 * PAGE_BYTES, SIZE],
    [{ maxBytes: 2 * PAGE_BYTES - 1 }, 'maxBytes', 2 * PAGE_BYTES, MAX_BYTES],
    [{ maxBytes: MAX_BYTES + 1 }, 'maxBytes', 2 * PAGE_BYTES, MAX_BYTES],
    [{ start: 7 * PAGE_BYTES, maxBytes: 8 * PAGE_BYTES - 1 }, 'maxBytes', 8 * PAGE_BYTES, MAX_BYTES],
    ...notIntegers.flatMap(([value]): [Record<string, unknown>, string, number, number][] => [
      [{ start: value }, 'start', 0, MAX_BYTES - PAGE_BYTES],
      [{ end: value }, 'end', 2 * PAGE_BYTES, SIZE],
      [{ maxBytes: value }, 'maxBytes', 2 * PAGE_BYTES, MAX_BYTES],
    ]),
  ];

  test.each(refused)('refuses %o', (options, name, low, high) => {
    const error = thrownBy(() => wasmMemory(new WebAssembly.Memory({ initial: 10 }), options as WasmMemoryOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ code: 'HAKMEM_OPTION', argument: name, value: options[name] });
    expect((error as Error).message).toContain(`an integer from ${low} to ${high}`);
  });

  test('a region needs a memory that has room for one, and no maxBytes', () => {
    const small = new WebAssembly.Memory({ initial: 1 });
    expect(() => wasmMemory(small, { end: PAGE_BYTES })).toThrow(
      /^memory is "65536 bytes"; expected at least 131072 bytes/,
    );
    const memory = new WebAssembly.Memory({ initial: 10 });
    expect(() => wasmMemory(memory, { end: SIZE, maxBytes: SIZE })).toThrow(
      /^maxBytes is 655360; expected no maxBytes where/,
    );
  });

  test.each([true, false])('shared: %o is said of a memory that is, and of no other', (shared) => {
    const make = (options: WasmMemoryOptions): AddressSpace =>
      wasmMemory(new WebAssembly.Memory({ initial: 2, maximum: 4, shared }), options);
    expect(make({ shared }).capabilities).toEqual(make({}).capabilities);
    const error = thrownBy(() => make({ shared: !shared }));
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toBe(`shared is ${!shared}; expected ${shared}: that is what the memory is`);
  });

  test('takes the ends of every range', () => {
    const make = (options: WasmMemoryOptions): unknown => wasmMemory(new WebAssembly.Memory({ initial: 10 }), options);
    expect(make({ start: 0, end: SIZE })).toMatchObject({ firstPage: 1, pageLimit: 10 });
    expect(make({ end: 2 * PAGE_BYTES })).toMatchObject({ firstPage: 1, pageLimit: 2 });
    expect(make({ start: SIZE - PAGE_BYTES, end: SIZE })).toMatchObject({ firstPage: 9, pageLimit: 10 });
    expect(make({ maxBytes: 2 * PAGE_BYTES })).toMatchObject({ pageLimit: 2 });
    expect(make({ maxBytes: MAX_BYTES, start: MAX_BYTES - PAGE_BYTES })).toMatchObject({ firstPage: 65_535 });
    expect(make({ start: undefined, end: undefined, maxBytes: undefined })).toMatchObject({ pageLimit: 65_536 });
  });
});
