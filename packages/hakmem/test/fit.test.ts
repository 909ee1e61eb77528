/**
 * The rules of src/fit.ts at run time, for programs in JavaScript and for boxes whose types say too little: every rule and every
 * message. Parts are given as `never`, for the compiler knows the same rules (fit.types.test.ts).
 */

import { type AddressSpace, type BlockCache, CAPABILITY_METHODS, type Front, TINY_MAX_BYTES } from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { poolTls } from '@hakmem/pool-tls';
import { remoteQueue } from '@hakmem/remote-queue';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import { describe, expect, it } from 'vitest';
import { CompositionError, compose, localMemory, OptionError, SharedHeap, sharedMemory } from '../src/index.ts';
import { expectEmpties, MIB } from './support.ts';

const memory = (): AddressSpace => sharedMemory({ maxBytes: 4 * MIB });
const local = (): AddressSpace => localMemory({ maxBytes: 4 * MIB });

const RECIPES = {
  registry: superRegistry(),
  pool: sharedPool(),
  large: largeBlocks(),
  warm: warmPool(),
  remote: remoteQueue(),
  cache: unifiedCache(),
  front: tinyFront(),
  mid: poolTls(),
};
type Role = keyof typeof RECIPES;
const ROLES = Object.keys(RECIPES) as Role[];

/** Composes what its types would refuse. */
function composed(parts: object): SharedHeap {
  return compose({ memory: memory(), ...parts } as never) as SharedHeap;
}

type Thrown = typeof CompositionError | typeof OptionError;

/** Expects that the parts do not fit, with this message. */
function refuses(parts: object, message: string | RegExp, error: Thrown = CompositionError): void {
  const call = (): unknown => composed(parts);
  expect(call).toThrow(error);
  expect(call).toThrow(message);
}

/** The standard recipe of a role with other capabilities. */
function able(role: Role, capabilities: object): object {
  return { [role]: { ...RECIPES[role], capabilities: { ...RECIPES[role].capabilities, ...capabilities } } };
}

describe('memory', () => {
  it.each(['bytes', 'commit', 'control'])('has %s()', (method) => {
    const lacking = { bytes() {}, commit() {}, control() {}, [method]: undefined };
    refuses({ memory: lacking }, `compose wants ${method}() of its memory, and Object does not have it`);
  });

  it('is given', () => {
    refuses({ memory: undefined }, 'compose wants bytes() of its memory, and undefined does not have it');
    refuses({ memory: null }, 'compose wants bytes() of its memory, and null does not have it');
  });

  it('is an address space, with capabilities that are whole', () => {
    const like = (more: object): object => ({ memory: Object.assign(memory(), more) });
    refuses(like({ contract: 'pool' }), 'compose was given as memory what is no address space');
    refuses(like({ contract: undefined }), 'compose was given as memory what is no address space');
    refuses(like({ capabilities: undefined }), 'compose was given as memory what names no capabilities');
    refuses(
      like({ capabilities: { ...memory().capabilities, grows: 1 } }),
      'compose was given as memory what has the capability grows: 1; expected true or false',
    );
  });

  it('has a handle when several threads are to have it', () => {
    const mute = (): AddressSpace => Object.assign(memory(), { handle: undefined }) as never;
    refuses({ memory: mute() }, 'compose wants handle() of its memory, and SharedSpace does not have it');
    expect(compose({ memory: mute(), maxThreads: 1 }).malloc(10)).not.toBe(0);
  });
});

describe('maxThreads', () => {
  const range = (most: number, value: unknown): string =>
    `maxThreads is ${value}; expected an integer from 1 to ${most}`;

  it('is 1 … 255 where memory is for all', () => {
    for (const value of [0, 256, 1.5, -1]) refuses({ maxThreads: value }, range(255, value), OptionError);
    expect(composed({}).handle.threads).toBe(255);
    expect(composed({ maxThreads: 2 }).handle.threads).toBe(2);
    expect(composed({ maxThreads: 1 })).not.toBeInstanceOf(SharedHeap);
  });

  it('is 1 where memory is for its owner', () => {
    refuses({ memory: local(), maxThreads: 2 }, range(1, 2), OptionError);
    for (const maxThreads of [1, undefined]) {
      expect(composed({ memory: local(), maxThreads })).not.toBeInstanceOf(SharedHeap);
    }
  });

  it('is 1 without a remote queue', () => {
    refuses({ remote: null, maxThreads: 2 }, range(1, 2), OptionError);
    expect(composed({ remote: null })).not.toBeInstanceOf(SharedHeap);
  });
});

describe.each(ROLES)('%s', (role) => {
  it('is a recipe', () => {
    const message = `compose wants a recipe, with words() and build(), as ${role}`;
    const { words, build } = RECIPES[role];
    for (const wrong of [{}, 7, 'pool', { words }, { build }]) refuses({ [role]: wrong }, message);
  });

  it('keeps the contract of its role', () => {
    const other = role === 'warm' ? RECIPES.cache : RECIPES.warm;
    const contract = role === 'mid' ? 'front' : role;
    refuses(
      { [role]: other },
      `${role}: ${other.box} keeps the contract ${other.contract}; expected one that keeps ${contract}`,
    );
    const { box } = RECIPES[role];
    refuses(
      { [role]: { ...RECIPES[role], contract: undefined } },
      `${role}: ${box} keeps the contract undefined; expected one that keeps ${contract}`,
    );
  });

  it('names its capabilities, which are whole', () => {
    const { box } = RECIPES[role];
    refuses({ [role]: { ...RECIPES[role], capabilities: undefined } }, `${role}: ${box} names no capabilities`);
    refuses(able(role, { zeroed: 'no' }), `${role}: ${box} has the capability zeroed: no; expected true or false`);
  });

  it('keeps multiples of 16', () => {
    refuses(
      able(role, { alignment: 8 }),
      `${role}: ${RECIPES[role].box} has the capability alignment: 8; expected a power of two from 16 on`,
    );
  });

  it('has its state in the buffer where several threads are', () => {
    const outside = able(role, { stateInBuffer: false });
    const { box } = RECIPES[role];
    refuses(
      outside,
      `${role} is ${box}, which keeps state outside of the buffer: give maxThreads: 1, or another ${role}`,
    );
    refuses({ ...outside, maxThreads: 2 }, 'keeps state outside of the buffer');
    for (const one of [{ maxThreads: 1 }, { memory: local() }]) expectEmpties(composed({ ...outside, ...one }));
  });
});

