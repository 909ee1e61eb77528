/** What the box says of itself, and what it says when it is given something wrong. */

import { clause, PAGE_BYTES, type SuperRegistry, standaloneGround } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { sharedPool } from '../src/index.js';

test(`${clause('GENERAL-E')} for all threads; it grows and shrinks, and may have to begin again`, () => {
  const { box, contract, capabilities } = sharedPool();
  expect([box, contract]).toEqual(['shared-pool-sp-slot', 'pool']);
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'any',
    grows: true,
    shrinks: true,
    zeroed: false,
    retries: true,
    stateInBuffer: true,
  });
});

test.each(['classAffinity', 'slotSharing'])(
  'an option that is wrong is named, with what would be right: %s',
  (option) => {
    expect(() => sharedPool({ [option]: 1 })).toThrow(`${option} is 1; expected true or false`);
  },
);

test('a registry that lacks a method is refused in the name of the box', () => {
  const scope = standaloneGround(64, sharedPool().words(64)).scope(sharedPool().words(64));
  expect(() => sharedPool().build(scope, {} as SuperRegistry)).toThrow(
    'shared-pool-sp-slot wants tier() of its registry, and Object does not have it',
  );
});
