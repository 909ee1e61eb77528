// What a Worker is started with: Node cannot load thread.ts by itself, and the packages that it imports are sources, too.

import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
