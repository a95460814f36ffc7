// The packet of jackrf/web/packets.py, as floating point.

const HEADER = 24;
const VERSION = 1;

/**
 * @typedef {{frame: number, made: number, left: Float32Array, right: Float32Array}} Packet
 * frame: number of the first one; made: ms of the relay's clock
 */

/**
 * What a packet holds; null for what is none.
 * @param {ArrayBuffer} data
 * @returns {Packet | null}
 */
export function parse(data) {
  const view = new DataView(data);
  if (data.byteLength <= HEADER || view.getUint8(4) !== VERSION) return null;
  const size = view.getUint8(5);
  const frames = Math.floor((data.byteLength - HEADER) / (2 * size));
  const left = new Float32Array(frames);
  const right = new Float32Array(frames);
  for (let i = 0, at = HEADER; i < frames; i += 1, at += 2 * size) {
    if (size === 2) {
      left[i] = view.getInt16(at) / 32768;
      right[i] = view.getInt16(at + 2) / 32768;
    } else {
      left[i] = ((view.getInt16(at) << 8) | view.getUint8(at + 2)) / 8388608;
      right[i] = ((view.getInt16(at + 3) << 8) | view.getUint8(at + 5)) / 8388608;
    }
  }
  const made = Number(view.getBigUint64(8, true)) / 1000;
  return { frame: Number(view.getBigUint64(16, true)), made, left, right };
}
