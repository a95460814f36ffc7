// A page without faders: the desk is on another machine, and its mixes are repeated here.

import { follow } from './audience.js';
import { make } from './dom.js';

/**
 * @param {string} token
 * @param {import('./app.js').Me} me
 * @param {ReturnType<typeof import('./listening.js').listening>} hearing
 * @returns {HTMLElement[]}
 */
export function repeated(token, me, hearing) {
  const desk = make('strong', {}, me.desk);
  const said = ['This page is for listening. It repeats what jackrf on ', desk, ' sends: faders are on the page there.'];
  const note = make('p.plain', { role: 'note' }, ...said);
  if (me.role !== 'engineer') return [hearing.element, note];
  const cards = make('div.cards', { role: 'group', 'aria-label': 'Mixes' });
  /** @type {Map<string, {button: HTMLElement, name: HTMLElement, audience: HTMLElement}>} */
  const byId = new Map();
  for (const mix of me.mixes) {
    const audience = make('span.audience', {}, 'nobody listens');
    const name = make('span.name', {}, mix.name);
    const head = make('span.head', {}, name);
    const button = make('button.card', { type: 'button', 'aria-pressed': 'false' }, head, audience);
    button.addEventListener('click', () => {
      for (const [id, one] of byId) one.button.setAttribute('aria-pressed', String(id === mix.id));
      hearing.tune(mix);
    });
    byId.set(mix.id, { button, name, audience });
    cards.append(make('div.cell', {}, button));
  }
  byId.get(me.mixes[0].id)?.button.setAttribute('aria-pressed', 'true');
  const listeners = make('section.listeners', { 'aria-label': 'Listeners' });
  follow(token, byId, listeners);
  const mixes = make('section', { 'aria-label': 'All mixes' }, cards);
  return [hearing.element, note, mixes, make('h2.part', {}, 'Listeners'), listeners];
}
