/**
 * Colors that readers with any color vision tell apart (after Okabe and Ito), as variables of style.css, which has one value for
 * light and one for dark. Each allocator has its own in all plots, and in lines a symbol and a dash of its own, too.
 */

import type { AllocatorTitle } from '../report.js';
import { el } from './dom.js';

export interface Look {
  readonly name: string;
  readonly title: string;
  readonly color: string;
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'wye' | 'cross';
  /** Of lines, as stroke-dasharray. */
  readonly dash: string;
  readonly width: number;
}

type Shape = Omit<Look, 'name' | 'title'>;

const KNOWN: Readonly<Record<string, Shape>> = {
  'hakmem-shared': { color: 'var(--blue)', symbol: 'circle', dash: '', width: 2.5 },
  'hakmem-local': { color: 'var(--sky)', symbol: 'circle', dash: '6 3', width: 2 },
  'hakmem-locked': { color: 'var(--sky)', symbol: 'square', dash: '2 3', width: 1.5 },
  system: { color: 'var(--vermilion)', symbol: 'square', dash: '', width: 2 },
  mimalloc: { color: 'var(--orange)', symbol: 'triangle', dash: '', width: 2 },
  jemalloc: { color: 'var(--green)', symbol: 'diamond', dash: '', width: 2 },
  tcmalloc: { color: 'var(--purple)', symbol: 'star', dash: '', width: 2 },
  tlsf: { color: 'var(--brown)', symbol: 'wye', dash: '4 2', width: 1.5 },
  'tlsf-locked': { color: 'var(--brown)', symbol: 'wye', dash: '4 2', width: 1.5 },
  empty: { color: 'var(--faint)', symbol: 'cross', dash: '1 3', width: 1.5 },
};
const OTHER: Shape = { color: 'var(--gray)', symbol: 'cross', dash: '2 2', width: 1.2 };
const OTHER_HAKMEM: Shape = { color: 'var(--sky)', symbol: 'diamond', dash: '2 3', width: 1.2 };

export class Palette {
  private readonly titles: ReadonlyMap<string, AllocatorTitle>;

  constructor(allocators: readonly AllocatorTitle[]) {
    this.titles = new Map(allocators.map((allocator) => [allocator.name, allocator]));
  }

  look(name: string): Look {
    const shape = KNOWN[name] ?? (this.kind(name) === 'composition' ? OTHER_HAKMEM : OTHER);
    return { name, title: this.title(name), ...shape };
  }

  title(name: string): string {
    return this.titles.get(name)?.title ?? name;
  }

  kind(name: string): AllocatorTitle['kind'] | undefined {
    return this.titles.get(name)?.kind;
  }
}

/** What has which color and dash; the order is that of the list. */
export function legendOf(entries: readonly Pick<Look, 'title' | 'color' | 'dash'>[]): HTMLElement {
  const items = entries.map(({ title, color, dash }) => {
    const style = `border-color: ${color}; border-top-style: ${dash === '' ? 'solid' : 'dashed'}`;
    return el('li', {}, el('i', { class: 'swatch', style }), title);
  });
  return el('ul', { class: 'legend' }, ...items);
}

/** A color that stands for itself: no scale of Plot is asked. */
export function literally<T>(color: (datum: T) => string): { value: (datum: T) => string; scale: null } {
  return { value: color, scale: null };
}
