// The engineer's page: every mix at a glance, who hears it and how well, and its faders.

import { follow } from './audience.js';
import { meter, toggle } from './controls.js';
import { Part } from './desk.js';
import { make } from './dom.js';
import { mixing } from './mixing.js';
import { scenes } from './scenes.js';

/**
 * @typedef {import('./desk.js').Desk} Desk
 * @typedef {{id: string, name: string, number: number, encrypted: boolean}} Mix
 */

/**
 * @param {Desk} desk
 * @param {string} token
 * @param {Mix[]} mixes
 * @param {ReturnType<typeof import('./listening.js').listening>} hearing
 * @returns {HTMLElement[]}
 */
export function engineer(desk, token, mixes, hearing) {
  const cards = make('div.cards', { role: 'group', 'aria-label': 'Mixes' });
  const opened = make('div.opened');
  /** @type {Map<string, ReturnType<typeof card>>} */
  const byId = new Map();
  let shown = mixes[0];
  let part = new Part(desk);
  // Of a large desk not everything is told at first, but all of one mix is.
  const askForAll = () => desk.send('/sync', 's', `/mix/${shown.number}`);
  desk.stateWatchers.add((state) => {
    if (state === 'connected') askForAll();
  });
  const open = (/** @type {Mix} */ mix) => {
    part.end();
    part = new Part(desk);
    shown = mix;
    for (const [id, one] of byId) one.button.setAttribute('aria-pressed', String(id === mix.id));
    askForAll();
    opened.replaceChildren(make('h2.part', {}, `Faders: ${mix.name}`), mixing(part, mix));
    hearing.tune(mix);
  };
  for (const mix of mixes) {
    const made = card(desk, mix, () => open(mix));
    byId.set(mix.id, made);
    cards.append(made.element);
  }
  const listeners = make('section.listeners', { 'aria-label': 'Listeners' });
  follow(token, byId, listeners);
  open(mixes[0]);
  return [
    tools(desk),
    hearing.element,
    make('section', { 'aria-label': 'All mixes' }, cards),
    opened,
    make('section.inputs', { 'aria-label': 'Inputs' }, make('h2.part', {}, 'Inputs'), inputs(desk)),
    make('h2.part', {}, 'Listeners'),
    listeners,
  ];
}

/** @param {Desk} desk */
function tools(desk) {
  const current = make('span.current');
  desk.watch('/scene/current', (name) => {
    current.textContent = name ? `Scene: ${name}` : '';
  });
  const jack = make('span.current');
  desk.watch('/jack/state', (state) => {
    jack.textContent = state === 'running' ? '' : state;
  });
  const recall = make('button.quiet', { type: 'button' }, 'Scenes');
  recall.addEventListener('click', () => scenes(desk, '/scene', 'all mixes'));
  const undo = make('button.quiet', { type: 'button' }, 'Undo recall');
  undo.addEventListener('click', () => desk.send('/scene/undo'));
  const save = make('button.quiet', { type: 'button' }, 'Save session');
  save.addEventListener('click', () => desk.send('/session/save'));
  desk.watch('/session/dirty', (dirty) => save.classList.toggle('due', Boolean(dirty)));
  return make('div.tools', {}, recall, undo, save, current, jack);
}

/**
 * A mix at a glance; a tap opens its faders and, where one listens, lets one hear it.
 * @param {Desk} desk
 * @param {Mix} mix
 * @param {() => void} open
 */
function card(desk, mix, open) {
  const left = make('span.bar');
  const right = make('span.bar');
  const name = make('span.name', {}, mix.name);
  const limit = make('span.limit', {}, 'LIMIT');
  const audience = make('span.audience', {}, 'nobody listens');
  const button = make(
    'button.card',
    { type: 'button', 'aria-pressed': 'false' },
    make('span.head', {}, name, limit),
    make('span.bars', { 'aria-hidden': 'true' }, left, right),
    audience,
  );
  button.addEventListener('click', open);
  meter(desk, `/mix/${mix.number}/meter/l`, left);
  meter(desk, `/mix/${mix.number}/meter/r`, right);
  desk.watch(`/mix/${mix.number}/name`, (said) => {
    name.textContent = said;
  });
  desk.watch(`/mix/${mix.number}/limit`, (db) => limit.classList.toggle('lit', db < -0.5));
  const mute = toggle(desk, `/mix/${mix.number}/mute`, 'mute', mix.name);
  return { element: make('div.cell', {}, button, mute), button, name, audience };
}

/** @param {Desk} desk */
function inputs(desk) {
  const all = make('div.strips');
  const known = new Set();
  const add = () => {
    for (const path of desk.values.keys()) {
      const found = path.match(/^\/in\/(\d+)\/name$/);
      if (!found || known.has(path)) continue;
      known.add(path);
      const strip = input(desk, `/in/${found[1]}`);
      strip.style.order = found[1];
      all.append(strip);
    }
  };
  desk.watch('/sync/end', add);
  return all;
}

/**
 * @param {Desk} desk
 * @param {string} path
 */
function input(desk, path) {
  const label = String(desk.values.get(`${path}/name`));
  const name = make('h3.name', {}, label);
  const text = make('span.text');
  desk.watch(`${path}/name`, (said) => {
    name.textContent = said;
  });
  desk.watch(`${path}/trim`, (db) => {
    text.textContent = `trim ${db > -90 ? `${db.toFixed(1)} dB` : 'off'}`;
  });
  const bar = make('span.bar.lying', { 'aria-hidden': 'true' });
  meter(desk, `${path}/meter`, bar);
  return make(
    'div.strip.input',
    { role: 'group', 'aria-label': `Input ${label}` },
    make('div.head', {}, name, text),
    bar,
    toggle(desk, `${path}/mute`, 'mute', `${label} in every mix`),
    toggle(desk, `${path}/pfl`, 'pfl', label),
  );
}
