// Values on their way between a world and JavaScript.

/** The columns, one after the other in `values`, by name. */
export function byName(names, values, rows) {
  const columns = {};
  names.forEach((name, at) => {
    columns[name] = values.slice(at * rows, (at + 1) * rows);
  });
  return columns;
}

/** What `run` gives; what it throws becomes the one line that the world asks for. */
export function orWhyNot(run) {
  try {
    return run();
  } catch (error) {
    throw String(error);
  }
}

/** UTF-8 of a text. QuickJS has no TextEncoder. */
export function bytes(text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (character) => character.charCodeAt(0));
}

/** The text of UTF-8. */
export function text(bytes) {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return decodeURIComponent(escape(characters));
}
