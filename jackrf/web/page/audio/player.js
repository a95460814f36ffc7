// Hearing a mix: a worker that receives, and an audio node that plays. A tap has to start it.

import { Output } from './output.js';

const SCRIPT_FRAMES = 256;
const AGAIN_MS = 1000;

/**
 * @typedef {'off' | 'connecting' | 'playing' | 'lost' | 'paused' | 'refused' | 'sealed'} State
 * @typedef {{total: number, air: number, buffer: number, device: number, underruns: number,
 *            lost: number, by: string}} Reading
 * milliseconds; underruns: how often it ran empty; by: the transport
 */

export class Player {
  /** @type {((said: {margin?: number, reset?: boolean}) => void) | undefined} */
  setOutput = undefined;
  mix = '';
  title = '';

  /**
   * @param {string} token
   * @param {number} rate of the stream, Hz
   * @param {number} marginMs
   * @param {(state: State) => void} stateChanged
   * @param {(reading: Reading) => void} read
   */
  constructor(token, rate, marginMs, stateChanged, read) {
    this.token = token;
    this.rate = rate;
    this.margin = marginMs;
    this.stateChanged = stateChanged;
    this.tell = read;
    /** @type {State} */
    this.state = 'off';
    this.offset = NaN; // the relay's clock less the time of day, ms
    this.air = NaN;
    this.by = '';
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.goOn();
    });
    document.addEventListener('pointerdown', () => this.goOn());
    // A tab that is closed says so: nobody then takes its silence for a bad network.
    window.addEventListener('pagehide', () => this.stop());
  }

  /** Whether the page has the browser's better way to play, which plain http has not. */
  static get secure() {
    return 'audioWorklet' in AudioContext.prototype && window.isSecureContext;
  }

  /** @param {State} state */
  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.stateChanged(state);
  }

  /**
   * Play a mix from now on; called from a tap.
   * @param {string} mix
   * @param {string} title for the lock screen
   */
  async start(mix, title) {
    this.end();
    this.mix = mix;
    this.title = title;
    this.become('connecting');
    const session = /** @type {any} */ (navigator).audioSession;
    if (session) session.type = 'playback'; // the mute switch of an iPhone is for ringing
    const context = new AudioContext({ sampleRate: this.rate, latencyHint: 0 });
    this.context = context;
    const resumed = context.resume().catch(() => {});
    const channel = new MessageChannel();
    const worker = new Worker('/audio/receiver.js', { type: 'module' });
    this.worker = worker;
    let begun = false;
    // What one of before still says is of no interest.
    worker.onmessage = (event) => {
      begun = true;
      if (this.worker === worker) this.hear(event.data);
    };
    worker.onerror = () => {
      if (!begun) this.tryAgain(context);
    };
    worker.postMessage({ port: channel.port1 }, [channel.port1]);
    const node = await this.output(context, channel.port2).catch(() => undefined);
    if (this.context !== context) return;
    if (!node) {
      this.tryAgain(context);
      return;
    }
    this.node = node;
    node.connect(context.destination);
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const url = `${scheme}//${location.host}/ws/listen`;
    worker.postMessage({ open: { url, token: this.token, mix } });
    context.onstatechange = () => this.contextChanged(context);
    await resumed;
    if (this.context !== context) return;
    this.keepAwake();
    this.announce();
  }

  /**
   * Begin anew in a moment: a script that plays could not be had, since jackrf is away.
   * @param {AudioContext} context of the attempt that this was
   */
  tryAgain(context) {
    if (this.context !== context) return;
    this.become('lost');
    setTimeout(() => {
      if (this.context === context) this.start(this.mix, this.title);
    }, AGAIN_MS);
  }

  /**
   * @param {AudioContext} context
   * @param {MessagePort} port from which packets come
   * @returns {Promise<AudioNode>}
   */
  async output(context, port) {
    const tell = (/** @type {import('./output.js').Doing} */ doing) => {
      if (this.context === context) this.hearOutput(doing);
    };
    if (Player.secure) {
      await context.audioWorklet.addModule('/audio/worklet.js');
      const node = new AudioWorkletNode(context, 'jackrf-player', {
        numberOfInputs: 0,
        outputChannelCount: [2],
        processorOptions: { rate: this.rate, margin: this.margin },
      });
      node.port.onmessage = (event) => tell(event.data);
      node.port.postMessage({ port }, [port]);
      if (this.context === context) this.setOutput = (said) => node.port.postMessage(said);
      return node;
    }
    const output = new Output(this.rate, context.sampleRate, this.margin, tell);
    const node = context.createScriptProcessor(SCRIPT_FRAMES, 0, 2);
    node.onaudioprocess = ({ outputBuffer }) => {
      output.play(outputBuffer.getChannelData(0), outputBuffer.getChannelData(1));
    };
    port.onmessage = (event) => output.hear(event.data);
    this.setOutput = (said) => output.hear(said);
    return node;
  }

  stop() {
    this.end();
    this.become('off');
  }

  /** Let go of all that plays. */
  end() {
    this.worker?.postMessage({ close: true });
    this.worker = undefined;
    this.node?.disconnect();
    this.node = undefined;
    this.setOutput = undefined;
    const context = this.context;
    this.context = undefined;
    if (context && context.state !== 'closed') context.close();
    this.lock?.release().catch(() => {});
    this.lock = undefined;
    if (navigator.mediaSession) navigator.mediaSession.playbackState = 'none';
  }

  /** @param {number} ms how much sound is kept back against a bad network */
  setMargin(ms) {
    this.margin = ms;
    this.setOutput?.({ margin: ms });
  }

  /** @param {any} said by the worker */
  hear(said) {
    if (said.offset !== undefined) this.offset = said.offset;
    if (said.by) this.by = said.by;
    if (said.air) this.air = said.air.p50;
    if (said.state) {
      if (said.state !== 'lost') this.end(); // nothing comes any more
      this.become(said.state);
    }
    if (said.hello) {
      if (said.hello.rate !== this.rate) {
        this.rate = said.hello.rate;
        this.start(this.mix, this.title);
        return;
      }
      this.become('connecting');
    }
  }

  /** @param {import('./output.js').Doing} doing */
  hearOutput(doing) {
    const context = this.context;
    if (!context) return;
    const plays = doing.made > 0 && context.state === 'running';
    if (plays) this.become('playing');
    else if (this.state === 'playing') this.become('connecting');
    const device = 1000 * ((context.baseLatency || 0) + (context.outputLatency || 0));
    const waited = doing.at + this.offset - doing.made;
    const delay = plays ? waited + device : NaN;
    const told = { underruns: doing.underruns, lost: doing.lost, depth: doing.depth };
    const finite = Number.isFinite(delay) ? { delay } : {};
    this.worker?.postMessage({ doing: { ...told, ratio: doing.ratio, ...finite } });
    this.tell({
      total: delay,
      air: this.air,
      buffer: Math.max(0, waited - this.air),
      device,
      underruns: doing.underruns,
      lost: doing.lost,
      by: this.by,
    });
  }

  /** @param {AudioContext} context */
  contextChanged(context) {
    if (this.context !== context) return;
    // What has come meanwhile is old.
    if (context.state === 'running') this.setOutput?.({ reset: true });
    else this.become('paused'); // a call came in, or another app took the sound
  }

  /** Go on after an interruption. */
  goOn() {
    if (!this.context || this.state === 'off') return;
    if (this.context.state !== 'running') this.context.resume().catch(() => {});
    this.keepAwake();
  }

  async keepAwake() {
    if (!navigator.wakeLock || document.visibilityState !== 'visible') return;
    if (this.lock && !this.lock.released) return;
    const lock = await navigator.wakeLock.request('screen').catch(() => undefined);
    if (this.context) this.lock = lock;
    else lock?.release().catch(() => {}); // it was stopped meanwhile
  }

  announce() {
    const session = navigator.mediaSession;
    if (!session) return;
    session.metadata = new MediaMetadata({ title: this.title, artist: 'jackrf' });
    session.playbackState = 'playing';
    session.setActionHandler('stop', () => this.stop());
    session.setActionHandler('pause', () => this.stop());
    session.setActionHandler('play', () => this.start(this.mix, this.title));
  }
}
