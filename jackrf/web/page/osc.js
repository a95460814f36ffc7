// OSC 1.0 packets, as many of its types as jackrf speaks.

/**
 * @typedef {number | string | boolean | null} Argument
 * @typedef {{path: string, args: Argument[]}} Message
 */

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * A string with its zero, filled up to a multiple of four bytes.
 * @param {string} value
 */
function padded(value) {
  const bytes = utf8.encode(value);
  const whole = new Uint8Array((bytes.length + 4) & ~3);
  whole.set(bytes);
  return whole;
}

/**
 * A message as it goes on the wire.
 * @param {string} path
 * @param {string} types one of i, f, s for each argument
 * @param {...(number | string)} args
 * @returns {Uint8Array}
 */
export function encode(path, types = '', ...args) {
  const parts = [padded(path), padded(`,${types}`)];
  args.forEach((value, at) => {
    if (types[at] === 's') {
      parts.push(padded(String(value)));
      return;
    }
    const four = new DataView(new ArrayBuffer(4));
    if (types[at] === 'i') four.setInt32(0, Number(value));
    else four.setFloat32(0, Number(value));
    parts.push(new Uint8Array(four.buffer));
  });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The messages of a packet: a message, or a bundle of bundles and messages.
 * @param {ArrayBuffer} packet
 * @returns {Message[]}
 */
export function decode(packet) {
  const bytes = new Uint8Array(packet);
  if (bytes[0] === 0x23) return bundle(bytes);
  return [message(bytes)];
}

/**
 * @param {Uint8Array} bytes
 * @returns {Message[]}
 */
function bundle(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 16; at + 4 <= bytes.length;) {
    const size = view.getInt32(at);
    if (size <= 0 || at + 4 + size > bytes.length) break;
    const inner = bytes.subarray(at + 4, at + 4 + size);
    found.push(...(inner[0] === 0x23 ? bundle(inner) : [message(inner)]));
    at += 4 + size;
  }
  return found;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
function message(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const string = () => {
    const end = bytes.indexOf(0, at);
    const value = text.decode(bytes.subarray(at, end));
    at = (end + 4) & ~3;
    return value;
  };
  const number = (/** @type {number} */ size, /** @type {(at: number) => number} */ read) => {
    const value = read(at);
    at += size;
    return value;
  };
  const path = string();
  const args = [];
  for (const type of string().slice(1)) {
    if (type === 'i') args.push(number(4, (from) => view.getInt32(from)));
    else if (type === 'f') args.push(number(4, (from) => view.getFloat32(from)));
    else if (type === 'd') args.push(number(8, (from) => view.getFloat64(from)));
    else if (type === 's' || type === 'S') args.push(string());
    else if (type === 'T' || type === 'F') args.push(type === 'T');
    else if (type === 'N' || type === 'I') args.push(null);
    else break;
  }
  return { path, args };
}
