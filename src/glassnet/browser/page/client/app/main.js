/** The page begins here; the same script, where there is no page, is the worker. */
import { diagram } from "../panels/diagram.js";
import { formula } from "../panels/formula.js";
import { output } from "../panels/output.js";
import { settings, take } from "../panels/settings.js";
import { keys, toolbar } from "../panels/toolbar.js";
import { code } from "../panels/code.js";
import { files } from "../panels/files.js";
import { lessonBox, lessonList, lessonOfAddress } from "../panels/lessons.js";
import { confusion } from "../panels/confusion.js";
import { distributions } from "../panels/distributions.js";
import { runs } from "../panels/runs.js";
import { surface } from "../panels/surface.js";
import { walk } from "../panels/walk.js";
import { tabs } from "./tabs.js";
import { connected } from "./program.js";
import { embedded } from "./embedded.js";
import { banner } from "../panels/banner.js";
import { forgetColours } from "../drawing/colours.js";
import { h, refill } from "../drawing/dom.js";
import { tableOf } from "../data/csv.js";
import { document_of_python } from "../state/catalogue.js";
import { readAddress } from "../state/address.js";
import { listen } from "../training/worker.js";
import { Remote } from "../training/remote.js";
import { Model } from "./model.js";
import { opened } from "./opening.js";

function dropping(model) {
  const over = h("div", { class: "drop", hidden: true }, "drop a CSV file or a model");
  document.body.append(over);
  document.addEventListener("dragover", (event) => { event.preventDefault(); over.hidden = false; });
  document.addEventListener("dragleave", (event) => { if (event.relatedTarget === null) over.hidden = true; });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over.hidden = true;
    const [file, ...others] = event.dataTransfer.files;
    if (file === undefined) return void model.say("what was dropped is no file; drop a CSV file or a model");
    (/\.safetensors$/i.test(file.name) ? opened(model, file) : take(model, file));
    if (others.length > 0) model.say(`of ${others.length + 1} files ${file.name} was taken, the first`);
  });
}

/** What the address hides is not shown: panels of settings, what lies below the drawing, the output. */
function hiding(model) {
  model.store.on(["choices"], ({ choices }) => {
    const hidden = choices.hide.split(",");
    for (const part of document.querySelectorAll("[data-panel]")) part.hidden = hidden.includes(part.dataset.panel);
    const side = [...document.querySelectorAll(".side [data-panel]")];
    document.querySelector(".side").hidden = side.every((part) => part.hidden);
  });
}

function themes(model) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  model.store.on(["theme"], ({ theme }) => {
    document.documentElement.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    forgetColours();
  });
  dark.addEventListener("change", () => {
    const theme = model.get("theme");
    model.store.set({ theme: "light" });
    model.store.flush();
    model.store.set({ theme });
    model.store.flush();
  });
}

function said(model) {
  const place = h("ul", { class: "said" });
  model.store.on(["said"], ({ said: list }) => {
    refill(place, list.map((text, i) => h("li", {}, h("span", {}, text), h("button", {
      type: "button", class: "small", "aria-label": "dismiss", onclick: () => model.store.set({ said: list.filter((_, other) => other !== i) }),
    }, "×"))));
  });
  return h("div", { role: "status" }, place);
}

/** A step that Python wrote down. */
async function begunAt(model, { spec, state, output = 0, ...step }) {
  try {
    await model.adopt(spec, state, document_of_python.title, step);
    model.store.set({ selection: { kind: "unit", column: model.get("network").columns.length - 1, unit: output } });
  } catch (error) {
    model.say(error.message);
  }
}

/** What Python handed over, a model; and the lesson that the address asks for. */
async function given(model, read) {
  const { model: file, step } = document_of_python ?? {};
  if (step) {
    read.said.forEach((text) => model.say(text));
    await begunAt(model, step);
  } else await model.open(read);
  if (file) await opened(model, new File([Uint8Array.from(atob(file.bytes), (c) => c.charCodeAt(0))], file.name));
  await lessonOfAddress(model);
}

function start() {
  const begun = location.hash.length > 1 ? location.hash : `#${document_of_python?.address ?? ""}`;
  const read = readAddress(begun), model = new Model(read.choices);
  themes(model);
  const text = document.getElementById("glassnet-script").textContent;
  model.remote = new Remote(text, (message) => model.heard(message));
  const main = h("main", {}, settings(model), h("div", { class: "middle" }, lessonBox(model), banner(model), diagram(model), tabs(model, { formula, walk, weights: distributions, surface, confusion, runs, code, files, lessons: lessonList })), output(model));
  document.body.append(toolbar(model), said(model), main);
  hiding(model);
  keys(model);
  embedded(model);
  dropping(model);
  const widths = new ResizeObserver(() => model.store.set({ width: document.body.clientWidth }));
  widths.observe(document.body);
  window.addEventListener("hashchange", () => {
    model.store.set({ said: [] });
    model.open(readAddress(location.hash));
  });
  window.glassnet = model;
  const table = document_of_python?.table;
  if (table) {
    try {
      model.store.set({ table: tableOf(table.text, table.name) });
    } catch (error) {
      model.say(error.message);
    }
  }
  given(model, read).then(() => connected(model));
}

if (typeof document === "undefined") listen();
else start();
