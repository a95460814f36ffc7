// The way of sound where nothing waits for what was lost: datagrams of WebTransport. The relay's
// certificate is known by its fingerprint, which is asked for each time: it changes.

const PATIENCE_MS = 1500; // then it is a WebSocket
const KEPT = 16; // packets that may wait for us; then the oldest is let go

/** @type {import('./websocket.js').Ears} */
const DEAF = { hear: () => {}, take: () => {}, gone: () => {} };

/** Whether this browser has it at all; over plain http none has. */
export const hasDatagrams = 'WebTransport' in self;

/** @param {string} hex */
function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
}

/**
 * @typedef {{port: number, path: string, fingerprints: string[]}} Door
 */

/**
 * Where the relay is to be reached by datagrams; null where it is not.
 * @param {import('./websocket.js').Wish} wish
 * @returns {Promise<Door | null>}
 */
export async function findDoor(wish) {
  const headers = { Authorization: `Bearer ${wish.token}` };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch('/api/listen', { headers, signal, cache: 'no-store' });
  return answer.ok ? (await answer.json()).webtransport : null;
}

/**
 * @param {Door} door
 * @param {import('./websocket.js').Wish} wish
 * @param {import('./websocket.js').Ears} ears
 * @returns {Promise<import('./websocket.js').Way>} rejected where it cannot be had in time
 */
export async function byDatagrams(door, wish, ears) {
  const transport = new WebTransport(`https://${location.hostname}:${door.port}${door.path}`, {
    serverCertificateHashes: door.fingerprints.map((one) => ({
      algorithm: 'sha-256',
      value: bytes(one),
    })),
    requireUnreliable: true,
    congestionControl: 'low-latency',
  });
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
  });
  const own = { ...ears };
  try {
    return await Promise.race([talk(transport, wish, own), late]);
  } catch (error) {
    // Another way is taken now: what becomes of this one concerns nobody.
    Object.assign(own, DEAF);
    transport.close();
    throw error;
  }
}

/**
 * @param {WebTransport} transport
 * @param {import('./websocket.js').Wish} wish
 * @param {import('./websocket.js').Ears} ears
 * @returns {Promise<import('./websocket.js').Way>}
 */
async function talk(transport, wish, ears) {
  transport.closed.catch(() => {});
  await transport.ready;
  const datagrams = /** @type {any} */ (transport.datagrams);
  if ('incomingMaxBufferedDatagrams' in datagrams) datagrams.incomingMaxBufferedDatagrams = KEPT;
  else datagrams.incomingHighWaterMark = KEPT;
  const stream = await transport.createBidirectionalStream();
  const writer = stream.writable.getWriter();
  const utf8 = new TextEncoder();
  const say = (/** @type {any} */ what) => {
    writer.write(utf8.encode(`${JSON.stringify(what)}\n`)).catch(() => {});
  };
  say({ token: wish.token, mix: wish.mix });
  let code = 1006;
  let begun = false;
  await new Promise((resolve, reject) => {
    const gone = () => {
      if (begun) ears.gone(code);
      else reject(new Error('it was closed'));
    };
    transport.closed.then(gone, gone);
    const hear = (/** @type {any} */ said) => {
      begun = true;
      resolve(undefined);
      if (said.bye !== undefined) {
        code = said.bye;
        transport.close();
      } else {
        ears.hear(said);
      }
    };
    read(stream.readable, hear).catch(() => {});
  });
  pour(datagrams.readable.getReader(), ears).catch(() => {});
  return { by: 'WebTransport', say, close: () => transport.close() };
}

/**
 * @param {ReadableStream<Uint8Array>} from lines of JSON
 * @param {(said: any) => void} hear
 */
async function read(from, hear) {
  const reader = from.getReader();
  const text = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + text.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(JSON.parse(line));
  }
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader of datagrams
 * @param {import('./websocket.js').Ears} ears
 */
async function pour(reader, ears) {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const isWhole = value.byteLength === value.buffer.byteLength;
    ears.take(/** @type {ArrayBuffer} */ (isWhole ? value.buffer : value.slice().buffer));
  }
}
