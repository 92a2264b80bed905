/** The page's model: choices become data, a network and a training; frames of the worker become what is seen. */
import { headOf } from "../data/heads.js";
import { prepare } from "../data/prepare.js";
import { BEGINS_ANEW, GOES_ON, usual } from "../state/choices.js";
import { baseOf, showAddress } from "../state/address.js";
import { columnsOf } from "../state/columns.js";
import { optimizerOf } from "../state/spec.js";
import { Store } from "../state/store.js";
import { create, parts } from "../training/engine.js";
import { endInWords, isAt } from "../training/ends.js";
import { joined } from "../training/history.js";
import { endsFor } from "./conditions.js";
import { findingsOf } from "./findings.js";
import { choicesOf, choicesOfOptimizer } from "./opening.js";
import { fitting, pictureOf } from "./pictures.js";
import { sourceOf, startPoints, usualFor } from "./sources.js";
import { madeOf, workable } from "./workable.js";

const TOLD = 180; // milliseconds from one frame to the next whose numbers are told while the training runs
const MOST_OF_PATH = 160;

export class Model {
  constructor(choices) {
    this.store = new Store({
      choices, said: [], source: null, samples: null, head: null, network: null, frame: null, history: [], running: false, speed: "full",
      selection: null, pointed: null, sample: null, tab: "formula", theme: "auto", runs: [], table: null, points: startPoints(), stopped: null,
      axes: [0, 1], until: null, unfolded: false, walk: 0, drawnDigit: null, lesson: null, file: null, own: null, findings: [], isBound: false, isPrediction: false,
    });
    this.remote = null;
    this.asked = {};
    this.path = [];
    this.frames = []; // that have come and are not shown yet
    this.again = () => this.begin(); // until something has begun
    this.isSeen = true;
    this.held = 0;
    this.told = -Infinity;
    this.store.onIdle = () => this.drawn();
    this.turn = 0; // of who begins with other data or another network
    this.isBeginning = false;
  }

  get(name) {
    return this.store.get(name);
  }

  /** The sample that is shown: the one that was chosen, else the first of the batch after the frame that was told last; a row of the training part. */
  get sample() {
    return this.get("sample") ?? this.held;
  }

  say(text) {
    this.store.set({ said: [...this.get("said").filter((other) => other !== text).slice(-4), text] });
  }

  /** Other choices; the training begins anew where they make another network or other data. */
  async choose(patch) {
    const before = this.get("choices");
    const whole = patch.data !== undefined && patch.data !== before.data ? { ...usualFor(patch.data), ...patch } : patch;
    const choices = { ...before, ...whole };
    const changed = Object.keys(whole).filter((key) => before[key] !== choices[key]);
    if (changed.length === 0) return;
    if (this.get("isPrediction")) return void this.say("a prediction has no targets, so nothing can be trained from it; open the page with samples and targets to change the network");
    this.store.set({ choices });
    showAddress(choices);
    if (changed.some((key) => BEGINS_ANEW.has(key))) await this.begin();
    else if (changed.some((key) => GOES_ON.has(key))) this.change([{ kind: "optimizer", optimizer: optimizerOf(choices) }]);
  }

  /** Back to the usual choices, with some others; first weights as they are given, or drawn. */
  async reset(patch, parameters = null) {
    const { hide, lesson } = this.get("choices"), choices = { ...baseOf(patch.data ?? usual().data), hide, lesson, ...patch };
    this.store.set({ choices, selection: null, pointed: null, sample: null, tab: "formula" });
    showAddress(choices);
    await this.begin(parameters === null ? null : { parameters: Float64Array.from(parameters) });
  }

  /** What an address asks for, as far as a network can be made of it. */
  async open(read) {
    this.turn += 1;
    const own = this.turn, { choices, said } = await workable(read, this.store.state);
    if (own !== this.turn) return;
    this.store.set({ choices, said: [...this.get("said"), ...said] });
    await this.begin();
  }

  /** Data, network and training from the choices; `state` of parameters, where they are given. */
  async begin(state = null) {
    this.again = () => this.begin(state);
    this.areFirstGiven = state !== null;
    this.store.set({ file: null });
    try {
      const source = await this.sourceInTurn(this.get("choices"));
      if (source === null) return;
      const { choices } = this.store.state; // with what was chosen meanwhile and makes no other data
      this.start({ source, ...madeOf(choices, source, this.get("own")), state });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.say(error.message);
    }
  }

