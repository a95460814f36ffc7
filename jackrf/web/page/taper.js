// Positions and decibels: the fader of the X32 and the meter of IEC 60268-18, as jackrf/units.py.

/** From position, from dB, dB for the whole way, dB at position 0. */
const PIECES = [
  [0.5, -10, 40, -30],
  [0.25, -30, 80, -50],
  [0.0625, -60, 160, -70],
  [0, -90, 480, -90],
];

/**
 * Gain in dB of a fader's position 0..1: 0.75 is 0 dB, 1 is +10 dB, 0 is -Infinity.
 * @param {number} position
 */
export function decibels(position) {
  if (position <= 0) return -Infinity;
  const piece = PIECES.find(([from]) => position >= from) ?? PIECES[3];
  return piece[2] * position + piece[3];
}

/**
 * Position 0..1 of a fader for a gain in dB.
 * @param {number} db
 */
export function position(db) {
  for (const [, from, slope, base] of PIECES) {
    if (db >= from) return Math.min((db - base) / slope, 1);
  }
  return 0;
}

/**
 * A gain as a desk shows it: +3.0 dB, −6.5 dB, off.
 * @param {number} db
 */
export function gainText(db) {
  if (db < -90) return 'off';
  const rounded = Math.round(db * 10) / 10;
  if (rounded === 0) return '0.0 dB';
  return `${rounded > 0 ? '+' : '−'}${Math.abs(rounded).toFixed(1)} dB`;
}

/**
 * A gain as a screen reader says it.
 * @param {number} db
 */
export function spokenGain(db) {
  if (db < -90) return 'off';
  return `${db < -0.05 ? 'minus ' : ''}${Math.abs(db).toFixed(1)} decibels`;
}

/**
 * A place between the ears, -1 to 1, in words.
 * @param {number} pan
 */
export function panText(pan) {
  const percent = Math.round(Math.abs(pan) * 100);
  if (percent === 0) return 'centre';
  return `${percent} % ${pan < 0 ? 'left' : 'right'}`;
}
