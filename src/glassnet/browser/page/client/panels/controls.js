/** Fields that show and set one choice each. */
import { h, refill } from "../drawing/dom.js";
import { CHOICES, fieldsOf, withField } from "../state/choices.js";

let count = 0;

/** A labelled field; `unit` stands behind it. */
export function labelled(text, field, hint = "") {
  count += 1;
  field.id ||= `field-${count}`;
  return h("div", { class: "field" }, h("label", { for: field.id, title: hint }, text), field);
}

/** A list to choose from; `options` is `[value]`, or `[[group, [value]]]`, or a function that gives one of them. */
export function choice(model, key, text, options, { hint = "", names = {}, shown = null } = {}) {
  const field = h("select", { onchange: () => model.choose({ [key]: field.value }) });
  const fill = (state) => {
    const list = typeof options === "function" ? options(state) : options;
    const option = (value) => h("option", { value }, names[value] ?? value.replaceAll("_", " "));
    refill(field, list.map((entry) => (Array.isArray(entry)
      ? h("optgroup", { label: entry[0] }, entry[1].map(option)) : option(entry))));
    field.value = (shown === null ? state.choices[key] : shown(state)) ?? "";
  };
  model.store.on(["choices", "source", "table"], fill);
  return labelled(text, field, hint);
}

/** A number of a choice, refused in words where it is out of range. */
export function numeric(model, key, text, { hint = "", when = () => true } = {}) {
  const field = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
  field.addEventListener("change", () => {
    const value = CHOICES[key][1].read(field.value.trim());
    field.setCustomValidity(value === undefined ? `${text} must be ${CHOICES[key][1].wanted()}` : "");
    if (value === undefined) field.reportValidity();
    else model.choose({ [key]: value });
  });
  field.addEventListener("input", () => field.setCustomValidity(""));
  const whole = labelled(text, field, hint);
  model.store.on(["choices", "source"], (state) => {
    if (document.activeElement !== field) field.value = String(state.choices[key]);
    whole.hidden = !when(state);
  });
  return whole;
}

/** A number on a slider that shows its value. */
export function slider(model, key, text, { least, most, step, hint = "", when = () => true, write = String }) {
  const field = h("input", { type: "range", min: least, max: most, step });
  const value = h("output");
  const whole = labelled(text, field, hint);
  whole.classList.add("sliding");
  whole.querySelector("label").append(" ", value);
  field.addEventListener("input", () => { value.textContent = write(Number(field.value)); });
  field.addEventListener("change", () => model.choose({ [key]: Number(field.value) }));
  model.store.on(["choices", "source"], (state) => {
    const range = typeof most === "function" ? most(state) : most;
    field.max = String(range);
    field.value = String(state.choices[key]);
    value.textContent = write(state.choices[key]);
    whole.hidden = !when(state);
  });
  return whole;
}

/** Yes or no. */
export function tick(model, key, text, { hint = "", when = () => true } = {}) {
  const field = h("input", { type: "checkbox", onchange: () => model.choose({ [key]: field.checked }) });
  const whole = h("label", { class: "tick", title: hint }, field, " ", text);
  model.store.on(["choices", "source"], (state) => {
    field.checked = state.choices[key];
    whole.hidden = !when(state);
  });
  return whole;
}

const written = (value) => (value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value));

/** What a reader wrote: a number, several, nothing where there need not be one; undefined where it is none of these. */
function readAs(usual, text) {
  if (text.trim() === "") return usual === null ? null : undefined;
  const numbers = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (numbers.some((value) => !Number.isFinite(value))) return undefined;
  return Array.isArray(usual) ? numbers : numbers.length === 1 ? numbers[0] : undefined;
}

/** The fields that a part has beside those with a control of their own, folded away until they are wanted. */
export function partFields(model, key, title, fieldsFor, without = []) {
  const body = h("div", {}), root = h("details", { class: "fields" }, h("summary", {}, title), body);
  let shown = "";
  const set = (field, value) => model.choose({ [key]: withField(model.get("choices")[key], field, value) });
  const fieldOf = ([field, usual], given) => {
    const value = Object.hasOwn(given, field) ? given[field] : usual, text = field.replaceAll("_", " ");
    if (typeof usual === "boolean") {
      const box = h("input", { type: "checkbox", onchange: () => set(field, box.checked === usual ? null : box.checked) });
      box.checked = value;
      return h("label", { class: "tick" }, box, " ", text);
    }
    const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", value: written(value), placeholder: usual === null ? "none" : written(usual), onchange: () => {
      const wanted = readAs(usual, input.value);
      input.setCustomValidity(wanted === undefined ? `${text} must be ${Array.isArray(usual) ? "numbers, such as 0.1, 0.5, 0.9" : "a number"}` : "");
      if (wanted === undefined) input.reportValidity();
      else set(field, wanted === null || written(wanted) === written(usual) ? null : wanted);
    } });
    return labelled(text, input);
  };
  model.store.on(["choices", "source", "head"], (state) => {
    const fields = Object.entries(fieldsFor(state)).filter(([field]) => !without.includes(field)), now = JSON.stringify([fields, state.choices[key]]);
    if (now === shown) return;
    shown = now;
    root.hidden = fields.length === 0;
    const given = fieldsOf(state.choices[key], fieldsFor(state));
    refill(body, fields.map((field) => fieldOf(field, given)));
  });
  return root;
}
