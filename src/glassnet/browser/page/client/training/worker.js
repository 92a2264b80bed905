/** The worker: it trains in short turns, and between them hears what is wanted and shows how far it is. */
import { Case, readsRules, Samples } from "../diagnosis/case.js";
import { RULES } from "../diagnosis/rules.js";
import { found } from "../diagnosis/table.js";
import { Session } from "./session.js";

const TURN = 14; // milliseconds
const SLOW_STEP = 350; // milliseconds from one step to the next where one watches
const SELDOM = 900; // milliseconds between two diagnoses while the training runs, and at least
const SHARE = 12; // times as long as one takes
const DEAR = 5; // milliseconds that an evaluation may take in every frame

let looked = { samples: null, at: 0, cost: 0, due: null };
let session = null, run = null, shown = true, sent = 0, id = 0, changes = 0, evaluated = { cost: 0, at: 0, value: null };

function evaluation() {
  const { train, validation, test } = session.plan;
  const now = performance.now();
  if (run !== null && evaluated.value !== null && evaluated.cost > DEAR && now - evaluated.at < 12 * evaluated.cost) return evaluated.value;
  const of = (part) => (part === null || part === undefined ? null : session.network.evaluate(part.X, part.y));
  const value = { step: session.step, train: of(train), validation: of(validation), test: of(test) };
  evaluated = { cost: performance.now() - now, at: now, value };
  return value;
}

function responses() {
  const { grid, columns } = session.plan;
  if (grid === null) return null;
  return session.network.responses(grid, columns.map(({ last }) => last)).map(({ values }) => Float32Array.from(values));
}

/** The largest size of some numbers. */
function topOf(values) {
  let top = 1e-9;
  for (let i = 0; i < values.length; i += 1) top = Math.max(top, Math.abs(values[i]));
  return top;
}

function show() {
  shown = false;
  const { history } = session, answers = responses();
  const from = Math.min(sent, history.length);
  const value = evaluation();
  if (history.length > 0 && value.step === session.step) history.at(-1).validation_loss = value.validation?.loss ?? null;
  const frame = {
    say: "frame", id, step: session.step, epoch: session.epoch, first: session.first, state: session.training.state(),
    optimizer: session.optimizer, from: Math.max(0, from - 1), rows: history.slice(Math.max(0, from - 1)), evaluation: value,
    responses: answers, tops: answers?.map(topOf) ?? null, running: run !== null, changes, next: Array.from(session.training.next),
  };
  sent = history.length;
  postMessage(frame, frame.responses === null ? [] : frame.responses.map((values) => values.buffer));
  diagnoseSoon();
}

/** What the rules of diagnosis find now; while the training runs not too often. */
function diagnose() {
  looked.due = null;
  if (session === null || !readsRules(session.network)) return;
  const began = performance.now();
  looked.samples ??= new Samples(session.plan);
  const all = found(new Case(looked.samples, session.network, session.history), RULES);
  looked.at = performance.now();
  looked.cost = looked.at - began;
  postMessage({ say: "diagnosis", id, found: all });
}

function diagnoseSoon() {
  const wait = run === null ? 0 : Math.max(SELDOM, SHARE * looked.cost) - (performance.now() - looked.at);
  if (looked.due !== null) return;
  looked.due = setTimeout(guarded, Math.max(0, wait), diagnose);
}

function finished({ until }) {
  if (until === null || until === undefined) return false;
  const last = session.history.at(-1);
  return (until.epoch !== undefined && session.epoch >= until.epoch)
    || (until.loss !== undefined && last !== undefined && last.loss <= until.loss);
}

/** One turn of running: steps for as long as a turn lasts, or as many as the speed allows. */
function turn() {
  if (run === null) return;
  const now = performance.now(), { speed } = run;
  if (speed === "step") {
    if (now - run.last >= SLOW_STEP) { run.last = now; session.advance(); }
  } else if (speed === "epoch") {
    if (shown) session.advanceEpoch();
  } else {
    while (performance.now() - now < TURN && !finished(run)) session.advance();
  }
  if (finished(run)) run = null;
  if (shown || run === null) show();
  setTimeout(guarded, speed === "full" ? 0 : 8, turn);
}

function stopped(error) {
  run = null;
  postMessage({
    say: "stopped", id, message: error.message, name: error.name, layer: error.layer ?? null, epoch: error.epoch ?? null,
    diverged: error.name === "DivergenceError",
  });
  if (session !== null) show();
}

function guarded(act, ...given) {
  try {
    act(...given);
  } catch (error) {
    stopped(error);
  }
}

const ACTIONS = {
  begin(message) {
    run = null;
    id = message.id;
    sent = 0;
    changes = 0;
    evaluated = { cost: 0, at: 0, value: null };
    clearTimeout(looked.due);
    looked = { samples: null, at: 0, cost: 0, due: null };
    session = null;
    session = new Session(message.plan);
    show();
  },
  run({ speed, until }) {
    const idle = run === null;
    run = { speed, until, last: 0 };
    if (idle) setTimeout(guarded, 0, turn);
  },
  pause() {
    run = null;
    show();
  },
  step() {
    run = null;
    session.advance();
    show();
  },
  epoch() {
    run = null;
    session.advanceEpoch();
    show();
  },
  go({ step }) {
    run = null;
    session.go(step);
    show();
  },
  change({ changes: wanted }) {
    changes += 1;
    for (const change of wanted) session.change(change);
    show();
  },
  grid({ grid }) {
    session.plan.grid = grid;
    show();
  },
  seen() {
    shown = true;
  },
};

/** Listens; called where there is no page. */
export function listen() {
  self.onmessage = ({ data }) => { if (session !== null || data.do === "begin") guarded(ACTIONS[data.do], data); };
}
