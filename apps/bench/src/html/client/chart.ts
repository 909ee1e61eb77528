/**
 * A plot in a figure, drawn again whenever its width changes. `data-marks` says how many marks must be in it, by Plot's labels
 * of their groups, and `data-drawn` is set when it has been drawn: the check in the browser (../check.ts) reads both.
 */

import { el, foldedTable, type Table } from './dom.js';

export interface Chart {
  readonly title: string;
  /** Elements that have to be there, at least, by the label of their group: `dot`, `line`, `rect`, `bar`, `area`. */
  readonly marks: Readonly<Record<string, number>>;
  /** Draws it for so many pixels. */
  draw(width: number): Element;
  /** The same in numbers. */
  readonly table?: Table;
}

export function chartElement({ title, marks, draw, table }: Chart): HTMLElement {
  const place = el('div', { class: 'plot' });
  const expected = Object.entries(marks).map(([label, count]) => `${label}:${count}`);
  const figure = el('figure', { 'data-marks': expected.join(' ') }, el('figcaption', {}, title), place);
  if (table !== undefined) figure.append(foldedTable('In numbers', table));
  let drawnWidth = 0;
  const redraw = () => {
    const width = Math.floor(place.clientWidth);
    if (width === 0 || width === drawnWidth) return;
    drawnWidth = width;
    const drawing = draw(width);
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', title);
    place.replaceChildren(drawing);
    figure.dataset['drawn'] = String(width);
  };
  new ResizeObserver(redraw).observe(place);
  return figure;
}

/** Several small plots, side by side where there is room. */
export function chartGrid(charts: readonly Chart[]): HTMLElement {
  return el('div', { class: 'grid' }, ...charts.map(chartElement));
}
