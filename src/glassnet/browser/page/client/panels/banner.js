/** A quiet line about what is wrong in the network, which points at the units concerned, with a remedy one click away. */
import { h, refill } from "../drawing/dom.js";
import { findingsOf } from "../app/findings.js";

const MOST = 2;
const EVERY = 900; // milliseconds between two looks while the training runs

export function banner(model) {
  const root = h("div", { class: "banner", role: "status", "aria-label": "diagnosis" });
  let last = 0, due = null;

  function look() {
    const state = model.store.state;
    if (state.frame === null) return;
    const now = performance.now();
    if (now - last < EVERY) {
      due ??= setTimeout(() => { due = null; look(); }, EVERY);
      return;
    }
    last = now;
    const findings = findingsOf(model);
    const same = JSON.stringify(findings.map(({ text }) => text)) === JSON.stringify(state.findings.map(({ text }) => text));
    if (!same) model.store.set({ findings });
  }

  model.store.on(["frame", "stopped"], look);
  model.store.on(["findings"], ({ findings }) => {
    refill(root, findings.slice(0, MOST).map((finding) => h("p", { class: `finding ${finding.severity}` },
      h("span", { class: "severity" }, finding.severity), " ", finding.text, " ",
      finding.remedy ? h("button", { type: "button", class: "link", onclick: () => finding.remedy.act(model) }, finding.remedy.text) : null)));
  });
  return root;
}
