// Elements, made in a line.

/**
 * @param {string} tag with classes: 'button.mute'
 * @param {Record<string, any>} [attributes] properties, or attributes where there is a dash
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.includes('-') || key === 'role' || key === 'for') element.setAttribute(key, value);
    else Object.assign(element, { [key]: value });
  }
  element.append(...children);
  return element;
}
