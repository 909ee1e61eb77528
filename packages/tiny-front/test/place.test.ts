/** What the front says of itself. */

import { clause, PAGE_BYTES } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { tinyFront } from '../src/index.js';

test(`${clause('GENERAL-E')} a front for the owning thread, over a cache; it keeps nothing itself`, () => {
  const { contract, capabilities } = tinyFront();
  expect(contract).toBe('front');
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'owner',
    grows: false,
    shrinks: false,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  });
});
