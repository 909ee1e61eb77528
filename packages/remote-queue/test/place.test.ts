/** What the box says of itself. */

import { clause, PAGE_BYTES } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { remoteQueue } from '../src/index.js';

test(`${clause('GENERAL-E')} for all threads, without a retry`, () => {
  const { box, contract, capabilities } = remoteQueue();
  expect([box, contract]).toEqual(['remote-queue', 'remote']);
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'any',
    grows: false,
    shrinks: false,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  });
});
