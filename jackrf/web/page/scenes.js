// Scenes: a list to recall from, with what a recall would change, and saving.

import { make } from './dom.js';

const FADE_S = 1;

/**
 * Open the list of scenes in front of everything.
 * @param {import('./desk.js').Desk} desk
 * @param {string} prefix /scene for all mixes, /mix/3/scene for one
 * @param {string} whose
 */
export function scenes(desk, prefix, whose) {
  const list = make('ul.scenes');
  const told = make('p.told', { role: 'status' });
  const name = /** @type {HTMLInputElement} */ (
    make('input', { id: 'scene-name', maxLength: 64, autocomplete: 'off', required: true })
  );
  const save = make(
    'form.save',
    {},
    make('label', { for: 'scene-name' }, 'Save as'),
    name,
    make('button.strong', { type: 'submit' }, 'Save'),
  );
  const done = make('button.quiet', { type: 'button' }, 'Close');
  const dialog = /** @type {HTMLDialogElement} */ (
    make(
      'dialog.scenes',
      { 'aria-label': `Scenes of ${whose}` },
      make('h2', {}, `Scenes of ${whose}`),
      list,
      told,
      save,
      done,
    )
  );
  const ends = [
    desk.watch(prefix.replace(/scene$/, 'scene/item'), (number, scene) => {
      if (number !== -1) list.append(item(desk, prefix, scene, told, dialog));
      else if (list.children.length === 0) told.textContent ||= 'There is no scene yet.';
    }),
    desk.watch('/scene/diff', (mix, what) => {
      if (mix) told.append(make('span.diff', {}, `${mix}: ${what}`));
      else if (!told.querySelector('.diff')) told.append(make('span.diff', {}, 'nothing'));
    }),
    desk.watch('/scene/skipped', (what, why) => {
      told.append(make('span.diff.skipped', {}, `left alone: ${what} (${why})`));
    }),
    desk.watch('/error', (_path, _code, text) => {
      told.textContent = String(text);
    }),
  ];
  save.addEventListener('submit', (event) => {
    event.preventDefault();
    desk.send(`${prefix}/save`, 's', name.value.trim());
    name.value = '';
    told.textContent = '';
    list.replaceChildren();
    desk.send(`${prefix}/list`);
  });
  done.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    for (const end of ends) end();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  desk.send(`${prefix}/list`);
}

/**
 * A scene of the list: looked at first, recalled with a second tap.
 * @param {import('./desk.js').Desk} desk
 * @param {string} prefix
 * @param {string} scene
 * @param {HTMLElement} told
 * @param {HTMLDialogElement} dialog
 */
function item(desk, prefix, scene, told, dialog) {
  const look = make('button.name', { type: 'button' }, scene);
  const recall = make('button.strong', { type: 'button', 'aria-label': `Recall ${scene}` }, 'Recall');
  recall.hidden = true;
  look.addEventListener('click', () => {
    for (const other of dialog.querySelectorAll('li .strong')) {
      /** @type {HTMLElement} */ (other).hidden = other !== recall;
    }
    told.textContent = `${scene} would change: `;
    desk.send(`${prefix}/preview`, 's', scene);
  });
  recall.addEventListener('click', () => {
    desk.send(`${prefix}/recall`, 'sf', scene, FADE_S);
    dialog.close();
  });
  return make('li', {}, look, recall);
}