describe('boxes that threads share', () => {
  it.each(['registry', 'pool', 'large', 'remote'] as const)('%s is for any thread', (role) => {
    const owned = able(role, { concurrency: 'owner' });
    const { box } = RECIPES[role];
    refuses(owned, `${role} is ${box}, which is for its owner alone: give maxThreads: 1, or another ${role}`);
    for (const one of [{ maxThreads: 1 }, { memory: local() }]) expectEmpties(composed({ ...owned, ...one }));
  });

  it.each(['warm', 'cache', 'front', 'mid'] as const)('%s may be for its owner or for any', (role) => {
    for (const concurrency of ['owner', 'any']) expectEmpties(composed(able(role, { concurrency })));
  });

  it('a box that is left out is not looked at', () => {
    expectEmpties(composed({ warm: null, front: null, large: null }));
  });
});

describe('collaborators', () => {
  /** The standard recipe of a role, whose box lacks a method. */
  const lacking = (role: Role, method: string): object => ({
    [role]: {
      ...RECIPES[role],
      build: (scope: never, needs: never) => Object.assign(RECIPES[role].build(scope, needs), { [method]: undefined }),
    },
  });

  it.each([
    ['registry', 'extend', 'compose wants extend() of its registry, and Registry does not have it'],
    ['pool', 'acquireRun', 'compose wants acquireRun() of its pool that grows, and Pool does not have it'],
    ['cache', 'give', 'compose wants give() of its cache, and Cache does not have it'],
  ] as const)('a %s without %s() is named, and who wants it', (role, method, message) => {
    refuses(lacking(role, method), message);
  });

  it('rooms without held() are named by the warm pool, which wants it of its parent', () => {
    const build = (scope: never, space: never): object =>
      Object.assign(RECIPES.registry.build(scope, space), {
        rooms: () => ({ acquire() {}, spare() {}, offer() {}, retire() {} }),
      });
    refuses(
      { registry: { ...RECIPES.registry, build } },
      'warm-pool wants held() of its parent, and Object does not have it',
    );
  });

  it('a pool without runs will do where large is left out', () => {
    const hidden = Object.fromEntries(CAPABILITY_METHODS.pool!.grows!.map((method) => [method, undefined]));
    const pool = {
      ...RECIPES.pool,
      capabilities: { ...RECIPES.pool.capabilities, grows: false },
      build: (scope: never, registry: never): object => Object.assign(RECIPES.pool.build(scope, registry), hidden),
    };
    expectEmpties(composed({ pool, large: null }));
    refuses({ pool }, 'large wants acquireRun() of its pool, and Pool does not have it');
  });
});

describe('sizes', () => {
  /** A front of this many bytes over the cache. */
  const upTo = (maxBytes: number, like = RECIPES.front): object => ({
    ...like,
    build: (scope: never, cache: BlockCache): Front => {
      const inner = like.build(scope, cache);
      return {
        maxBytes,
        malloc: (bytes) => inner.malloc(bytes),
        free: (sizeClass, address) => inner.free(sizeClass, address),
        classOf: (bytes) => inner.classOf(bytes),
      };
    },
  });

  it('some box serves them', () => {
    refuses({ front: null, mid: null, large: null }, 'front, mid and large are all left out: no box serves any size');
    for (const only of ['front', 'mid', 'large'] as const) {
      const heap = composed({ front: null, mid: null, large: null, [only]: RECIPES[only] });
      expect(heap.malloc(100)).not.toBe(0);
      expectEmpties(heap);
    }
  });

  it('a tiny front serves tiny sizes only', () => {
    refuses(
      { front: upTo(TINY_MAX_BYTES + 1) },
      `front serves ${TINY_MAX_BYTES + 1} bytes; a front serves tiny blocks, up to ${TINY_MAX_BYTES}`,
    );
    const heap = composed({ front: upTo(500) });
    expect(heap.usableSize(heap.malloc(500))).toBe(512);
    expect(heap.usableSize(heap.malloc(501))).toBe(1_152);
    expectEmpties(heap);
  });

  it('mid serves more than front', () => {
    const both = 'leave one of them out (null)';
    refuses({ front: upTo(1_024), mid: upTo(1_024) }, `mid serves 1024 bytes and front 1024: ${both}`);
    refuses({ front: upTo(512), mid: upTo(16) }, `mid serves 16 bytes and front 512: ${both}`);
    expectEmpties(composed({ front: null, mid: upTo(16) }));
  });
});

it('a name that is no part’s is named, with those that are', () => {
  refuses({ fornt: RECIPES.front }, /^fornt is no part of a composition; those are memory, registry, pool, .*checked$/);
});
