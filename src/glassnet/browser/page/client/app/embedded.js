/** The page inside of another site, or of a notebook: that one hears how high it is, and what was chosen. */
import { writeAddress } from "../state/address.js";

export const isEmbedded = () => window.parent !== window;

function tell(message) {
  window.parent.postMessage({ glassnet: message }, "*");
}

/** The frame of a notebook's output is the page's own, and has nobody else who sets its height. */
function ownFrame() {
  return location.href === "about:srcdoc" ? window.frameElement : null;
}

export function embedded(model) {
  if (!isEmbedded()) return;
  document.documentElement.classList.add("embedded");
  new ResizeObserver(() => {
    const { height } = document.body.getBoundingClientRect();
    if (ownFrame() !== null) ownFrame().style.height = `${Math.ceil(height)}px`;
    tell({ height });
  }).observe(document.body);
  model.store.on(["choices"], ({ choices }) => tell({ state: writeAddress(choices) }));
}
