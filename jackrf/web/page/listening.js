// Hearing: one big button, how late it is and why, and how much is kept back against a bad network.

import { Player } from './audio/player.js';
import { make } from './dom.js';
import { keep, kept } from './kept.js';

const MARGINS = { tight: 2, normal: 10, safe: 30 }; // ms

const WORDS = {
  off: 'Listen',
  connecting: 'Connecting …',
  playing: 'Listening',
  lost: 'Lost: trying again …',
  paused: 'Interrupted: tap to go on',
  refused: 'This link is not valid any more',
  sealed: 'Encrypted: not heard on a page',
};

/** States in which nothing plays, nor will by itself. */
const OVER = ['off', 'refused', 'sealed'];

const SEALED =
  'This mix is encrypted, so it is not played in a browser. Hear it with jackrf listen, or another ' +
  'player of encrypted RTP. Its faders work here.';

/** @typedef {{id: string, name: string, encrypted: boolean}} Mix */

/**
 * @param {string} token
 * @param {number} rate
 * @param {Mix} mix
 * @param {number | null} https port on which it would sound better
 * @returns {{element: HTMLElement, tune: (mix: Mix) => void}}
 */
export function listening(token, rate, mix, https) {
  let heard = mix;
  const word = make('span.word', {}, WORDS.off);
  // What stands in a button is its name, and is read out to nobody who is elsewhere.
  const told = make('p.unseen', { role: 'status' });
  const button = make(
    'button.listen',
    { type: 'button', 'aria-pressed': 'false' },
    make('span.sign', { 'aria-hidden': 'true' }),
    word,
  );
  const total = make('span.total', {}, '');
  const parts = make('span.parts', {}, '');
  const margins = make('fieldset.margins', {}, make('legend', {}, 'Against drop-outs'));
  const heeded = make('p.delay', {}, total, parts);
  const sealed = make('p.sealed', {}, SEALED);
  const element = make('section.listening', { 'aria-label': 'Listening' }, button, told, heeded, margins, sealed);
  const show = () => {
    for (const one of [button, heeded, margins]) one.hidden = heard.encrypted;
    sealed.hidden = !heard.encrypted;
  };
  show();
  const player = new Player(
    token,
    rate,
    MARGINS[margin()],
    (state) => {
      word.textContent = WORDS[state];
      // A short gap, which is a moment of connecting, is read out to nobody.
      if (state !== 'connecting') told.textContent = WORDS[state];
      element.dataset.state = state;
      button.setAttribute('aria-pressed', String(!OVER.includes(state)));
      if (OVER.includes(state)) total.textContent = parts.textContent = '';
    },
    (reading) => {
      element.dataset.by = reading.by;
      read(reading, total, parts);
    },
  );
  button.addEventListener('click', () => {
    if (player.state === 'paused') player.goOn();
    else if (OVER.includes(player.state)) player.start(heard.id, heard.name);
    else player.stop();
  });
  for (const [name, ms] of Object.entries(MARGINS)) {
    const input = /** @type {HTMLInputElement} */ (
      make('input', { type: 'radio', name: 'margin', value: name, checked: name === margin() })
    );
    input.addEventListener('change', () => {
      keep('margin', name);
      player.setMargin(ms);
    });
    margins.append(make('label', {}, input, make('span', {}, name)));
  }
  if (!Player.secure) element.append(plainly(https, token));
  return {
    element,
    tune: (other) => {
      heard = other;
      show();
      if (other.encrypted) player.stop();
      else if (!OVER.includes(player.state)) player.start(other.id, other.name);
    },
  };
}

/** @returns {keyof MARGINS} */
function margin() {
  const before = kept('margin');
  return Object.hasOwn(MARGINS, before) ? /** @type {keyof MARGINS} */ (before) : 'normal';
}

/**
 * @param {import('./audio/player.js').Reading} reading
 * @param {HTMLElement} total
 * @param {HTMLElement} parts
 */
function read(reading, total, parts) {
  const ms = (/** @type {number} */ value) => (Number.isFinite(value) ? Math.round(value) : '–');
  total.textContent = Number.isFinite(reading.total) ? `${ms(reading.total)} ms` : '';
  parts.textContent = Number.isFinite(reading.total)
    ? `network ${ms(reading.air)} · kept back ${ms(reading.buffer)} · this device ${ms(reading.device)}` +
      (reading.underruns > 1 ? ` · ran dry ${reading.underruns}×` : '')
    : '';
}

/**
 * @param {number | null} https
 * @param {string} token of the link: a page from the home screen has none in its address
 */
function plainly(https, token) {
  const said = 'Over plain http the sound is some 15 ms later and the screen may go dark. ';
  const note = make('p.plain', {}, said);
  if (https !== null) {
    const url = `https://${location.hostname}:${https}${location.pathname}#t=${token}`;
    note.append(make('a', { href: url }, 'Use https'), ' ');
    note.append(make('a', { href: `/install#t=${token}` }, 'How to'));
  }
  return note;
}
