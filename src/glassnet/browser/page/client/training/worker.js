/** The worker: it trains in short turns, and between them hears what is wanted and shows how far it is. */
import { Case, readsRules, Samples } from "../diagnosis/case.js";
import { RULES } from "../diagnosis/rules.js";
import { found } from "../diagnosis/table.js";
import { isAt } from "./ends.js";
import { Session } from "./session.js";

const TURN = 14; // milliseconds
const SLOW_STEP = 350; // milliseconds from one step to the next where one watches
const SELDOM = 900; // milliseconds between two diagnoses while the training runs, and at least
const SHARE = 12; // times as long as one takes
const DEAR = 5; // milliseconds that an evaluation may take in every frame

const UNLOOKED = { samples: null, at: 0, cost: 0, due: null, failed: false };

let looked = UNLOOKED;
let session = null, run = null, shown = true, sent = 0, id = 0, order = 0, changes = 0, evaluated = { cost: 0, at: 0, value: null };
let turning = false; // whether a turn is to come: there is one at a time, however often a run begins anew

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
  const { history } = session, answers = responses(), value = evaluation();
  if (history.last !== undefined && value.step === session.step) history.hold(value.validation?.loss ?? null);
  const frame = {
    say: "frame", id, step: session.step, epoch: session.epoch, first: session.first, state: session.training.state(),
    optimizer: session.optimizer, rows: history.since(sent), evaluation: value,
    responses: answers, tops: answers?.map(topOf) ?? null, running: run !== null, changes, order, next: Array.from(session.training.next),
  };
  sent = session.epoch;
  postMessage(frame, frame.responses === null ? [] : frame.responses.map((values) => values.buffer));
  diagnoseSoon();
}

/** What the rules of diagnosis find now; while the training runs not too often. */
function diagnose() {
  looked.due = null;
  if (session === null || looked.failed || !readsRules(session.network)) return;
  const began = performance.now();
  try {
    looked.samples ??= new Samples(session.plan);
    postMessage({ say: "diagnosis", id, found: found(new Case(looked.samples, session.network, session.history.withBest), RULES) });
  } catch (error) {
    looked.failed = true; // the training goes on, and is not asked again
    postMessage({ say: "undiagnosed", id, message: error.message });
  }
  looked.at = performance.now();
  looked.cost = looked.at - began;
}

/** At once where the training rests: what was put off while it ran is not waited for. */
function diagnoseSoon() {
  if (run !== null && looked.due !== null) return;
  clearTimeout(looked.due);
  const wait = run === null ? 0 : Math.max(SELDOM, SHARE * looked.cost) - (performance.now() - looked.at);
  looked.due = setTimeout(diagnose, Math.max(0, wait));
}

const finished = ({ ends }) => ends.some((end) => isAt(end, session.epoch, session.history.last));

function turnIn(milliseconds) {
  if (turning) return;
  turning = true;
  setTimeout(guarded, milliseconds, turn);
}

/** One turn of running: steps for as long as a turn lasts, or as many as the speed allows. */
function turn() {
  turning = false;
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
  turnIn(speed === "full" ? 0 : 8);
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
    looked = { ...UNLOOKED };
    session = null;
    session = new Session(message.plan);
    show();
  },
  run({ speed, ends }) {
    run = { speed, ends, last: 0 };
    turnIn(0);
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
  self.onmessage = ({ data }) => {
    order = data.order;
    if (session !== null || data.do === "begin") guarded(ACTIONS[data.do], data);
  };
}
