// What fingers and keys move: faders, pans and switches, each joined to an address of the desk.

import { make } from './dom.js';
import { decibels, gainText, panText, position, spokenGain } from './taper.js';

const FINE = 0.25; // of the way, with Shift or far from the control
const STEPS_DB = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 6, PageDown: -6 };

/**
 * @typedef {Pick<import('./desk.js').Part, 'values' | 'watch' | 'set' | 'touch'>} Desk
 * @typedef {{label: string, low: number, high: number, zero: number, touches: boolean,
 *            text: (value: number) => string, spoken: (value: number) => string,
 *            step: (value: number, steps: number) => number}} Kind
 */

/**
 * A control that slides: relative to the finger, so that touching it never makes it jump. It lies
 * where it is wider than high, and stands elsewhere.
 */
class Slider {
  /** @type {((text: string) => void) | undefined} */
  shown = undefined;

  /**
   * @param {Desk} desk
   * @param {string} path
   * @param {Kind} kind
   */
  constructor(desk, path, kind) {
    this.desk = desk;
    this.path = path;
    this.kind = kind;
    this.value = kind.zero;
    /** @type {{id: number, x: number, y: number, value: number} | null} */
    this.held = null;
    this.element = make('div.slider', {
      role: 'slider',
      tabIndex: 0,
      'aria-label': kind.label,
      'aria-valuemin': String(kind.low),
      'aria-valuemax': String(kind.high),
    });
    this.show(kind.zero);
    const element = this.element;
    element.addEventListener('pointerdown', (event) => this.down(event));
    element.addEventListener('pointermove', (event) => this.move(event));
    element.addEventListener('pointerup', (event) => this.up(event));
    element.addEventListener('pointercancel', (event) => this.up(event));
    element.addEventListener('lostpointercapture', (event) => this.up(event));
    element.addEventListener('keydown', (event) => this.key(event));
    element.addEventListener('dblclick', () => this.change(kind.zero));
    desk.watch(path, (value) => {
      if (!this.held) this.show(value);
    });
  }

  /** @param {number} value */
  show(value) {
    this.value = value;
    const { low, high, text, spoken } = this.kind;
    const element = this.element;
    element.style.setProperty('--value', String((value - low) / (high - low)));
    element.setAttribute('aria-valuenow', value.toFixed(3));
    element.setAttribute('aria-valuetext', spoken(value));
    element.dataset.text = text(value);
    this.shown?.(text(value));
  }

  /** @param {number} value */
  change(value) {
    const { low, high } = this.kind;
    const wanted = Math.fround(Math.max(low, Math.min(high, value)));
    if (wanted === this.value) return;
    this.show(wanted);
    this.desk.set(this.path, 'f', wanted);
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || this.held) return;
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add('held');
    const { clientX: x, clientY: y, pointerId: id } = event;
    this.held = { id, x, y, value: this.value };
    if (this.kind.touches) this.desk.touch(this.path, true);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const held = this.held;
    if (!held || held.id !== event.pointerId) return;
    const { width, height } = this.element.getBoundingClientRect();
    const lying = width > height;
    const way = lying ? (event.clientX - held.x) / width : (held.y - event.clientY) / height;
    const { low, high } = this.kind;
    const pace = event.shiftKey ? FINE : 1;
    const wanted = held.value + way * pace * (high - low);
    this.change(wanted);
    Object.assign(held, { x: event.clientX, y: event.clientY });
    // What is beyond an end is not saved up.
    held.value = Math.max(low, Math.min(high, wanted));
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.held || this.held.id !== event.pointerId) return;
    this.held = null;
    this.element.classList.remove('held');
    if (this.kind.touches) this.desk.touch(this.path, false);
    // What came meanwhile, if anything did: jackrf tells the true value soon.
    this.show(this.desk.values.get(this.path) ?? this.value);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { low, high, zero, step } = this.kind;
    const steps = STEPS_DB[/** @type {keyof STEPS_DB} */ (event.key)];
    if (steps !== undefined) this.change(step(this.value, event.shiftKey ? steps / 10 : steps));
    else if (event.key === 'Home') this.change(low);
    else if (event.key === 'End') this.change(high);
    else if (event.key === '0' || event.key === 'Delete') this.change(zero);
    else return;
    event.preventDefault();
  }
}

/**
 * A fader on the X32's taper.
 * @param {Desk} desk
 * @param {string} path
 * @param {string} label
 */
export function fader(desk, path, label) {
  const slider = new Slider(desk, path, {
    label: `${label} level`,
    low: 0,
    high: 1,
    zero: 0.75,
    touches: true,
    text: (value) => gainText(decibels(value)),
    spoken: (value) => spokenGain(decibels(value)),
    step: (value, steps) => (value <= 0 && steps > 0 ? position(-60) : stepped(value, steps)),
  });
  slider.element.classList.add('fader');
  const parts = ['track', 'meter', 'zero', 'cap'].map((name) => make(`span.${name}`));
  slider.element.append(...parts);
  slider.element.addEventListener('dblclick', (event) => event.stopImmediatePropagation());
  return slider;
}

/**
 * @param {number} value
 * @param {number} db
 */
function stepped(value, db) {
  const wanted = decibels(value) + db;
  return wanted < -89 ? 0 : position(wanted);
}

/**
 * A pan, from the left to the right.
 * @param {Desk} desk
 * @param {string} path
 * @param {string} label
 */
export function pan(desk, path, label) {
  const slider = new Slider(desk, path, {
    label: `${label} pan`,
    low: -1,
    high: 1,
    zero: 0,
    touches: false,
    text: panText,
    spoken: panText,
    step: (value, steps) => value + steps / 20,
  });
  slider.element.classList.add('pan');
  const sides = [make('span.side', {}, 'L'), make('span.side.right', {}, 'R')];
  for (const side of sides) side.setAttribute('aria-hidden', 'true');
  slider.element.append(...sides, make('span.fill'), make('span.cap'));
  return slider;
}

/**
 * More me: to the right the own input rises and all else falls.
 * @param {Desk} desk
 * @param {string} path
 */
export function moreMe(desk, path) {
  const slider = new Slider(desk, path, {
    label: 'More me',
    low: -1,
    high: 1,
    zero: 0,
    touches: false,
    text: (value) => gainText(6 * value),
    spoken: (value) => `${spokenGain(6 * value)} more of me`,
    step: (value, steps) => value + steps / 12,
  });
  slider.element.classList.add('pan', 'moreme');
  slider.element.append(make('span.fill'), make('span.cap'));
  return slider;
}

/**
 * A switch, such as mute.
 * @param {Desk} desk
 * @param {string} path
 * @param {string} kind class and word: mute, solo
 * @param {string} label whose
 */
export function toggle(desk, path, kind, label) {
  const button = make(
    `button.toggle.${kind}`,
    { type: 'button', 'aria-label': `${kind} ${label}`, 'aria-pressed': 'false' },
    kind === 'solo' ? 'Solo' : kind === 'pfl' ? 'PFL' : 'Mute',
  );
  const show = (/** @type {number} */ value) => {
    button.setAttribute('aria-pressed', value ? 'true' : 'false');
  };
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') === 'true' ? 0 : 1;
    show(on);
    desk.set(path, 'i', on);
  });
  desk.watch(path, show);
  return button;
}

/**
 * Have an element's --meter follow a meter.
 * @param {Desk} desk
 * @param {string} path
 * @param {HTMLElement} element
 */
export function meter(desk, path, element) {
  desk.watch(path, (value) => {
    element.style.setProperty('--meter', value.toFixed(3));
    element.classList.toggle('hot', value > 0.98);
  });
}
