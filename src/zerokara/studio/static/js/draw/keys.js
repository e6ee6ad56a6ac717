// The keys of the drawing page, and what they are called in the list of all keys.

export const KEYS = [["Ctrl+Z", "key-undo"], ["Ctrl+Shift+Z", "key-redo"], ["E", "key-eraser"], ["[ ]", "key-width"], ["Delete", "key-clear"],
  ["0–9", "key-keep"], ["Ctrl+V", "key-paste"], ["Tab", "key-boxes"], ["Enter", "key-pixels"], ["Space", "key-pixels-ink"], ["1–9", "key-pixels-level"], ["Esc", "key-leave"],
  ["Enter", "key-unit"], ["?", "key-help"]];

/** Listen to the keys of the page, wherever nothing is typed. */
export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (!page.element.isConnected || event.target.closest("input, select, textarea, dialog") || event.altKey) return;
    const ctrl = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (ctrl && key === "z") event.shiftKey ? page.redo() : page.undo();
    else if (ctrl && key === "y") page.redo();
    else if (ctrl || event.target.closest('[role="grid"]')) return;
    else if (key === "e") page.tools.erase(!page.pen.erase);
    else if (key === "[" || key === "]") page.tools.widen(key === "[" ? -2 : 2);
    else if (/^[0-9]$/.test(key) && !event.repeat) page.keep.keep(Number(key));
    else if (event.key === "Delete") page.clear();
    else return;
    event.preventDefault();
  });
}
