/** A quiet line about what is wrong in the network, which points at the units concerned, with a remedy one click away. */
import { ofStop } from "../app/findings.js";
import { RULES } from "../diagnosis/rules.js";
import { unasked } from "../diagnosis/table.js";
import { h, refill } from "../drawing/dom.js";
import { catalogue } from "../state/catalogue.js";

const MOST = 2;

function line(model, { severity, text, advice, act }) {
  return h("p", { class: `finding ${severity}` }, h("span", { class: "severity" }, severity), " ", text, ". ",
    advice === "" ? null : h("span", { class: "advice" }, `Remedy: ${advice}. `),
    act === null ? null : h("button", { type: "button", class: "link", onclick: () => model.choose(act[1](model.get("choices"))) }, act[0]));
}

/** Which rules of `gn.diagnose` nobody asks here, and what they would find. */
function notLookedAt() {
  const { trials, others } = unasked(catalogue.diagnosis, RULES), of = (rules) => h("ul", {}, rules.map(({ name, says }) => h("li", {}, h("code", {}, name), ` ${says}`)));
  return h("details", { class: "unasked" }, h("summary", {}, `${trials.length + others.length} rules of gn.diagnose are not looked at here`),
    h("p", {}, "By short trainings of copies gn.diagnose(network, X, y) finds:"), of(trials), h("p", {}, "From how the network was written, split and trained:"), of(others));
}

export function banner(model) {
  const told = h("div", { role: "status", "aria-label": "diagnosis" }), unseen = notLookedAt(), root = h("div", { class: "banner" }, told, unseen);
  model.store.on(["findings", "stopped", "network"], ({ findings, stopped, network, source, isPrediction }) => {
    root.hidden = isPrediction;
    unseen.hidden = source?.members > 1;
    if (isPrediction) return refill(told);
    if (source?.members > 1 && !stopped?.diverged) return refill(told, h("p", { class: "note" }, "The rules of the diagnosis here do not read pairs and triplets; gn.diagnose does."));
    const all = [...(stopped?.diverged ? [ofStop(stopped, network.columns)] : []), ...findings];
    refill(told, all.slice(0, MOST).map((finding) => line(model, finding)),
      all.length > MOST ? h("details", {}, h("summary", {}, `${all.length - MOST} more`), all.slice(MOST).map((finding) => line(model, finding))) : null);
  });
  return root;
}
