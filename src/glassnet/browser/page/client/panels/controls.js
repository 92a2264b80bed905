/** Fields that show and set one choice each. */
import { h, refill } from "../drawing/dom.js";
import { CHOICES } from "../state/choices.js";

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
    field.setCustomValidity(value === undefined ? `${text} must be ${CHOICES[key][1].wanted}` : "");
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
