// What Workers of the conformance suite build their box with: Node 20 cannot load TypeScript in a Worker.

import { tsImport } from 'tsx/esm/api';

const { remoteQueue } = await tsImport('../src/index.ts', import.meta.url);

export const recipe = () => remoteQueue();
