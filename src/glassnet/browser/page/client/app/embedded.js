/** The page inside of another site, or of a notebook: that one hears how high it is and what was chosen, and says light or dark. */
import { writeAddress } from "../state/address.js";

export const isEmbedded = () => window.parent !== window;

function tell(message) {
  window.parent.postMessage({ glassnet: message }, "*");
}

/** The frame of a notebook's output is the page's own, and has nobody else who sets its height. */
function ownFrame() {
  return location.href === "about:srcdoc" ? window.frameElement : null;
}

/** The theme that the site has; whoever reads the page can still choose another. */
function follow(model) {
  window.addEventListener("message", (event) => {
    const theme = event.data?.glassnet?.theme;
    if (event.source !== window.parent || !["auto", "light", "dark"].includes(theme)) return;
    model.store.set({ theme });
    model.store.flush();
  });
  tell({ begins: true });
}

export function embedded(model) {
  if (!isEmbedded()) return;
  follow(model);
  document.documentElement.classList.add("embedded");
  new ResizeObserver(() => {
    const { height } = document.body.getBoundingClientRect();
    if (ownFrame() !== null) ownFrame().style.height = `${Math.ceil(height)}px`;
    tell({ height });
  }).observe(document.body);
  model.store.on(["choices"], ({ choices }) => tell({ state: writeAddress(choices) }));
}
