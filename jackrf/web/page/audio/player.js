// Hearing a mix: a worker that receives, and an audio node that plays. A tap has to start it.

import { Output } from './output.js';

const SCRIPT_FRAMES = 256;

/**
 * @typedef {'off' | 'connecting' | 'playing' | 'lost' | 'paused' | 'refused' | 'sealed'} State
 * @typedef {{total: number, air: number, buffer: number, device: number, underruns: number,
 *            lost: number, by: string}} Reading
 * milliseconds; underruns: how often it ran empty; by: the transport
 */

export class Player {
  /** @type {((said: {margin: number}) => void) | undefined} */
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
    this.offset = NaN;
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
    this.stop();
    this.mix = mix;
    this.title = title;
    this.become('connecting');
    const session = /** @type {any} */ (navigator).audioSession;
    if (session) session.type = 'playback'; // the mute switch of an iPhone is for ringing
    const context = new AudioContext({ sampleRate: this.rate, latencyHint: 0 });
    this.context = context;
    const resumed = context.resume();
    const channel = new MessageChannel();
    this.worker = new Worker('/audio/receiver.js', { type: 'module' });
    this.worker.onmessage = (event) => this.hear(event.data);
    this.worker.postMessage({ port: channel.port1 }, [channel.port1]);
    this.node = await this.output(context, channel.port2);
    if (this.context !== context) return;
    this.node.connect(context.destination);
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const url = `${scheme}//${location.host}/ws/listen`;
    this.worker.postMessage({ open: { url, token: this.token, mix } });
    context.onstatechange = () => this.contextChanged();
    await resumed;
    this.keepAwake();
    this.announce();
  }

  /**
   * @param {AudioContext} context
   * @param {MessagePort} port from which packets come
   * @returns {Promise<AudioNode>}
   */
  async output(context, port) {
    const tell = (/** @type {import('./output.js').Doing} */ doing) => this.hearOutput(doing);
    if (Player.secure) {
      await context.audioWorklet.addModule('/audio/worklet.js');
      const node = new AudioWorkletNode(context, 'jackrf-player', {
        numberOfInputs: 0,
        outputChannelCount: [2],
        processorOptions: { rate: this.rate, margin: this.margin },
      });
      node.port.onmessage = (event) => tell(event.data);
      node.port.postMessage({ port }, [port]);
      this.setOutput = (said) => node.port.postMessage(said);
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
    this.worker?.postMessage({ close: true });
    this.worker = undefined;
    this.node?.disconnect();
    this.node = undefined;
    const context = this.context;
    this.context = undefined;
    if (context && context.state !== 'closed') context.close();
    this.lock?.release().catch(() => {});
    this.lock = undefined;
    if (navigator.mediaSession) navigator.mediaSession.playbackState = 'none';
    this.become('off');
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
    if (said.state) this.become(said.state);
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
    if (!context || this.state === 'refused' || this.state === 'sealed') return;
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

  contextChanged() {
    if (this.context && this.context.state !== 'running' && this.state !== 'off') {
      this.become('paused'); // a call came in, or another app took the sound
    }
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
    this.lock = await navigator.wakeLock.request('screen').catch(() => undefined);
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
