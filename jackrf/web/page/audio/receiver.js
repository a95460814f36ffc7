// The worker that receives: nothing that the page does, no layout and no finger, makes sound late.

import { parse } from './packet.js';

const LEAST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 4000;
const PING_MS = 2000;
const FIRST_PINGS = 8; // the quickest of so many says what the relay's clock shows
const OLD_MS = 1000;
const WRONG_TOKEN = 4401;
const NO_SUCH_MIX = 4404;
const OTHER_CLOCK = 4000;

/** @type {MessagePort | undefined} */
let port;
/** @type {WebSocket | undefined} */
let socket;
let wish = { url: '', token: '', mix: '' };
let pause = LEAST_PAUSE_MS;
let doing = {};
let closed = false;
/** @type {{trip: number, offset: number}[]} */
let trips = [];
let offset = NaN; // relay's clock less ours
let silent = 0;

const now = () => performance.timeOrigin + performance.now();

function connect() {
  const opened = new WebSocket(wish.url);
  opened.binaryType = 'arraybuffer';
  socket = opened;
  opened.onopen = () => {
    opened.send(JSON.stringify({ token: wish.token, mix: wish.mix }));
    trips = [];
    ping();
  };
  opened.onmessage = (event) => {
    silent = 0;
    if (typeof event.data === 'string') hear(JSON.parse(event.data));
    else take(event.data);
  };
  opened.onclose = (event) => {
    if (closed || socket !== opened) return;
    const final = event.code === WRONG_TOKEN || event.code === NO_SUCH_MIX;
    postMessage({ state: final ? 'refused' : 'lost' });
    if (final) return;
    const wait = event.code === OTHER_CLOCK ? LEAST_PAUSE_MS : pause;
    pause = Math.min(2 * pause, MOST_PAUSE_MS);
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
  };
}

/** @param {any} said */
function hear(said) {
  if (said.pong !== undefined) {
    const trip = now() - said.pong;
    trips.push({ trip, offset: said.clock - (said.pong + trip / 2) });
    if (trips.length > FIRST_PINGS) trips.shift();
    offset = trips.reduce((best, one) => (one.trip < best.trip ? one : best)).offset;
    postMessage({ offset, trip });
    if (trips.length < FIRST_PINGS) ping();
  } else {
    pause = LEAST_PAUSE_MS;
    port?.postMessage({ reset: true });
    postMessage({ hello: said });
  }
}

/** @param {ArrayBuffer} data */
function take(data) {
  const packet = parse(data);
  if (packet === null) return;
  const age = now() + offset - packet.made;
  if (age > OLD_MS) return;
  note(age);
  port?.postMessage({ packet }, [packet.left.buffer, packet.right.buffer]);
}

/** @type {number[]} */
const ages = [];

/**
 * How long packets were on their way; told a few times a second, not for each.
 * @param {number} age
 */
function note(age) {
  ages.push(age);
  if (ages.length < 100) return;
  ages.sort((one, other) => one - other);
  postMessage({ air: { p50: ages[50], p99: ages[98] } });
  ages.length = 0;
}

function ping() {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ ping: now(), ...doing }));
  }
}

setInterval(() => {
  ping();
  silent += 1;
  // Nothing for six seconds, no answer either: the network has gone without a word.
  if (silent > 3 && socket?.readyState === WebSocket.OPEN) socket.close();
}, PING_MS);

onmessage = (event) => {
  const said = event.data;
  if (said.port) port = said.port;
  if (said.doing) doing = said.doing;
  if (said.close) {
    closed = true;
    socket?.close();
    close();
  }
  if (said.open) {
    wish = said.open;
    connect();
  }
};
