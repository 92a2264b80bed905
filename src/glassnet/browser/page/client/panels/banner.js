/** A quiet line about what is wrong in the network, which points at the units concerned, with a remedy one click away. */
import { ofStop } from "../app/findings.js";
import { h, refill } from "../drawing/dom.js";

const MOST = 2;

function line(model, { severity, text, advice, act }) {
  return h("p", { class: `finding ${severity}` }, h("span", { class: "severity" }, severity), " ", text, ". ",
    advice === "" ? null : h("span", { class: "advice" }, `Remedy: ${advice}. `),
    act === null ? null : h("button", { type: "button", class: "link", onclick: () => model.choose(act[1](model.get("choices"))) }, act[0]));
}

export function banner(model) {
  const root = h("div", { class: "banner", role: "status", "aria-label": "diagnosis" });
  model.store.on(["findings", "stopped", "network"], ({ findings, stopped, network, source, isPrediction }) => {
    if (isPrediction) return refill(root);
    if (source?.members > 1 && !stopped?.diverged) return refill(root, h("p", { class: "note" }, "The rules of the diagnosis here do not read pairs and triplets; gn.diagnose does."));
    const all = [...(stopped?.diverged ? [ofStop(stopped, network.columns)] : []), ...findings];
    refill(root, all.slice(0, MOST).map((finding) => line(model, finding)),
      all.length > MOST ? h("details", {}, h("summary", {}, `${all.length - MOST} more`), all.slice(MOST).map((finding) => line(model, finding))) : null);
  });
  return root;
}
