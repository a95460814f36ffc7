// The service worker: keeps the files of the page, so that an icon on the home screen opens it while
// jackrf is away or starts anew. What jackrf serves goes first, so a newer page replaces an older one
// by itself. Nothing else is looked at: no answer of the API, no link with its token, no sound.

const KEPT = 'jackrf-shell';
const PATIENCE_MS = 2000;
const SHELL = [
  '/',
  '/engineer',
  '/install',
  '/app.js',
  '/app.webmanifest',
  '/audience.js',
  '/audio/clocks.js',
  '/audio/output.js',
  '/audio/packet.js',
  '/audio/player.js',
  '/audio/receiver.js',
  '/audio/ring.js',
  '/audio/websocket.js',
  '/audio/webtransport.js',
  '/audio/worklet.js',
  '/controls.js',
  '/desk.js',
  '/dom.js',
  '/engineer.js',
  '/icon.svg',
  '/install.js',
  '/kept.js',
  '/listening.js',
  '/mixing.js',
  '/osc.js',
  '/repeated.js',
  '/scenes.js',
  '/style.css',
  '/taper.js',
];

const worker = /** @type {any} */ (self);

worker.addEventListener('install', (/** @type {any} */ event) => {
  worker.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(SHELL)));
});

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { pathname, origin, search } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin || search) return;
  // By its path alone: the rest of a link is the token.
  if (SHELL.includes(pathname)) event.respondWith(answer(pathname));
});

/**
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function answer(path) {
  const kept = await caches.open(KEPT);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const fresh = await fetch(path, { signal, cache: 'no-cache' }).catch(() => undefined);
  if (!fresh?.ok) return (await kept.match(path)) ?? fresh ?? Response.error();
  await kept.put(path, fresh.clone());
  return fresh;
}
