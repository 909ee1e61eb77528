/** Light or dark: what the system says, until the reader chooses. Colors are variables of style.css, so nothing is drawn again. */

import { el } from './dom.js';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
type Theme = keyof typeof NEXT;

export function themeButton(): HTMLElement {
  const button = el('button', { type: 'button', class: 'theme' });
  let theme: Theme = 'auto';
  const apply = () => {
    document.documentElement.dataset['theme'] = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    theme = NEXT[theme];
    apply();
  });
  apply();
  return button;
}
