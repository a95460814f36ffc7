// Getting in by WebTransport, against one that behaves badly: what is given up is heard of no more.

import assert from 'node:assert/strict';
import test from 'node:test';

const utf8 = new TextEncoder();
/** @type {any} */
let last;

class FakeTransport {
  constructor() {
    last = this;
    this.ready = Promise.resolve();
    this.closed = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.datagrams = { readable: new ReadableStream(), incomingMaxBufferedDatagrams: 1 };
    const readable = new ReadableStream({ start: (lines) => (this.lines = lines) });
    this.stream = { readable, writable: new WritableStream() };
    this.isClosed = false;
  }

  async createBidirectionalStream() {
    return this.stream;
  }

  close() {
    this.isClosed = true;
    this.resolve({});
  }

  say(what) {
    this.lines.enqueue(utf8.encode(`${JSON.stringify(what)}\n`));
  }
}

Object.assign(globalThis, { self: globalThis, WebTransport: FakeTransport, location: { hostname: 'stage' } });
const { byDatagrams } = await import('./audio/webtransport.js');

const DOOR = { port: 1, path: '/', fingerprints: ['00ff'] };
const WISH = { url: '', token: 'a', mix: 'b' };
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

/** Ears that note what they hear. */
function ears() {
  const heard = [];
  const note = (kind) => (what) => heard.push([kind, what]);
  return { heard, hear: note('hear'), take: note('take'), gone: note('gone') };
}

test('a page that is let in hears, and hears when it has ended', async () => {
  const own = ears();
  const getting = byDatagrams(DOOR, WISH, own);
  await pause();
  last.say({ rate: 48000 });
  assert.equal((await getting).by, 'WebTransport');
  last.say({ bye: 4000 });
  await pause();
  assert.deepEqual(own.heard, [['hear', { rate: 48000 }], ['gone', 4000]]);
});

test('a page that is sent away knows why', async () => {
  const own = ears();
  const getting = byDatagrams(DOOR, WISH, own);
  await pause();
  last.say({ bye: 4401 });
  await getting;
  await pause();
  assert.deepEqual(own.heard, [['gone', 4401]]);
});

test('what ends before it has begun is left for the other way at once', async () => {
  const own = ears();
  const getting = byDatagrams(DOOR, WISH, own);
  await pause();
  last.reject(new Error('reset'));
  await assert.rejects(getting, /it was closed/);
  await pause();
  assert.deepEqual(own.heard, []);
});

test('what has not begun in time is left, and ends no other way by its end', async () => {
  const own = ears();
  await assert.rejects(byDatagrams(DOOR, WISH, own), /no answer in time/);
  assert.ok(last.isClosed);
  last.say({ rate: 48000 });
  await pause();
  assert.deepEqual(own.heard, []);
});
