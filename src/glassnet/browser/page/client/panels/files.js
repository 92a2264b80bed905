/** What can be kept: the model, its history, pictures; and models taken in. */
import { download, h, refill } from "../drawing/dom.js";
import { networkSvg } from "../drawing/export.js";
import { opened } from "../app/opening.js";
import { program } from "../app/program.js";

/** A cell of a CSV file; where a spreadsheet would take text for a formula, behind other separators too, stands an apostrophe. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  const text = String(value).replace(/([;\t\n]\s*)(?=[=+\-@])/g, "$1'");
  const shown = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/** Rows as a CSV file. */
export const csvOf = (names, rows) => [names, ...rows].map((row) => row.map(cell).join(",")).join("\r\n").concat("\r\n");

export function files(model) {
  const note = h("p", { class: "note", role: "status" });
  const guarded = (act) => async () => {
    try {
      await act();
    } catch (error) {
      refill(note, error.message);
    }
  };
  const button = (text, act) => h("button", { type: "button", onclick: guarded(act) }, text);
  const opener = h("input", { type: "file", accept: ".safetensors", class: "hidden-file", tabindex: -1, "aria-label": "a model file", onchange: async () => {
    if (opener.files.length > 0) await opened(model, opener.files[0]);
    opener.value = "";
  } });
  const name = h("input", { type: "text", value: "model.safetensors", "aria-label": "name of the file" });
  const saving = h("div", { class: "row-of-buttons" }, h("label", {}, `save into ${program?.folder} as `, name),
    button("save", async () => refill(note, await program.save(name.value, model.mirror.network.save()))));
  model.store.on(["isBound"], ({ isBound }) => { saving.hidden = !isBound; });
  const png = () => {
    const canvas = document.querySelector(".answers:not([hidden])") ?? model.view.picture();
    canvas.toBlob((blob) => download("picture.png", blob, "image/png"));
  };
  const history = () => {
    const { history: rows } = model.store.state;
    if (rows.length === 0) throw new Error("there is no whole epoch yet; let it train first");
    if (rows.length < rows.at(-1).epoch - rows[0].epoch + 1) refill(note, `of ${rows.at(-1).epoch - rows[0].epoch + 1} epochs the history has ${rows.length}: it does not keep every one of so many`);
    download("history.csv", csvOf(["epoch", "loss", "learning_rate", "validation_loss"], rows.map((row) => [row.epoch, row.loss, row.learning_rate, row.validation_loss])), "text/csv");
  };
  model.store.on(["file"], ({ file }) => { if (file !== null) refill(note, `the network is that of ${file}`); });
  return h("div", {},
    h("h2", {}, "Model"), h("p", { class: "note" }, "A model file holds parameters, names and the state of the training; glassnet.load reads it in Python, and the page opens those that Python wrote."),
    h("div", { class: "row-of-buttons" }, button("download the model", () => download("model.safetensors", model.mirror.network.save(), "application/octet-stream")), button("open a model …", () => opener.click()), opener), saving,
    h("h2", {}, "Numbers and pictures"),
    h("div", { class: "row-of-buttons" }, button("history as CSV", history), button("output as PNG", png), button("network as SVG", () => download("network.svg", networkSvg(model.view.layout, model.view.shape), "image/svg+xml")), button("link to this state", guardedCopy(note))),
    note);
}

const guardedCopy = (note) => async () => {
  await navigator.clipboard.writeText(location.href);
  refill(note, "the address is copied; it holds what was chosen, never data");
};
