/** What the page is made of: the results and how allocators are called. Types alone. */

import type { AllocatorKind } from '../allocators/index.js';
import type { MeasuredResult, Results } from '../results.js';

/** How an allocator is called and what it is. */
export interface AllocatorTitle {
  readonly name: string;
  readonly title: string;
  readonly kind: AllocatorKind;
}

/** What stands, as JSON, in the page: the results without the single repetitions. */
export interface PageData {
  readonly headline: string;
  readonly allocators: readonly AllocatorTitle[];
  readonly results: Results;
}

/** A measured cell as the page has it: without the lists of repetitions. */
export type PageCell = Omit<MeasuredResult, 'rounds' | 'warmUps'>;
