// The engineer's page: every mix at a glance, who hears it and how well, and its faders.

import { meter, toggle } from './controls.js';
import { make } from './dom.js';
import { mixing } from './mixing.js';
import { scenes } from './scenes.js';

const LOOK_MS = 1000;

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
  const open = (/** @type {Mix} */ mix) => {
    for (const [id, one] of byId) one.button.setAttribute('aria-pressed', String(id === mix.id));
    desk.send('/sync', 's', `/mix/${mix.number}`);
    opened.replaceChildren(make('h2.part', {}, `Faders: ${mix.name}`), mixing(desk, mix, true));
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
  return { element: make('div.cell', {}, button, mute), button, audience };
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

/**
 * Ask each second who listens, while anybody looks.
 * @param {string} token
 * @param {Map<string, {audience: HTMLElement}>} cards by the id of a mix
 * @param {HTMLElement} into
 */
export function follow(token, cards, into) {
  const ask = async () => {
    if (document.visibilityState === 'visible') {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch('/api/audience', { headers }).catch(() => undefined);
      if (answer?.ok) {
        const told = await answer.json();
        const all = [...pages(told.listeners), ...others(told.status)];
        into.replaceChildren(table(all));
        for (const [id, one] of cards) one.audience.replaceChildren(summary(all, id));
      }
    }
    setTimeout(ask, LOOK_MS);
  };
  ask();
}

/**
 * @typedef {{mix: string, where: string, how: string, dropped: number, sent: number,
 *            lost: number | null, delay: number | null, dry: number | null, bad: boolean}} Row
 */

/** @type {Map<string, {sent: number, dropped: number, lost: number, dry: number}>} */
let before = new Map();

/**
 * @param {any[]} listeners
 * @returns {Row[]}
 */
function pages(listeners) {
  return listeners.map((one) => ({
    mix: one.mix,
    where: one.host,
    how: `page, ${one.by}`,
    sent: one.sent,
    dropped: one.dropped,
    lost: one.lost,
    delay: one.delay,
    dry: one.underruns,
    bad: recent(`${one.mix} ${one.host}`, one),
  }));
}

/**
 * Whether anything went wrong since it was looked at last.
 * @param {string} key
 * @param {any} one
 */
function recent(key, one) {
  const last = before.get(key);
  const now = { sent: one.sent, dropped: one.dropped, lost: one.lost ?? 0, dry: one.underruns ?? 0 };
  before.set(key, now);
  return last !== undefined && (now.dropped > last.dropped || now.dry > last.dry);
}

/**
 * @param {any} status
 * @returns {Row[]}
 */
function others(status) {
  const found = [];
  for (const [mix, one] of Object.entries(status?.mixes ?? {})) {
    for (const listener of /** @type {any} */ (one).listeners) {
      if (listener.owner === 'web') continue;
      found.push({
        mix,
        where: listener.url,
        how: listener.state,
        sent: listener.sent,
        dropped: listener.dropped,
        lost: null,
        delay: null,
        dry: null,
        bad: !['sending', 'waiting', 'paused', 'refused'].includes(listener.state),
      });
    }
  }
  return found;
}

/**
 * @param {Row[]} rows
 * @param {string} mix
 */
function summary(rows, mix) {
  const own = rows.filter((row) => row.mix === mix);
  // Where nobody has opened the port that a session names there is no listener, and no trouble.
  const here = own.filter((row) => row.how !== 'refused');
  const bad = here.filter((row) => row.bad).length;
  const away = own.length - here.length;
  const many = here.length === 1 ? '1 listener' : `${here.length} listeners`;
  const parts = [here.length ? many : 'nobody listens'];
  if (bad) parts.push(`${bad} in trouble`);
  if (away) parts.push(`${away} absent`);
  return make(bad ? 'span.bad' : 'span', {}, parts.join(' · '));
}

/** @param {Row[]} rows */
function table(rows) {
  if (rows.length === 0) return make('p.quiet', {}, 'Nobody listens yet.');
  const head = ['Mix', 'Where', 'How', 'Delay', 'Dropped', 'Lost', 'Ran dry'];
  const lines = rows.map((row) =>
    make(
      row.bad ? 'tr.bad' : 'tr',
      { role: 'row' },
      ...[
        row.mix,
        row.where,
        row.how,
        row.delay === null ? '' : `${Math.round(row.delay)} ms`,
        share(row.dropped, row.sent),
        row.lost === null ? '' : `${Math.round(row.lost)} ms`,
        row.dry === null ? '' : `${row.dry}×`,
      ].map((text, at) => make('td', { role: 'cell', 'data-what': head[at] }, text)),
    ),
  );
  // The roles are said, since a narrow screen shows no table (style.css).
  const titles = head.map((text) => make('th', { scope: 'col', role: 'columnheader' }, text));
  const top = make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...titles));
  const whole = make('table', { role: 'table' }, top);
  whole.append(make('tbody', { role: 'rowgroup' }, ...lines));
  return make('div.wide', { tabIndex: 0, role: 'region', 'aria-label': 'Listeners' }, whole);
}

/**
 * @param {number} dropped
 * @param {number} sent
 */
function share(dropped, sent) {
  const all = dropped + sent;
  return all === 0 ? '' : `${dropped} (${((100 * dropped) / all).toFixed(1)} %)`;
}
