// The desk's connection: given up when it is silent, made anew, and what is watched ends with its part.

import assert from 'node:assert/strict';
import test from 'node:test';

let time = 0;
const later = [];
const ticks = [];
const sockets = [];

class FakeSocket {
  static OPEN = 1;

  constructor(url) {
    Object.assign(this, { url, readyState: 0, sent: [], closed: false });
    sockets.push(this);
  }

  send(data) {
    this.sent.push(data);
  }

  close() {
    this.closed = true; // and says so at some time, if ever
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }
}

Object.assign(globalThis, {
  WebSocket: FakeSocket,
  document: { addEventListener: () => {} },
  location: { protocol: 'https:', host: 'stage' },
  requestAnimationFrame: (done) => later.push(done),
  setInterval: (tick) => ticks.push(tick),
  setTimeout: (done) => later.push(done),
});
Object.defineProperty(globalThis, 'performance', { value: { now: () => time } });

const { Desk, Part } = await import('./desk.js');

/** Let seconds pass, with the look that there is in each. */
const pass = (seconds) => {
  for (let i = 0; i < seconds; i += 1) {
    time += 1000;
    ticks.at(-1)();
  }
};
const again = () => later.splice(0).forEach((done) => done());
const opened = () => {
  later.length = 0; // of the test before
  const desk = new Desk('token', ['/mix/1']);
  desk.open();
  return desk;
};

test('a connection that is not made within some seconds is given up and made anew', () => {
  const desk = opened();
  const first = sockets.at(-1);
  pass(3);
  assert.equal(first.closed, false);
  pass(1);
  assert.deepEqual([first.closed, desk.state], [true, 'lost']);
  again();
  const second = sockets.at(-1);
  assert.notEqual(first, second);
  second.open();
  first.onclose({ code: 1006 }); // it has ended after all: that is nobody's concern
  first.onopen();
  assert.deepEqual([desk.socket, first.sent.length], [second, 0]);
  desk.hear({ path: '/sync/end', args: ['/mix/1', 7, 3] });
  assert.equal(desk.state, 'connected');
  pass(4);
  assert.deepEqual([second.closed, desk.state], [true, 'lost']);
});

test('a clock that somebody sets ends no connection', () => {
  const desk = opened();
  sockets.at(-1).open();
  desk.hear({ path: '/sync/end', args: ['/mix/1', 7, 3] });
  const real = Date.now;
  Date.now = () => real() + 3_600_000;
  try {
    desk.hear({ path: '/heartbeat', args: [7, 1] });
    pass(3);
    assert.equal(desk.state, 'connected');
  } finally {
    Date.now = real;
  }
});

test('a link that is refused is not tried again', () => {
  const desk = opened();
  sockets.at(-1).open();
  sockets.at(-1).onclose({ code: 4401 });
  const many = sockets.length;
  pass(10);
  again();
  assert.deepEqual([desk.state, sockets.length], ['refused', many]);
});

test('meters show nothing while nothing is told', () => {
  const desk = opened();
  sockets.at(-1).open();
  const shown = [];
  desk.watch('/mix/1/in/2/meter', (level) => shown.push(level));
  desk.watch('/mix/1/in/2/fader', (level) => shown.push(level));
  desk.hear({ path: '/mix/1/in/2/meter', args: [0.5] });
  desk.hear({ path: '/mix/1/in/2/fader', args: [0.75] });
  sockets.at(-1).onclose({ code: 1006 });
  assert.deepEqual(shown, [0.5, 0.75, 0]);
});

test('what a part of the page watches and touches ends with it', () => {
  const desk = opened();
  const shown = [];
  desk.watch('/mix/1/name', (name) => shown.push(['whole', name]));
  const part = new Part(desk);
  part.watch('/mix/1/name', (name) => shown.push(['part', name]));
  part.touch('/mix/1/in/2/fader', true);
  assert.deepEqual([...desk.fingers.keys()], ['/mix/1/in/2/fader']);
  part.end();
  desk.hear({ path: '/mix/1/name', args: ['Dave'] });
  assert.deepEqual(shown, [['whole', 'Dave']]);
  assert.equal(desk.fingers.size, 0);
});

test('names that come after a sync are known with the next heartbeat', () => {
  const desk = opened();
  let looked = 0;
  desk.watch('/sync/end', () => (looked += 1));
  desk.hear({ path: '/mix/2/in/1/name', args: ['Vox'] });
  assert.equal(looked, 0);
  desk.hear({ path: '/heartbeat', args: [1, 1] });
  desk.hear({ path: '/mix/2/in/1/name', args: ['Voice'] });
  desk.hear({ path: '/heartbeat', args: [2, 1] });
  assert.equal(looked, 1);
});
