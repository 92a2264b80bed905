/** The network and its training as programs, to read, to copy and to keep. */
import { download, h, refill } from "../drawing/dom.js";
import { glassnetCode, notebook } from "../code/glassnet.js";
import { numpyCode } from "../code/numpy.js";
import { torchCode } from "../code/torch.js";

const PROGRAMS = {
  glassnet: { title: "glassnet", file: "network.py", write: glassnetCode }, numpy: { title: "NumPy", file: "network_numpy.py", write: numpyCode },
  torch: { title: "PyTorch", file: "network_torch.py", write: torchCode }, notebook: { title: "notebook", file: "network.ipynb", write: notebook },
};

/** What the reader should know of a program beside what stands in it. */
function noteOf(model) {
  if (model.changed) return "Weights were edited, or the optimizer was changed on the way; the program trains from the first weights without that.";
  if (model.areFirstGiven) return "These first weights were given, not drawn: the program trains from others, those that its seed draws, and its losses are others.";
  return model.get("file") === null ? "" : "The network was handed over as it is; the program trains one like it from the first weights that its seed draws.";
}

export function code(model) {
  const text = h("pre", { tabindex: 0 }), note = h("p", { class: "note" });
  let name = "glassnet", shown = "";
  const choice = h("select", { "aria-label": "language", onchange: () => { name = choice.value; show(); } }, Object.entries(PROGRAMS).map(([key, { title }]) => h("option", { value: key }, title)));
  const copy = h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(shown);
      refill(note, "copied");
    } catch (error) {
      refill(note, `this browser does not let the page copy (${error.message}); select the text instead`);
    }
  } }, "copy");
  const keep = h("button", { type: "button", onclick: () => download(PROGRAMS[name].file, shown) }, "download");

  function show() {
    const state = model.store.state;
    if (state.tab !== "code" || state.network === null) return;
    refill(note, noteOf(model));
    try {
      shown = PROGRAMS[name].write(state); // throws an Error in words where it cannot say what the page does
      copy.disabled = keep.disabled = false;
    } catch (error) {
      shown = "";
      copy.disabled = keep.disabled = true;
      refill(note, error.message);
    }
    refill(text, shown);
    text.hidden = shown === "";
  }

  model.store.on(["tab", "frame", "choices", "network"], show);
  return h("div", {}, h("div", { class: "row-of-buttons" }, choice, copy, keep), note, text);
}
