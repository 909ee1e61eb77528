/** Elements of the page, made without a framework. Text is always text, never markup. */

export type Child = Node | string | null;

/** An element with attributes and children; `null` children are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Rows of cells, the first cell of a row its head. Columns with nothing but numbers and their units are right-aligned. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Figures with a unit, or nothing. */
const NUMBER = /^([≥≤<>] )?[−-]?[\d.,]*\*?(\s?([×%]|[kMG]?i?B|[nµm]?s))?$/;

/** Letters from which on a column is kept wide. */
const LONG = 24;

export function tableElement({ columns, rows }: Table): HTMLElement {
  const isNumber = columns.map((_, i) => rows.every((row) => NUMBER.test(String(row[i]))));
  const isLong = columns.map((_, i) => rows.some((row) => String(row[i]).length > LONG));
  const alignment = (i: number) => (isNumber[i] ? { class: 'number' } : isLong[i] ? { class: 'long' } : {});
  const head = el('tr', {}, ...columns.map((column, i) => el('th', { scope: 'col', ...alignment(i) }, column)));
  const body = rows.map((row) =>
    el(
      'tr',
      {},
      ...row.map((value, i) =>
        i === 0 ? el('th', { scope: 'row', ...alignment(i) }, String(value)) : el('td', alignment(i), String(value)),
      ),
    ),
  );
  const table = el('table', {}, el('thead', {}, head), el('tbody', {}, ...body));
  // A scrollable area must be reachable by keyboard.
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': columns.join(', ') }, table);
}

/** A table that is there on demand: what a plot shows, in numbers. */
export function foldedTable(title: string, table: Table): HTMLElement {
  return el('details', {}, el('summary', {}, title), tableElement(table));
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** What is to be seen and how to read it. */
  readonly lead: string;
  /** Null: there are no data; `absent` says why. */
  readonly content: readonly Child[] | null;
  readonly absent: string;
}

export function sectionElement({ id, title, lead, content, absent }: Section): HTMLElement {
  const heading = el('h2', { id: `${id}-title` }, title);
  const attributes = { id, 'aria-labelledby': `${id}-title` };
  if (content === null) return el('section', { ...attributes, class: 'absent' }, heading, el('p', {}, absent));
  return el('section', attributes, heading, el('p', { class: 'lead' }, lead), ...content);
}
