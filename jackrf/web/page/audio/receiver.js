// The worker that receives: nothing that the page does, no layout and no finger, makes sound late.

import { Clocks } from './clocks.js';
import { parse } from './packet.js';
import { bySocket } from './websocket.js';
import { byDatagrams, findDoor, hasDatagrams } from './webtransport.js';

const LEAST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 4000;
const TRY_AGAIN_MS = 60_000; // a network that let no datagrams through is not asked all the time
const PING_MS = 2000;
const LOOK_MS = 500;
const SILENT_MS = 3000; // no packet and no answer for so long: the network has gone without a word
const FIRST_PINGS = 8; // at once; the quickest says what the relay's clock shows
const OLD_MS = 300; // the most that a budget holds (80 ms), and one timeout of TCP (200 ms)
const WRONG_TOKEN = 4401;
const ENCRYPTED = 4403;
const NO_SUCH_MIX = 4404;
const COME_AGAIN = 4000;
/** @type {Record<number, string>} codes after which it is no use to try again, and the state then */
const FINAL = { [WRONG_TOKEN]: 'refused', [NO_SUCH_MIX]: 'refused', [ENCRYPTED]: 'sealed' };

/** @type {MessagePort | undefined} */
let port;
/** @type {import('./websocket.js').Way | undefined} */
let way;
let wish = { url: '', token: '', mix: '' };
let pause = LEAST_PAUSE_MS;
let doing = {};
let closed = false;
let pongs = 0;
let clocks = new Clocks();
let turn = 0; // of connecting
let heardAt = 0;
let pingedAt = 0;
let refusedAt = -Infinity; // when datagrams did not get through

const now = () => performance.timeOrigin + performance.now();

/** Get in: by datagrams where browser, relay and network have them, else by a WebSocket. */
async function connect() {
  turn += 1;
  const mine = turn;
  const ears = {
    hear: (/** @type {any} */ said) => {
      if (mine === turn) hear(said);
    },
    take: (/** @type {ArrayBuffer} */ data) => {
      if (mine === turn) take(data);
    },
    gone: (/** @type {number} */ code) => {
      if (mine === turn) gone(code);
    },
  };
  pongs = 0;
  clocks = new Clocks();
  way = undefined;
  /** @type {import('./websocket.js').Way | undefined} */
  let opened;
  if (hasDatagrams && now() - refusedAt > TRY_AGAIN_MS) {
    // Who does not answer at all says nothing of datagrams.
    const door = await findDoor(wish).catch(() => undefined);
    if (mine !== turn) return;
    if (door === undefined) {
      gone(0);
      return;
    }
    if (door) {
      opened = await byDatagrams(door, wish, ears).catch(() => undefined);
      if (!opened) refusedAt = now();
    }
  }
  if (mine !== turn) {
    opened?.close();
    return;
  }
  way = opened ?? bySocket(wish, ears);
  heardAt = now();
  postMessage({ by: way.by });
  if (opened) ping();
}

/** @param {number} code */
function gone(code) {
  turn += 1;
  way = undefined;
  if (closed) return;
  postMessage({ state: FINAL[code] ?? 'lost' });
  if (code in FINAL) return;
  const wait = code === COME_AGAIN ? LEAST_PAUSE_MS : pause;
  pause = Math.min(2 * pause, MOST_PAUSE_MS);
  setTimeout(connect, wait * (0.75 + Math.random() / 2));
}

/** @param {any} said */
function hear(said) {
  heardAt = now();
  if (said.pong !== undefined) {
    pongs += 1;
    clocks.add(said.pong, said.clock, heardAt);
    tellOffset();
    if (pongs < FIRST_PINGS) ping();
  } else {
    pause = LEAST_PAUSE_MS;
    port?.postMessage({ reset: true });
    postMessage({ hello: said });
    ping();
  }
}

/** @param {ArrayBuffer} data */
function take(data) {
  heardAt = now();
  const packet = parse(data);
  if (packet === null) return;
  const age = heardAt + clocks.offset - packet.made;
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
  tellOffset();
  ages.length = 0;
}

/** The audio thread has no clock but the time of day, which somebody may set at any time. */
function tellOffset() {
  postMessage({ offset: clocks.ofDay(now(), Date.now()) });
}

function ping() {
  pingedAt = now();
  way?.say({ ping: pingedAt, ...doing });
}

setInterval(() => {
  const silence = now() - heardAt;
  if (now() - pingedAt >= PING_MS || silence > LOOK_MS) ping();
  if (way && silence > SILENT_MS) {
    way.close();
    gone(0);
  }
}, LOOK_MS);

onmessage = (event) => {
  const said = event.data;
  if (said.port) port = said.port;
  if (said.doing) doing = said.doing;
  if (said.close) {
    closed = true;
    turn += 1;
    way?.close();
    close();
  }
  if (said.open) {
    wish = said.open;
    connect();
  }
};
