// The desk as this page has it: one WebSocket that carries OSC packets, both ways.
//
// jackrf keeps the state. What is set here is shown at once and told; what others set comes back.
// While a finger is on a control jackrf does not move it, and it tells the true value once the
// finger has settled (docs/surfaces.md). After a silence everything is told anew.

import { decode, encode } from './osc.js';

const SILENCE_MS = 3500; // of the heartbeat, which comes each second; and of a connection that is made
const SYNC_PAUSE_MS = 5000;
const TOUCH_AGAIN_MS = 3000; // jackrf takes a finger that is silent for 8 s for gone
const LEAST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 4000;
export const WRONG_TOKEN = 4401;

/** ms, by a clock that nobody sets */
const now = () => performance.now();

/**
 * @typedef {'connecting' | 'connected' | 'lost' | 'refused'} State
 * @typedef {(...args: any[]) => void} Watcher
 */

export class Desk {
  /**
   * @param {string} token
   * @param {string[]} prefixes below which everything is told, such as /mix/1
   */
  constructor(token, prefixes) {
    this.token = token;
    this.prefixes = prefixes;
    /** @type {State} */
    this.state = 'connecting';
    /** @type {Map<string, any>} */
    this.values = new Map();
    /** @type {Map<string, Set<Watcher>>} */
    this.watchers = new Map();
    /** @type {Set<(state: State) => void>} */
    this.stateWatchers = new Set();
    /** @type {Map<string, [string, number]>} */
    this.pending = new Map();
    /** @type {Map<string, number>} */
    this.fingers = new Map();
    this.pause = LEAST_PAUSE_MS;
    this.heard = 0;
    this.synced = -SYNC_PAUSE_MS;
    this.fresh = false;
    this.named = false;
    /** @type {number | undefined} */
    this.revision = undefined;
    setInterval(() => this.look(), 1000);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.sync();
    });
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws/surface`);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.heard = now();
    socket.onopen = () => {
      if (this.socket !== socket) return;
      socket.send(JSON.stringify({ token: this.token }));
      for (const prefix of this.prefixes) this.send('/subscribe', 's', prefix);
      this.heard = now();
      this.revision = undefined;
    };
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      for (const said of decode(event.data)) this.hear(said);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lose(event.code);
    };
  }

  /**
   * Let go of the connection, and make another one soon.
   * @param {number} [code] with which it was closed
   */
  lose(code) {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
    this.fingers.clear();
    // What nobody tells any more is not shown as if it were so.
    for (const path of this.values.keys()) {
      if (path.includes('/meter') || path.endsWith('/limit')) this.hear({ path, args: [0] });
    }
    if (code === WRONG_TOKEN) {
      this.become('refused');
      return;
    }
    this.become('lost');
    setTimeout(() => this.open(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(2 * this.pause, MOST_PAUSE_MS);
  }

  /** @param {State} state */
  become(state) {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.stateWatchers) watcher(state);
  }

  /** @param {{path: string, args: any[]}} said */
  hear({ path, args }) {
    this.heard = now();
    if (path === '/heartbeat') {
      this.beat(args[0]);
      return;
    }
    if (path === '/sync/end') {
      this.pause = LEAST_PAUSE_MS;
      this.become('connected');
    }
    if (args.length === 1) {
      if (!path.includes('/meter') && !path.includes('/stream/')) {
        this.fresh ||= this.values.get(path) !== args[0];
      }
      this.named ||= path.endsWith('/name') && !this.values.has(path);
      this.values.set(path, args[0]);
    }
    this.tell(path, args);
  }

  /**
   * @param {string} path
   * @param {any[]} args
   */
  tell(path, args) {
    for (const watcher of this.watchers.get(path) ?? []) watcher(...args);
  }

  /**
   * The revision moves with each change. If it has moved and nothing new came, something was lost.
   * @param {number} revision
   */
  beat(revision) {
    const gap = !this.fresh && this.revision !== undefined && revision !== this.revision;
    if (gap && now() - this.synced > SYNC_PAUSE_MS) this.sync();
    this.revision = revision;
    this.fresh = false;
    // Of a large desk some names come after a sync.
    if (this.named) this.tell('/sync/end', []);
    this.named = false;
  }

  /** A network that has gone without a word is not waited for, be it while a connection is made. */
  look() {
    if (this.socket && now() - this.heard > SILENCE_MS) this.lose();
    for (const [path, told] of this.fingers) {
      if (now() - told > TOUCH_AGAIN_MS) this.touch(path, true);
    }
  }

  sync() {
    this.synced = now();
    this.send('/sync');
  }

  /**
   * Have what stands at an address told, now if it is known, and whenever it changes.
   * @param {string} path
   * @param {Watcher} watcher
   * @returns {() => void} ends it
   */
  watch(path, watcher) {
    const all = this.watchers.get(path) ?? new Set();
    this.watchers.set(path, all.add(watcher));
    if (this.values.has(path)) watcher(this.values.get(path));
    return () => all.delete(watcher);
  }

  /**
   * Set a value: the latest of each address is sent with the next frame of the screen.
   * @param {string} path
   * @param {string} type f or i
   * @param {number} value
   */
  set(path, type, value) {
    this.values.set(path, value);
    if (this.pending.size === 0) requestAnimationFrame(() => this.flush());
    this.pending.set(path, [type, value]);
  }

  flush() {
    for (const [path, [type, value]] of this.pending) this.send(path, type, value);
    this.pending.clear();
  }

  /**
   * Tell that a finger is on a fader, or that it has let go.
   * @param {string} path of the fader
   * @param {boolean} down
   */
  touch(path, down) {
    if (down) this.fingers.set(path, now());
    else this.fingers.delete(path);
    this.flush();
    this.send(`${path}/touch`, 'i', down ? 1 : 0);
  }

  /**
   * Send a message at once; while there is no connection it is lost.
   * @param {string} path
   * @param {string} types
   * @param {...(number | string)} args
   */
  send(path, types = '', ...args) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(encode(path, types, ...args));
    }
  }
}

/** The desk as one part of the page has it: what that watches and touches ends with it. */
export class Part {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.values = desk.values;
    /** @type {Set<() => void>} */
    this.ends = new Set();
    /** @type {Set<string>} */
    this.fingers = new Set();
  }

  /**
   * @param {string} path
   * @param {Watcher} watcher
   */
  watch(path, watcher) {
    this.ends.add(this.desk.watch(path, watcher));
  }

  /**
   * @param {string} path
   * @param {string} type
   * @param {number} value
   */
  set(path, type, value) {
    this.desk.set(path, type, value);
  }

  /**
   * @param {string} path
   * @param {boolean} down
   */
  touch(path, down) {
    if (down) this.fingers.add(path);
    else this.fingers.delete(path);
    this.desk.touch(path, down);
  }

  /** Watch and touch nothing any more. */
  end() {
    for (const end of this.ends) end();
    this.ends.clear();
    for (const path of this.fingers) this.touch(path, false);
  }
}
