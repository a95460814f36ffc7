// OSC packets, and the tapers, against values that Python's own side has made.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { parse } from './audio/packet.js';
import { decode, encode } from './osc.js';
import { decibels, gainText, panText, position, spokenGain } from './taper.js';

const told = JSON.parse(readFileSync(process.env.TOLD, 'utf8'));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));

test('a packet is read as Python wrote it', () => {
  for (const [hex, messages] of told.packets) {
    assert.deepEqual(decode(bytes(hex).buffer), messages);
  }
});

test('a packet is written as Python writes it', () => {
  for (const [path, types, args, hex] of told.messages) {
    assert.deepEqual(encode(path, types, ...args), bytes(hex));
  }
});

test('a fader is where Python has it', () => {
  for (const [at, db, text] of told.faders) {
    const found = decibels(at);
    assert.ok(db === null ? found === -Infinity : Math.abs(found - db) < 1e-9);
    assert.equal(gainText(found), text.replace('-', '−'));
    if (db !== null) assert.ok(Math.abs(position(db) - at) < 1e-9);
  }
});

test('gain and pan are said in words', () => {
  assert.equal(spokenGain(-6.5), 'minus 6.5 decibels');
  assert.equal(spokenGain(-Infinity), 'off');
  assert.equal(panText(0), 'centre');
  assert.equal(panText(-0.5), '50 % left');
});

test('sound is read as Python made it', () => {
  for (const [hex, frame, made, left, right] of told.sound) {
    const packet = parse(bytes(hex).buffer);
    assert.equal(packet.frame, frame);
    assert.ok(Math.abs(packet.made - made) < 0.002);
    assert.deepEqual([...packet.left], left);
    assert.deepEqual([...packet.right], right);
  }
  assert.equal(parse(new ArrayBuffer(24)), null);
});
