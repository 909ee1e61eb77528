/** A choice among several views of one thing, by radio buttons, so that the keyboard and screen readers know it. */

import { type Child, el } from './dom.js';

export interface Option {
  readonly label: string;
  show(): readonly Child[];
}

let choices = 0;

/** Shows the first of the options, or `initial`. With one option there is nothing to choose. */
export function choice(legend: string, options: readonly Option[], initial = 0): HTMLElement {
  const view = el('div', { class: 'view' });
  const show = (option: Option) => view.replaceChildren(...option.show().filter((child) => child !== null));
  show(options[initial]);
  if (options.length < 2) return view;
  const name = `choice-${++choices}`;
  const buttons = options.map((option, i) => {
    const input = el('input', { type: 'radio', name, ...(i === initial ? { checked: '' } : {}) });
    input.addEventListener('change', () => show(option));
    return el('label', {}, input, el('span', {}, option.label));
  });
  return el('div', {}, el('fieldset', { class: 'choice' }, el('legend', {}, legend), ...buttons), view);
}
