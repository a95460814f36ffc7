// The way of sound that every browser has: a WebSocket.

/**
 * @typedef {{url: string, token: string, mix: string}} Wish
 * @typedef {{hear: (said: any) => void, take: (data: ArrayBuffer) => void,
 *            gone: (code: number) => void}} Ears
 * hear: a thing that the relay says; take: a packet; gone: it has ended, once
 * @typedef {{by: string, say: (what: any) => void, close: () => void}} Way
 */

/**
 * @param {Wish} wish
 * @param {Ears} ears
 * @returns {Way}
 */
export function bySocket(wish, ears) {
  const socket = new WebSocket(wish.url);
  socket.binaryType = 'arraybuffer';
  const say = (/** @type {any} */ what) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
  };
  socket.onopen = () => say({ token: wish.token, mix: wish.mix });
  socket.onmessage = (event) => {
    if (typeof event.data === 'string') ears.hear(JSON.parse(event.data));
    else ears.take(event.data);
  };
  socket.onclose = (event) => ears.gone(event.code);
  return { by: 'WebSocket', say, close: () => socket.close() };
}
