// What plays: a ring, and how it is doing, for the worklet and for the script processor.

import { Ring } from './ring.js';

const TELL_S = 0.25;

/**
 * @typedef {{underruns: number, lost: number, depth: number, ratio: number, margin: number,
 *            made: number, at: number}} Doing
 * lost: packets' worth of frames in ms; depth and margin: ms; made: when the frame that is played now
 * was made, ms of the relay's clock; at: when that was so, ms, the time of day
 */

export class Output {
  /**
   * @param {number} rate of the stream
   * @param {number} outRate
   * @param {number} marginMs
   * @param {(doing: Doing) => void} tell
   */
  constructor(rate, outRate, marginMs, tell) {
    this.ring = new Ring(rate, outRate, marginMs);
    this.tell = tell;
    this.newest = { frame: 0, made: 0 };
    this.since = 0;
    this.outRate = outRate;
  }

  /** @param {{packet?: import('./packet.js').Packet, margin?: number, reset?: boolean}} said */
  hear(said) {
    if (said.margin !== undefined) this.ring.setMargin(said.margin);
    if (said.reset) this.ring.reset();
    if (said.packet) {
      this.newest = said.packet;
      this.ring.write(said.packet.frame, said.packet.left, said.packet.right);
    }
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  play(left, right) {
    this.ring.read(left, right);
    this.since += left.length / this.outRate;
    if (this.since < TELL_S) return;
    this.since = 0;
    const ring = this.ring;
    const ms = 1000 / ring.rate;
    this.tell({
      underruns: ring.underruns,
      lost: ring.lost * ms,
      depth: ring.playing ? ring.depth * ms : 0,
      ratio: ring.ratio / ring.base,
      margin: ring.margin * ms,
      made: ring.playing ? this.newest.made - (this.newest.frame - ring.tail) * ms : 0,
      at: Date.now(),
    });
  }
}
