/** Lessons: steps of text with a state to begin from and a condition that is waited for, all plain data. */
import { h, refill } from "../drawing/dom.js";
import { lessons as all } from "../state/catalogue.js";
import { isMet } from "../app/conditions.js";

export function lessonList(model) {
  return h("div", {}, h("p", { class: "caption" }, "Each lesson sets the page up, says what to do, and goes on when it is done."), h("div", { class: "cards" }, all.map((lesson) => h("div", { class: "card" },
    h("h2", {}, lesson.title), h("p", { class: "note" }, lesson.about), h("button", { type: "button", onclick: () => begin(model, lesson) }, "begin")))));
}

/** The lesson that the address names. */
export async function lessonOfAddress(model) {
  const lesson = all.find(({ name }) => name === model.get("choices").lesson);
  if (lesson !== undefined) await begin(model, lesson);
}

const begin = (model, lesson) => enter(model, { lesson, step: 0, done: false, entered: false });

/** Sets the page up for a step; until it is, nothing that is there from before counts as done. */
async function enter(model, at) {
  const { state, parameters, view } = at.lesson.steps[at.step];
  model.store.set({ lesson: at });
  if (state !== undefined) await model.reset(state, parameters ?? null);
  if (model.get("lesson") !== at) return; // another step meanwhile
  model.store.set({ ...view, lesson: { ...at, entered: true } });
}

/** The present step, above the drawing. */
export function lessonBox(model) {
  const root = h("section", { class: "lesson", "aria-label": "lesson", hidden: true });

  const to = (step) => enter(model, { ...model.get("lesson"), step, done: false, entered: false });

  function show({ lesson: at }) {
    root.hidden = at === null;
    if (at === null) return;
    const { lesson, step, done } = at, { title, text, wait } = lesson.steps[step], isLast = step === lesson.steps.length - 1;
    refill(root, h("h2", {}, `${lesson.title} · ${step + 1} of ${lesson.steps.length}: ${title}`), text.map((line) => h("p", {}, line)),
      wait ? h("p", { class: `waits${done ? " done" : ""}` }, done ? `done: ${wait.says}` : `to do: ${wait.says}`) : null,
      h("div", { class: "row-of-buttons" }, h("button", { type: "button", disabled: step === 0, onclick: () => to(step - 1) }, "back"),
        isLast ? h("button", { type: "button", disabled: wait !== undefined && !done, onclick: () => model.store.set({ lesson: null }) }, "end the lesson")
          : h("button", { type: "button", disabled: wait !== undefined && !done, onclick: () => to(step + 1) }, "go on"),
        h("button", { type: "button", class: "link", onclick: () => model.store.set({ lesson: null }) }, "leave")));
  }

  function watch(state) {
    const { lesson: at } = state;
    if (at === null || at.done || !at.entered) return;
    const { wait } = at.lesson.steps[at.step];
    if (wait === undefined || !isMet(wait, state)) return;
    if (state.running) model.pause();
    model.store.set({ lesson: { ...at, done: true } });
  }

  model.store.on(["lesson"], show);
  model.store.on(["lesson", "frame", "selection", "choices", "stopped", "drawnDigit", "findings", "tab", "sample"], watch);
  return root;
}
