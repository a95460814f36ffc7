// Who is in trouble on the engineer's page: whoever has lost something since the last look.

import assert from 'node:assert/strict';
import test from 'node:test';

import { pages } from './audience.js';

const page = (id, dropped, underruns = null) => ({
  id, host: '10.0.0.2', mix: 'kick', by: 'WebSocket', sent: 100, dropped, underruns, lost: 0, delay: 20,
});
const troubled = (...listeners) => pages(listeners).map((row) => row.bad);

test('two pages of one host and one mix are two listeners', () => {
  assert.deepEqual(troubled(page('a', 0), page('b', 5)), [false, false]);
  assert.deepEqual(troubled(page('a', 0), page('b', 5)), [false, false]);
  assert.deepEqual(troubled(page('a', 0), page('b', 6)), [false, true]);
  assert.deepEqual(troubled(page('b', 6), page('a', 0)), [false, false]);
});

test('a page that ran dry is in trouble, one that has just come is not', () => {
  assert.deepEqual(troubled(page('c', 9, 4)), [false]);
  assert.deepEqual(troubled(page('c', 9, 5)), [true]);
  assert.deepEqual(troubled(page('c', 9, 5), page('d', 7, 7)), [false, false]);
});
