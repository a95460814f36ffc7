// The difference of two clocks, from pings over links of all kinds; time is an argument.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Clocks } from './audio/clocks.js';

const AHEAD = 5000; // ms, the relay's clock of ours

/** A ping at a time, with so many ms there and back. */
const ping = (clocks, at, there, back, ahead = AHEAD) =>
  clocks.add(at, at + there + ahead, at + there + back);

test('nothing is known before the first ping, and then it is', () => {
  const clocks = new Clocks();
  assert.ok(Number.isNaN(clocks.offset));
  ping(clocks, 1000, 2, 2);
  assert.equal(clocks.offset, AHEAD);
});

test('what waits on the way back is not taken for a difference', () => {
  const clocks = new Clocks();
  ping(clocks, 0, 1, 1);
  for (let at = 2000; at < 60_000; at += 2000) ping(clocks, at, 1, 25);
  assert.ok(Math.abs(clocks.offset - AHEAD) <= 0.01, `${clocks.offset}`);
});

test('clocks that part are followed, to the ms that a slow ping is wrong by', () => {
  const clocks = new Clocks();
  let ahead = AHEAD;
  for (let at = 0; at < 600_000; at += 2000) {
    ahead = AHEAD + 5e-5 * at;
    ping(clocks, at, 1, at % 14_000 ? 25 : 3, ahead);
    assert.ok(Math.abs(clocks.offset - ahead) <= 4, `${at}: ${clocks.offset - ahead}`);
  }
});

test('a device that has slept knows at its first ping', () => {
  const clocks = new Clocks();
  ping(clocks, 0, 1, 1);
  ping(clocks, 2000, 4, 40, AHEAD + 9000);
  assert.ok(Math.abs(clocks.offset - AHEAD - 9000) <= 18);
});

test('the time of day may be set: what is told of it goes along', () => {
  const clocks = new Clocks();
  ping(clocks, 1000, 2, 2);
  assert.equal(clocks.ofDay(2000, 2000), AHEAD);
  assert.equal(clocks.ofDay(3000, 3000 + 3_600_000), AHEAD - 3_600_000);
});
