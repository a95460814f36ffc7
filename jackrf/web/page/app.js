// The page: what the link opens.

import { Desk, Part } from './desk.js';
import { make } from './dom.js';
import { engineer } from './engineer.js';
import { keep, kept } from './kept.js';
import { listening } from './listening.js';
import { mixing, watching } from './mixing.js';
import { repeated } from './repeated.js';

const AGAIN_MS = 1000;
const PATIENCE_MS = 4000;
const SHOWN_MS = 5000;
const STATES = {
  connecting: 'connecting',
  connected: 'connected',
  lost: 'no answer from jackrf',
  refused: 'this link is not valid any more',
};

/**
 * @typedef {{role: 'observer' | 'musician' | 'engineer', mix: string | null, session: string,
 *            mixes: {id: string, name: string, number: number, encrypted: boolean}[], rate: number,
 *            https: number | null, authority: boolean, faders: boolean, desk: string}} Me
 */

const page = /** @type {HTMLElement} */ (document.getElementById('page'));

/** The token of the link, kept for when the page is opened from the home screen. */
function findToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  if (given) keep('token', given);
  return given || kept('token');
}

/** @param {string} text */
function say(text) {
  page.replaceChildren(make('main.alone', {}, make('h1', {}, 'jackrf'), make('p', { role: 'status' }, text)));
}

async function begin() {
  const token = findToken();
  if (!token) {
    say('Scan the code of your mix, or open the link that you were given.');
    return;
  }
  let answer;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    answer = await fetch('/api/me', { headers: { Authorization: `Bearer ${token}` }, signal });
  } catch {
    say('There is no answer from jackrf. Is this device in the right network?');
    setTimeout(begin, AGAIN_MS);
    return;
  }
  if (answer.status === 401) {
    keep('token', '');
    say('This link is not valid any more: ask for the code of your mix.');
    return;
  }
  if (!answer.ok) {
    setTimeout(begin, AGAIN_MS);
    return;
  }
  show(token, await answer.json());
}

/**
 * @param {string} token
 * @param {Me} me
 */
function show(token, me) {
  const isEngineer = me.role === 'engineer';
  const title = isEngineer ? me.session : me.mixes[0].name;
  document.title = `${title} · jackrf`;
  const name = make('h1', {}, title);
  const under = make('span.session', {}, isEngineer ? 'all mixes' : me.session);
  const hearing = listening(token, me.rate, me.mixes[0], me.https);
  if (!me.faders) {
    const header = make('header.top', {}, make('div', {}, name, under));
    page.replaceChildren(header, make('main', {}, ...repeated(token, me, hearing)));
    return;
  }
  const prefixes = isEngineer ? ['/'] : [`/mix/${me.mixes[0].number}`];
  const desk = new Desk(token, prefixes);
  const state = make('span.state', { role: 'status' }, STATES.connecting);
  desk.stateWatchers.add((now) => {
    state.textContent = STATES[now];
    state.dataset.state = now;
    document.body.classList.toggle('away', now !== 'connected');
  });
  state.dataset.state = 'connecting';
  if (!isEngineer) desk.watch(`/mix/${me.mixes[0].number}/name`, (said) => (name.textContent = said));
  const header = make('header.top', {}, make('div', {}, name, under), state);
  const main = make('main', {});
  if (isEngineer) {
    main.append(...engineer(desk, token, me.mixes, hearing));
  } else {
    const shown = me.role === 'musician' ? mixing : watching;
    main.append(hearing.element, shown(new Part(desk), me.mixes[0]));
  }
  const told = make('p.error', { role: 'alert' });
  let shown = 0;
  desk.watch('/error', (_path, _code, text) => {
    told.textContent = String(text);
    clearTimeout(shown);
    shown = setTimeout(() => (told.textContent = ''), SHOWN_MS);
  });
  page.replaceChildren(header, main, told);
  desk.open();
}

// It is refused where somebody has clicked a warning away; then there is no shell, and nothing lacks.
navigator.serviceWorker?.register('/shell.js').catch(() => {});
window.addEventListener('hashchange', () => location.reload());
begin();