  /** A network of a file, or of Python: its parts become the choices; data must have as many columns and answers. */
  async adopt(spec, state, name, step = null) {
    const choices = choicesOf(spec, this.get("choices")), source = await this.sourceInTurn(choices);
    if (source === null) return;
    refuseOtherSamples(spec, source);
    const head = step?.head ?? headOf(choices, source, create(spec).plan.n_outputs);
    const samples = prepare(source, choices, head);
    this.start({ source, head, samples, spec, state, shuffle: step?.shuffle }, { choices, selection: null, pointed: null, file: name, own: spec.layers, isPrediction: step?.prediction ?? false });
    this.again = () => this.adopt(spec, state, name, step);
    if (step !== null) this.go(state.step + step.ahead);
  }

  /** The samples of who begins now; null where somebody else began while they were unpacked. */
  async sourceInTurn(choices) {
    this.turn += 1;
    const own = this.turn;
    this.isBeginning = true;
    try {
      const source = await sourceOf(choices, this.store.state);
      return own === this.turn ? source : null;
    } finally {
      if (own === this.turn) this.isBeginning = false;
    }
  }

  /** Begins with a network of this description; `more` is set with it. */
  start({ source, head, samples, spec, state, shuffle = true }, more = {}) {
    const { axes: wanted } = this.store.state, choices = more.choices ?? this.get("choices");
    const mirror = create(spec, state ?? undefined), width = mirror.layout.n_features, outputs = mirror.plan.n_outputs;
    if (samples.width !== width || head.outputs !== outputs) {
      throw new Error(`its network takes ${width} inputs and gives ${outputs} outputs; the data ${source.name} have ${samples.width} and ask for ${head.outputs}. Choose data that fit first`);
    }
    const { train, validation, test } = samples.parts;
    const axes = fitting(wanted, source.width), picture = pictureOf({ source, samples, first: mirror.layers[0] }, axes);
    const columns = columnsOf(mirror);
    this.path = [];
    this.changed = false;
    this.held = 0;
    this.mirror = { network: mirror, training: mirror.training(train.X, train.y, { batch_size: choices.batch || null, shuffle }) };
    this.store.set({
      source, head, samples, history: [], frame: null, running: false, stopped: null, findings: [], axes, sample: null, isPrediction: false, ...more,
      network: { spec, columns, ...picture, parts },
    });
    this.remote.begin({
      spec, state, shuffle, train: { X: train.X, y: train.y }, batch: choices.batch, columns, grid: picture.inputs,
      validation: validation === null ? null : { X: validation.X, y: validation.y }, test: test === null ? null : { X: test.X, y: test.y },
    });
  }

  /** Other axes of the picture; the training goes on. */
  look_along(axes) {
    const { source, samples, network } = this.store.state, picture = pictureOf({ source, samples, first: this.mirror.network.layers[0] }, axes);
    this.store.set({ axes, network: { ...network, ...picture } });
    this.remote.send({ do: "grid", grid: picture.inputs });
  }

  heard(message) {
    if (message.say === "stopped") {
      this.store.set({ stopped: message, running: false });
      this.say(message.message);
      return;
    }
    if (message.say === "diagnosis") {
      this.store.set({ findings: findingsOf(message.found, this.get("network").columns) });
      return;
    }
    if (message.say === "undiagnosed") return void this.say(`the rules of the diagnosis do not get through this network: ${message.message}`);
    this.frames.push(message);
    if (this.store.isIdle) this.show();
  }

  /** Everyone has drawn the frame: only now comes the next one, so that nothing that is drawn is of another step. */
  drawn() {
    if (this.frames.length > 0) this.show();
    if (this.isSeen || !this.store.isIdle) return;
    this.isSeen = true;
    this.remote.seen();
  }

  show() {
    const frames = this.frames.filter(({ id }) => id === this.remote.id);
    this.frames = [];
    for (const frame of frames) this.take(frame);
  }

