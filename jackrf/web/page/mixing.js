// A musician's mix: strips, the master, more me, scenes and undo.

import { fader, meter, moreMe, pan, toggle } from './controls.js';
import { make } from './dom.js';
import { scenes } from './scenes.js';

/**
 * @typedef {import('./desk.js').Desk} Desk
 * @typedef {{id: string, name: string, number: number, encrypted: boolean}} Mix
 */

/**
 * The page of a mix. Strips appear as jackrf tells their names.
 * @param {Desk} desk
 * @param {Mix} mix
 * @param {boolean} moves whether anything can be moved; else it only shows
 * @returns {HTMLElement}
 */
export function mixing(desk, mix, moves) {
  const prefix = `/mix/${mix.number}`;
  const strips = make('div.strips', { role: 'group', 'aria-label': 'Inputs' });
  const page = make('section.mixing', { 'aria-label': `Faders of ${mix.name}` }, strips);
  if (!moves) page.inert = true;
  /** @type {Map<number, HTMLElement>} */
  const known = new Map();
  const add = () => {
    for (const path of desk.values.keys()) {
      const found = path.startsWith(`${prefix}/in/`) && path.match(/\/in\/(\d+)\/name$/);
      if (!found || known.has(Number(found[1]))) continue;
      const number = Number(found[1]);
      const made = strip(desk, `${prefix}/in/${number}`);
      made.style.order = String(number);
      known.set(number, made);
      const after = [...known.keys()].filter((one) => one > number).sort((a, b) => a - b)[0];
      strips.insertBefore(made, after === undefined ? null : (known.get(after) ?? null));
    }
  };
  desk.watch('/sync/end', add);
  add();
  page.append(master(desk, mix, prefix, moves));
  return page;
}

/**
 * @param {Desk} desk
 * @param {string} path
 */
function strip(desk, path) {
  const name = make('h2.name');
  const text = make('span.text', { 'aria-hidden': 'true' });
  const label = String(desk.values.get(`${path}/name`));
  const level = fader(desk, `${path}/fader`, label);
  level.shown = (said) => {
    text.textContent = said;
  };
  level.show(level.value);
  const place = pan(desk, `${path}/pan`, label);
  const whole = make(
    'div.strip',
    { role: 'group', 'aria-label': label },
    make('div.head', {}, name, text),
    level.element,
    place.element,
    toggle(desk, `${path}/mute`, 'mute', label),
    toggle(desk, `${path}/solo`, 'solo', label),
  );
  desk.watch(`${path}/name`, (said) => {
    name.textContent = said;
    whole.setAttribute('aria-label', said);
  });
  desk.watch(`${path}/mute`, (muted) => whole.classList.toggle('muted', Boolean(muted)));
  meter(desk, `${path}/meter`, level.element);
  // The engineer is told of inputs alone: what comes in is the same for every mix.
  meter(desk, `${path.slice(path.indexOf('/in/'))}/meter`, level.element);
  return whole;
}

/**
 * What is always at hand: the whole mix, more me, undo, scenes.
 * @param {Desk} desk
 * @param {Mix} mix
 * @param {string} prefix
 * @param {boolean} moves
 */
function master(desk, mix, prefix, moves) {
  const text = make('span.text', { 'aria-hidden': 'true' });
  const level = fader(desk, `${prefix}/fader`, 'Whole mix');
  level.shown = (said) => {
    text.textContent = said;
  };
  level.show(level.value);
  meter(desk, `${prefix}/meter/l`, level.element);
  const limit = make('span.limit', { title: 'the limiter protects your ears' }, 'LIMIT');
  desk.watch(`${prefix}/limit`, (db) => limit.classList.toggle('lit', db < -0.5));
  const whole = make(
    'div.strip.whole',
    { role: 'group', 'aria-label': 'Whole mix' },
    make('div.head', {}, make('h2.name', {}, 'Whole mix'), limit, text),
    level.element,
    toggle(desk, `${prefix}/mute`, 'mute', 'the whole mix'),
  );
  const dock = make('div.dock', { role: 'group', 'aria-label': 'Mix' });
  const me = moreMe(desk, `${prefix}/moreme`);
  const mine = make('div.me', {}, make('span.word', { 'aria-hidden': 'true' }, 'More me'), me.element);
  mine.hidden = true;
  desk.watch(`${prefix}/moreme`, () => {
    mine.hidden = false;
  });
  const undo = make('button.quiet', { type: 'button' }, 'Undo');
  undo.addEventListener('click', () => desk.send(`${prefix}/undo`));
  const recall = make('button.quiet', { type: 'button' }, 'Scenes');
  recall.addEventListener('click', () => scenes(desk, `${prefix}/scene`, mix.name));
  dock.append(whole, mine);
  if (moves) dock.append(make('div.buttons', {}, undo, recall));
  return dock;
}
