// The jitter buffer against simulated clocks and networks; nothing here depends on this machine's.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Ring } from './audio/ring.js';

const RATE = 48000;
const PACKET = 128;

/** A repeatable chance: mulberry32. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// 375 Hz: one whole wave in each packet.
const samples = Float32Array.from({ length: PACKET }, (_, i) => Math.sin((2 * Math.PI * i) / PACKET) / 2);

const packet = (frame) => [frame, samples, samples];

/**
 * Play for some seconds; packets come by one clock, sound is asked for by another.
 * @param {{ppm?: number, burst?: number, late?: () => number, lost?: () => boolean,
 *          seconds?: number, gap?: [number, number], margin?: number}} how
 */
function simulate(how) {
  const { ppm = 0, burst = 1, late = () => 0, lost = () => false, seconds = 60, margin = 10 } = how;
  const [gapFrom, gapTo] = how.gap ?? [Infinity, Infinity];
  const ring = new Ring(RATE, RATE, margin);
  const coming = [];
  const depths = [];
  let played = 0;
  let next = 0;
  let biggest = 0;
  let last = 0;
  let half = null;
  const left = new Float32Array(128);
  const right = new Float32Array(128);
  const pace = 1 + ppm * 1e-6;
  for (let now = 0; now < seconds; now = (played * 128 * burst) / RATE) {
    for (; (next * PACKET) / (RATE * pace) <= now; next += 1) {
      const made = (next * PACKET) / (RATE * pace);
      const inGap = made >= gapFrom && made < gapTo;
      if (!inGap && !lost()) coming.push({ at: made + late(), frame: next * PACKET });
    }
    if (coming.length > 1) coming.sort((one, other) => one.at - other.at);
    while (coming.length && coming[0].at <= now) ring.write(...packet(coming.shift().frame));
    for (let i = 0; i < burst; i += 1) {
      ring.read(left, right);
      for (const sample of left) {
        biggest = Math.max(biggest, Math.abs(sample - last));
        last = sample;
      }
    }
    played += 1;
    if (now <= seconds / 2) continue;
    depths.push(ring.depth);
    half ??= { played, tail: ring.tail };
  }
  const heard = (ring.tail - half.tail) / ((played - half.played) * 128 * burst);
  depths.sort((one, other) => one - other);
  return { ring, biggest, drift: (heard - 1) * 1e6, least: depths[0], most: depths[depths.length - 1] };
}

const wifi = (seed) => {
  const random = chance(seed);
  return () => 0.002 + Math.abs(random() + random() + random() - 1.5) * 0.002 + (random() < 0.01 ? random() * 0.02 : 0);
};

for (const ppm of [-300, -100, 0, 100, 300]) {
  for (const burst of [1, 4]) {
    test(`clocks ${ppm} ppm apart, ${burst} quanta at a time, on Wi-Fi`, () => {
      const random = chance(7);
      const seconds = 120;
      const { ring, most, drift } = simulate({
        ppm,
        burst,
        seconds,
        late: wifi(3),
        lost: () => random() < 0.005,
      });
      assert.ok(ring.underruns <= 4, `ran dry ${ring.underruns} times`);
      assert.ok(ring.jumps <= 1, `jumped ${ring.jumps} times`);
      assert.ok(most < 0.045 * RATE, `kept back ${(1000 * most) / RATE} ms`);
      assert.ok(Math.abs(drift - ppm) < 30, `followed ${drift} ppm`);
    });
  }
}

test('a quiet network is heard without a step', () => {
  const { ring, biggest } = simulate({ seconds: 10 });
  assert.equal(ring.underruns, 0);
  // The steepest step of the tone itself is 0.025.
  assert.ok(biggest < 0.04, `a step of ${biggest}`);
});

test('an outage of 100 ms is faded, and is over when it is over', () => {
  const { ring, biggest, most } = simulate({ seconds: 10, gap: [5, 5.1] });
  assert.ok(ring.underruns >= 1 && ring.underruns <= 2);
  assert.ok(biggest < 0.12, `a step of ${biggest}`);
  assert.ok(most < 0.06 * RATE, 'the past is not played');
});

test('what TCP sends again after an outage is left behind as soon as there is something new', () => {
  const ring = new Ring(RATE, RATE, 2);
  const out = new Float32Array(128);
  for (let i = 0; i < 6; i += 1) ring.write(...packet(i * PACKET));
  for (let i = 0; i < 20; i += 1) ring.read(out, out.slice());
  assert.equal(ring.underruns, 1);
  // 16 ms were under way, and come once more; a device that asks now plays them.
  for (let i = 6; i < 12; i += 1) ring.write(...packet(i * PACKET));
  ring.read(out, out.slice());
  assert.ok(ring.playing);
  // What was made in the 200 ms meanwhile was dropped by the budget.
  ring.write(...packet(90 * PACKET));
  assert.ok(ring.depth < 0.03 * RATE, `${(1000 * ring.depth) / RATE} ms of the past would be played`);
});

test('a lost packet is the last one faded away, not a hole with edges', () => {
  let number = 0;
  const { ring, biggest } = simulate({ seconds: 5, lost: () => (number += 1) % 200 === 0 });
  assert.ok(ring.lost >= 8 * PACKET);
  assert.equal(ring.underruns, 0);
  assert.ok(biggest < 0.55, `a step of ${biggest}`);
});

test('what comes late or twice changes nothing that was played', () => {
  const ring = new Ring(RATE, RATE, 2);
  const out = new Float32Array(128);
  for (let i = 0; i < 20; i += 1) ring.write(...packet(i * PACKET));
  for (let i = 0; i < 4; i += 1) ring.read(out, out.slice());
  const { head, depth } = ring;
  ring.write(...packet(0));
  ring.write(...packet(head - PACKET));
  assert.equal(ring.head, head);
  assert.equal(ring.depth, depth);
});

test('another run of JACK begins anew', () => {
  const ring = new Ring(RATE, RATE, 2);
  const out = new Float32Array(128);
  for (let i = 0; i < 20; i += 1) ring.write(...packet(10_000_000 + i * PACKET));
  ring.read(out, out.slice());
  for (let i = 0; i < 20; i += 1) ring.write(...packet(i * PACKET));
  assert.equal(ring.head, 20 * PACKET);
  for (let i = 0; i < 4; i += 1) ring.read(out, out.slice());
  assert.ok(ring.playing);
});

test('another margin is kept from then on', () => {
  const { most: tight } = simulate({ seconds: 20, margin: 2 });
  const { least: safe } = simulate({ seconds: 20, margin: 30 });
  assert.ok(safe > tight + 0.015 * RATE, `${tight} and ${safe} frames`);
});
