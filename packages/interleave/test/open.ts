/** Opens one of the scenarios of this folder for one test file, and closes it at its end. */

import { type Explorer, type ExplorerOptions, openExplorer } from '@hakmem/interleave';
import { afterAll } from 'vitest';

const opened: Explorer[] = [];

afterAll(async () => {
  for (const explorer of opened.splice(0)) await explorer.close();
});

export async function open(name: string, options?: ExplorerOptions): Promise<Explorer> {
  const explorer = await openExplorer(new URL(`./scenarios/${name}.ts`, import.meta.url), options);
  opened.push(explorer);
  return explorer;
}
