// A musician's mix: strips, the master, more me, scenes and undo.

import { fader, meter, moreMe, pan, toggle } from './controls.js';
import { make } from './dom.js';
import { scenes } from './scenes.js';

/**
 * @typedef {import('./desk.js').Part} Part
 * @typedef {{id: string, name: string, number: number, encrypted: boolean}} Mix
 */

/**
 * The page of a mix. Strips appear as jackrf tells their names.
 * @param {Part} part
 * @param {Mix} mix
 * @returns {HTMLElement}
 */
export function mixing(part, mix) {
  const prefix = `/mix/${mix.number}`;
  const strips = inputs(part, prefix, strip);
  const page = make('section.mixing', { 'aria-label': `Faders of ${mix.name}` }, strips);
  page.append(master(part, mix, prefix));
  return page;
}

/**
 * The page of a mix for whoever moves nothing: names and meters, since jackrf tells him no more.
 * @param {Part} part
 * @param {Mix} mix
 * @returns {HTMLElement}
 */
export function watching(part, mix) {
  const prefix = `/mix/${mix.number}`;
  const sides = ['l', 'r'].map((side) => {
    const bar = make('span.bar');
    meter(part, `${prefix}/meter/${side}`, bar);
    return bar;
  });
  const whole = make(
    'div.strip.seen',
    {},
    make('div.head', {}, make('h2.name', {}, 'Whole mix')),
    make('span.bars', { 'aria-hidden': 'true' }, ...sides),
  );
  const strips = inputs(part, prefix, seen);
  strips.prepend(whole);
  return make('section.inputs', { 'aria-label': `Meters of ${mix.name}` }, strips);
}

/**
 * Strips of a mix, in their order; more of them come as their names do.
 * @param {Part} part
 * @param {string} prefix
 * @param {(part: Part, path: string) => HTMLElement} made
 */
function inputs(part, prefix, made) {
  const strips = make('div.strips', { role: 'group', 'aria-label': 'Inputs' });
  /** @type {Map<number, HTMLElement>} */
  const known = new Map();
  const add = () => {
    for (const path of part.values.keys()) {
      const found = path.startsWith(`${prefix}/in/`) && path.match(/\/in\/(\d+)\/name$/);
      if (!found || known.has(Number(found[1]))) continue;
      const number = Number(found[1]);
      const one = made(part, `${prefix}/in/${number}`);
      one.style.order = String(number);
      known.set(number, one);
      const after = [...known.keys()].filter((other) => other > number).sort((a, b) => a - b)[0];
      strips.insertBefore(one, after === undefined ? null : (known.get(after) ?? null));
    }
  };
  part.watch('/sync/end', add);
  add();
  return strips;
}

/**
 * @param {Part} part
 * @param {string} path
 */
function seen(part, path) {
  const name = make('h2.name');
  const bar = make('span.bar.lying', { 'aria-hidden': 'true' });
  part.watch(`${path}/name`, (said) => {
    name.textContent = said;
  });
  meter(part, `${path}/meter`, bar);
  return make('div.strip.seen', {}, make('div.head', {}, name), bar);
}

/**
 * @param {Part} part
 * @param {string} path
 */
function strip(part, path) {
  const name = make('h2.name');
  const text = make('span.text', { 'aria-hidden': 'true' });
  const label = String(part.values.get(`${path}/name`));
  const level = fader(part, `${path}/fader`, label);
  level.shown = (said) => {
    text.textContent = said;
  };
  level.show(level.value);
  const place = pan(part, `${path}/pan`, label);
  const mute = toggle(part, `${path}/mute`, 'mute', label);
  const solo = toggle(part, `${path}/solo`, 'solo', label);
  const whole = make(
    'div.strip',
    { role: 'group', 'aria-label': label },
    make('div.head', {}, name, text),
    level.element,
    place.element,
    mute,
    solo,
  );
  part.watch(`${path}/name`, (said) => {
    name.textContent = said;
    whole.setAttribute('aria-label', said);
    level.element.setAttribute('aria-label', `${said} level`);
    place.element.setAttribute('aria-label', `${said} pan`);
    mute.setAttribute('aria-label', `mute ${said}`);
    solo.setAttribute('aria-label', `solo ${said}`);
  });
  part.watch(`${path}/mute`, (muted) => whole.classList.toggle('muted', Boolean(muted)));
  meter(part, `${path}/meter`, level.element);
  // The engineer is told of inputs alone: what comes in is the same for every mix.
  meter(part, `${path.slice(path.indexOf('/in/'))}/meter`, level.element);
  return whole;
}

/**
 * What is always at hand: the whole mix, more me, undo, scenes.
 * @param {Part} part
 * @param {Mix} mix
 * @param {string} prefix
 */
function master(part, mix, prefix) {
  const text = make('span.text', { 'aria-hidden': 'true' });
  const level = fader(part, `${prefix}/fader`, 'Whole mix');
  level.shown = (said) => {
    text.textContent = said;
  };
  level.show(level.value);
  meter(part, `${prefix}/meter/l`, level.element);
  const limit = make('span.limit', { title: 'the limiter protects your ears' }, 'LIMIT');
  part.watch(`${prefix}/limit`, (db) => limit.classList.toggle('lit', db < -0.5));
  const whole = make(
    'div.strip.whole',
    { role: 'group', 'aria-label': 'Whole mix' },
    make('div.head', {}, make('h2.name', {}, 'Whole mix'), limit, text),
    level.element,
    toggle(part, `${prefix}/mute`, 'mute', 'the whole mix'),
  );
  const dock = make('div.dock', { role: 'group', 'aria-label': 'Mix' });
  const me = moreMe(part, `${prefix}/moreme`);
  const mine = make('div.me', {}, make('span.word', { 'aria-hidden': 'true' }, 'More me'), me.element);
  mine.hidden = true;
  part.watch(`${prefix}/moreme`, () => {
    mine.hidden = false;
  });
  const undo = make('button.quiet', { type: 'button' }, 'Undo');
  undo.addEventListener('click', () => part.desk.send(`${prefix}/undo`));
  const recall = make('button.quiet', { type: 'button' }, 'Scenes');
  recall.addEventListener('click', () => scenes(part.desk, `${prefix}/scene`, mix.name));
  dock.append(whole, mine);
  dock.append(make('div.buttons', {}, undo, recall));
  return dock;
}