  take(message) {
    const isLate = this.remote.isLate(message), now = performance.now();
    message.isTold = !message.running || now - this.told >= TOLD;
    if (message.isTold) [this.told, this.held] = [now, message.next[0]];
    this.isSeen = false;
    this.follow(message);
    if (!isLate && !this.isBeginning) this.agree(message.optimizer);
    this.mirror.network.setOptimizer(message.optimizer);
    this.mirror.training.restore(message.state);
    this.store.set({ frame: message, history: joined(this.get("history"), message.rows), running: isLate ? this.get("running") : message.running });
  }

  /** Where one went back to a step with another optimizer, that is the choice again. */
  agree(optimizer) {
    const { choices } = this.store.state;
    if (JSON.stringify(optimizer) === JSON.stringify(optimizerOf(choices)) || this.get("file") !== null) return;
    const before = { ...choices, ...choicesOfOptimizer(optimizer, choices) };
    this.store.set({ choices: before });
    showAddress(before);
  }

  /** Keeps where the parameters were, more sparsely the longer the way gets. */
  follow({ step, state }) {
    this.path = this.path.filter((kept) => kept.step < step);
    this.path.push({ step, parameters: Float64Array.from(state.parameters) });
    if (this.path.length > MOST_OF_PATH) this.path = this.path.filter((_, i) => i === 0 || i % 2 === 1 || i === this.path.length - 1);
  }

  run() {
    const { until, lesson, frame, history, speed } = this.store.state;
    const isPast = (end) => isAt(end, frame?.epoch ?? 0, history.at(-1));
    if (until !== null && isPast(until)) return this.say(`the training has reached ${endInWords(until)}, until which it was to run; choose a later end, or none`);
    const asked = lesson === null || lesson.done ? [] : endsFor(lesson.lesson.steps[lesson.step].wait);
    this.store.set({ running: true, stopped: null });
    this.remote.send({ do: "run", speed, ends: [...asked, ...(until === null ? [] : [until])].filter((end) => !isPast(end)) });
  }

  toggle() {
    if (this.get("running")) this.pause();
    else this.run();
  }

  pause() {
    this.store.set({ running: false });
    this.remote.send({ do: "pause" });
  }

  step() {
    this.remote.send({ do: "step" });
  }

  epoch() {
    this.remote.send({ do: "epoch" });
  }

  back() {
    const { frame } = this.store.state;
    if (frame !== null) this.go(frame.step - 1);
  }

  go(step) {
    this.store.set({ stopped: null });
    this.remote.send({ do: "go", step });
  }

  /** To the first step, with what is chosen now; weights that were edited are as they were. */
  restart() {
    this.again();
  }

  /** Changes of the network here and now: a weight, what is frozen, the optimizer. */
  change(changes) {
    this.changed = true;
    this.remote.send({ do: "change", changes });
  }

  /** The step that comes next, every number of it; on a sample alone where the batch does not hold the one that is shown. */
  look() {
    const { frame, network, samples, head, isPrediction } = this.store.state, { sample } = this;
    if (frame === null) return null;
    const key = `${frame.id}:${frame.step}:${sample}`;
    if (this.looked?.key === key && this.looked.frame === frame) return this.looked.step;
    const place = frame.next.indexOf(sample);
    const { train } = samples.parts, { members = 1 } = samples.source;
    const trace = isPrediction ? this.mirror.network.tracePrediction(train.X) : place >= 0 ? this.mirror.training.trace() : this.mirror.network.trace(train.X, train.y, [Math.floor(sample / members)]);
    const fields = { activation: parts.activation, loss: parts.loss };
    const step = {
      trace, spec: this.mirror.network.spec, columns: network.columns, fields, outputs: head.outputs, sample: place >= 0 ? place : sample % members,
      alone: place < 0, isPrediction, optimizer: this.mirror.network.spec.optimizer,
    };
    this.looked = { key, frame, step };
    return step;
  }
}

/** Throws where the loss of a network compares pairs or triplets, and the data are single samples, or the other way round. */
function refuseOtherSamples({ loss }, { members = 1, name }) {
  const called = typeof loss === "string" ? loss : loss.name, compared = parts.loss[called].members;
  if (Math.max(1, compared.length) === members) return;
  throw new Error(`its loss ${called} compares ${compared.join(", ") || "single samples"}, and the data ${name} have ${members === 1 ? "single samples" : `${members} members each`}. Choose data that fit first`);
}
