// What this device keeps from one visit to the next; nothing, where its browser lets no page do so.

const PREFIX = 'jackrf.';

/**
 * What was kept under a name; empty for nothing.
 * @param {string} name
 */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? '';
  } catch {
    return '';
  }
}

/**
 * @param {string} name
 * @param {string} value empty to keep it no more
 */
export function keep(name, value) {
  try {
    if (value) localStorage.setItem(PREFIX + name, value);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    // The page does without.
  }
}
