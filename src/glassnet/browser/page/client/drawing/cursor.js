/** A cursor over a picture, for those who have no pointer: arrow keys move it, it is seen while the picture has the focus, and told. */
import { h } from "./dom.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = (value) => Math.min(1, Math.max(0, value));

/**
 * The canvas with its cursor. `says` is what a reader of the screen hears of it, `step` and `fine` (with shift) how far a key
 * moves, as shares of a side. `moved(at, before)` and `keys`, acts by the names of keys, are given places as shares of both
 * sides, and return what is told; undefined is not handled here. `uses()` says whether there is anything to do.
 */
export function withCursor(canvas, { says, step, fine, moved, keys, uses = () => true }) {
  const cross = h("span", { class: "cursor", hidden: true }), told = h("span", { class: "unseen", role: "status" });
  let at = [0.5, 0.5];

  function place() {
    cross.style.left = `${canvas.offsetLeft + at[0] * canvas.offsetWidth}px`;
    cross.style.top = `${canvas.offsetTop + at[1] * canvas.offsetHeight}px`;
  }

  canvas.addEventListener("focus", () => { cross.hidden = !canvas.matches(":focus-visible"); place(); });
  canvas.addEventListener("blur", () => { cross.hidden = true; });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !uses()) return;
    const by = MOVES[event.key], before = at;
    if (by !== undefined) at = at.map((value, axis) => within(value + by[axis] * (event.shiftKey ? fine : step)));
    const text = by !== undefined ? moved(at, before) : keys[event.key]?.(at);
    if (text === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    cross.hidden = false;
    place();
    told.textContent = text;
  });
  return {
    root: h("div", { class: "under-cursor" }, canvas, cross, told),
    /** Puts it there, as where the picture shows something else now. */
    put(there) {
      at = there.map(within);
      place();
    },

    /** Whether it can be used now: what cannot is a picture. */
    renew() {
      const used = uses();
      canvas.tabIndex = used ? 0 : -1;
      canvas.setAttribute("role", used ? "application" : "img");
      canvas.setAttribute("aria-label", says(used));
    },
  };
}
