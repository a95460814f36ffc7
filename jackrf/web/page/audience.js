// Who listens, where and how well: the engineer's table, and a line on each mix.

import { make } from './dom.js';

const LOOK_MS = 1000;
const PATIENCE_MS = 5000;
const HEAD = ['Mix', 'Where', 'How', 'Delay', 'Dropped', 'Lost', 'Ran dry'];

/**
 * Ask each second who listens, while anybody looks.
 * @param {string} token
 * @param {Map<string, {name: HTMLElement, audience: HTMLElement}>} cards by the id of a mix
 * @param {HTMLElement} into
 */
export function follow(token, cards, into) {
  // What somebody has scrolled or is at with a key stays there: rows alone are made anew.
  const rows = make('tbody', { role: 'rowgroup' });
  const whole = table(rows);
  const note = make('p.quiet', {}, '');
  into.replaceChildren(whole, note);
  whole.hidden = true;
  const ask = async () => {
    if (document.visibilityState === 'visible') {
      const told = await audience(token);
      const all = told ? [...pages(told.listeners), ...others(told.status)] : [];
      const nameOf = (/** @type {string} */ id) => cards.get(id)?.name.textContent ?? id;
      rows.replaceChildren(...all.map((row) => line(row, nameOf)));
      whole.hidden = all.length === 0;
      note.textContent = told ? 'Nobody listens yet.' : 'No answer from jackrf: who listens is not known.';
      note.hidden = all.length > 0;
      for (const [id, one] of cards) one.audience.replaceChildren(told ? summary(all, id) : '');
    }
    setTimeout(ask, LOOK_MS);
  };
  ask();
}

/**
 * @param {string} token
 * @returns {Promise<{listeners: any[], status: any} | undefined>} nothing where there is no answer
 */
async function audience(token) {
  const headers = { Authorization: `Bearer ${token}` };
  try {
    const answer = await fetch('/api/audience', { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @typedef {{mix: string, where: string, how: string, dropped: number, sent: number,
 *            lost: number | null, delay: number | null, dry: number | null, bad: boolean}} Row
 */

/** @type {Map<string, {dropped: number, dry: number}>} by listener, when it was looked at last */
let before = new Map();

/**
 * What browsers hear; one is in trouble that has lost something since it was looked at last.
 * @param {any[]} listeners
 * @returns {Row[]}
 */
export function pages(listeners) {
  const last = before;
  before = new Map(listeners.map((one) => [one.id, { dropped: one.dropped, dry: one.underruns ?? 0 }]));
  return listeners.map((one) => ({
    mix: one.mix,
    where: one.host,
    how: `page, ${one.by}`,
    sent: one.sent,
    dropped: one.dropped,
    lost: one.lost,
    delay: one.delay,
    dry: one.underruns,
    bad: isWorse(last.get(one.id), before.get(one.id)),
  }));
}

/**
 * @param {{dropped: number, dry: number} | undefined} last
 * @param {{dropped: number, dry: number} | undefined} now
 */
function isWorse(last, now) {
  return !!last && !!now && (now.dropped > last.dropped || now.dry > last.dry);
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

/**
 * The roles are said, since a narrow screen shows no table (style.css).
 * @param {HTMLElement} rows
 */
function table(rows) {
  const titles = HEAD.map((text) => make('th', { scope: 'col', role: 'columnheader' }, text));
  const top = make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...titles));
  const whole = make('table', { role: 'table' }, top, rows);
  return make('div.wide', { tabIndex: 0, role: 'region', 'aria-label': 'Table of listeners' }, whole);
}

/**
 * @param {Row} row
 * @param {(id: string) => string} nameOf of a mix
 */
function line(row, nameOf) {
  const texts = [
    nameOf(row.mix),
    row.where,
    row.how,
    row.delay === null ? '' : `${Math.round(row.delay)} ms`,
    share(row.dropped, row.sent),
    row.lost === null ? '' : `${Math.round(row.lost)} ms`,
    row.dry === null ? '' : `${row.dry}×`,
  ];
  const cells = texts.map((text, at) => make('td', { role: 'cell', 'data-what': HEAD[at] }, text));
  return make(row.bad ? 'tr.bad' : 'tr', { role: 'row' }, ...cells);
}

/**
 * @param {number} dropped
 * @param {number} sent
 */
function share(dropped, sent) {
  const all = dropped + sent;
  return all === 0 ? '' : `${dropped} (${((100 * dropped) / all).toFixed(1)} %)`;
}
