// Proves requireMethods: it accepts what has all methods, and its error says who wants what of which.

import { describe, expect, test } from 'vitest';
import { CompositionError, requireMethods } from '../src/index.js';

class Half {
  take(): void {}
  readonly give = 1;
}

describe('requireMethods', () => {
  test('accepts own and inherited methods', () => {
    expect(() => requireMethods('front', 'cache', new Half(), ['take'])).not.toThrow();
    expect(() => requireMethods('front', 'cache', { take: () => 0 }, ['take'])).not.toThrow();
    expect(() => requireMethods('front', 'cache', null, [])).not.toThrow();
  });

  test.each([
    [new Half(), 'front wants give() of its cache, and Half does not have it'],
    [{}, 'front wants take() of its cache, and Object does not have it'],
    [Object.create(null), 'front wants take() of its cache, and object does not have it'],
    [null, 'front wants take() of its cache, and null does not have it'],
    [undefined, 'front wants take() of its cache, and undefined does not have it'],
    [7, 'front wants take() of its cache, and Number does not have it'],
  ])('says which box wants what of which (%#)', (box, message) => {
    const call = (): void => requireMethods('front', 'cache', box, ['take', 'give']);
    expect(call).toThrow(CompositionError);
    expect(call).toThrow(message);
  });
});
