import { create, parts } from "./training/engine.js";
import { DRAWN } from "./data/drawn.js";
import { samplesOf, tableOf } from "./data/csv.js";
import { headOf, lossesFor } from "./data/heads.js";
import { prepare, split } from "./data/prepare.js";
import { components } from "./data/projection.js";
import { CHOICES, usual } from "./state/choices.js";
import { readAddress, writeAddress } from "./state/address.js";
import { madeOf, workable } from "./app/workable.js";
import { sourceOf } from "./app/sources.js";
import { Model } from "./app/model.js";
import { columnsOf } from "./state/columns.js";
import { specOf } from "./state/spec.js";
import { tell, catalogue } from "./state/catalogue.js";
import { lossSections, ownSections, parameterSections, predictedLines, unitSections } from "./formulas/unit.js";
import { denseOf } from "./formulas/step.js";
import { equation, number, productSum } from "./formulas/terms.js";
import { treeOf } from "./formulas/parsing.js";
import { withLetters } from "./formulas/expressions.js";
import { Case, Samples } from "./diagnosis/case.js";
import { RULES } from "./diagnosis/rules.js";
import { found, told, unasked } from "./diagnosis/table.js";
import { said } from "./diagnosis/words.js";
import { Session } from "./training/session.js";
import { History, joined } from "./training/history.js";
import { Remote } from "./training/remote.js";
import { listen } from "./training/worker.js";
import { Store } from "./state/store.js";
import { glassnetCode, notebook } from "./code/glassnet.js";
import { numpyCode } from "./code/numpy.js";
import { torchCode } from "./code/torch.js";
import { gathered } from "./panels/pad.js";
import { cell, csvOf } from "./panels/files.js";
import { endsFor, isMet } from "./app/conditions.js";
import { hiddenOf } from "./app/opening.js";
import { zeroLines } from "./drawing/contour.js";
import { binned } from "./drawing/histogram.js";
import { layoutOf } from "./drawing/layout.js";
import { planeOf } from "./panels/surface.js";

/** A training as the page makes it from these choices. */
function made(patch, source = null) {
  const choices = { ...usual(), ...patch };
  const samples = source ?? DRAWN[choices.data].make({ samples: choices.samples, noise: choices.noise, seed: choices.dataSeed, classes: choices.classes });
  const head = headOf(choices, samples), prepared = prepare(samples, choices, head), spec = specOf(choices, head, prepared.width, patch.own ?? null);
  const columns = columnsOf(create(spec));
  return { choices, source: samples, head, samples: prepared, network: { spec, columns }, spec, columns };
}

/** The step that comes after so many, every number of it. */
function stepOf(patch, steps) {
  const { choices, head, samples, spec, columns } = made(patch, patch.source ?? null), network = create(spec);
  const training = network.training(samples.parts.train.X, samples.parts.train.y, { batch_size: choices.batch || null });
  for (let i = 0; i < steps; i += 1) training.step();
  const fields = { activation: parts.activation, loss: parts.loss };
  return { trace: training.trace(), spec: network.spec, columns, fields, outputs: head.outputs, optimizer: network.spec.optimizer };
}

/** What the page makes of an address: what it tells and takes, and the network after two steps. */
async function opened(address, state = { table: null, points: [], own: null }) {
  const read = readAddress(address), { choices, said } = await workable(read, state);
  const { head, samples: { parts: { train } }, spec } = madeOf(choices, await sourceOf(choices, state), state.own);
  const training = create(spec).training(train.X, train.y, { batch_size: choices.batch || null });
  let stopped = "";
  try {
    for (let i = 0; i < 2; i += 1) training.step();
  } catch (error) {
    stopped = error.name;
  }
  return { given: read.given, choices, said, stopped, loss: head.loss };
}

/** The worker on a clock that stands still until it is told to go on; each reading of it takes `cost` milliseconds. */
function workerOf(patch, { cost = 0.01 } = {}) {
  const { choices, samples, spec, columns } = made(patch), { train } = samples.parts;
  const heard = [], timers = [];
  let now = 0, number = 0, order = 0;
  performance.now = () => { now += one.cost; return now; };
  globalThis.postMessage = (message) => heard.push(message);
  globalThis.setTimeout = (call, wait, ...given) => { timers.push({ at: now + wait, number: number += 1, call: () => call(...given) }); return number; };
  globalThis.clearTimeout = (id) => { const place = timers.findIndex((timer) => timer.number === id); if (place >= 0) timers.splice(place, 1); };
  globalThis.self = {};
  listen();
  const one = {
    heard, timers, cost,
    send(message) { order += 1; self.onmessage({ data: { ...message, order } }); },
    /** Lets so many timers that are due within these milliseconds come, the earliest first. */
    wait(milliseconds, most = 1000) {
      const ends = now + milliseconds;
      for (let i = 0; i < most; i += 1) {
        timers.sort((a, b) => a.at - b.at || a.number - b.number);
        if (timers.length === 0 || timers[0].at > ends) break;
        const timer = timers.shift();
        now = Math.max(now, timer.at);
        timer.call();
        self.onmessage({ data: { do: "seen", order } });
      }
    },
    last: (say) => heard.filter((message) => message.say === say).at(-1),
  };
  one.send({ do: "begin", id: 1, plan: { spec, state: patch.state ?? null, train: { X: train.X, y: train.y }, validation: null, test: null, batch: choices.batch, columns, grid: null } });
  return one;
}

globalThis.page = {
  Model, History, joined, opened, CHOICES, workerOf, Remote, Store,
  zeroLines, Case, Samples, RULES, found, told, unasked, said,
  create, parts, DRAWN, samplesOf, tableOf, headOf, lossesFor, prepare, split, components, usual, readAddress, writeAddress, columnsOf, specOf, tell, catalogue,
  lossSections, ownSections, parameterSections, predictedLines, unitSections, denseOf, equation, number, productSum, treeOf, withLetters, Session, glassnetCode, notebook,
  numpyCode, torchCode, gathered, cell, csvOf, isMet, endsFor, hiddenOf, binned, layoutOf, planeOf, made, stepOf,
};
