/** A change that does not find its place is an error: a fault that is not put in would be "caught" by nothing. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundle } from '../src/bundle.ts';

const entry = new URL('../src/stress/worker.ts', import.meta.url);

describe('bundle', () => {
  it('puts a change in', async () => {
    const file = 'remote-queue/src/queue.ts';
    const changed = await bundle(entry, [
      { file, from: 'const LAST_FREED = 0;', to: "const LAST_FREED = 'marked'.length - 6;" },
    ]);
    expect(readFileSync(changed, 'utf8')).toContain('marked');
    expect(readFileSync(await bundle(entry), 'utf8')).not.toContain('marked');
  });

  it('throws when the place is not there, or not the only one, or the file is not bundled', async () => {
    const file = 'remote-queue/src/queue.ts';
    await expect(bundle(entry, [{ file, from: 'no such text', to: '' }])).rejects.toThrow('0 places');
    await expect(bundle(entry, [{ file, from: 'const ', to: '' }])).rejects.toThrow('places in');
    await expect(bundle(entry, [{ file: 'nowhere/file.ts', from: 'x', to: '' }])).rejects.toThrow('was bundled');
  });
});
