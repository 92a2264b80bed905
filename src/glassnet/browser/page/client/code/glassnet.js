/** The network and its training as a program of glassnet. */
import { optimizerOf } from "../state/spec.js";
import { catalogue } from "../state/catalogue.js";
import { create, parts } from "../training/engine.js";
import { className, dataLines, literal, quoted } from "./python.js";
import { epochsOf, pieceLines } from "./training.js";

const OF_ROOMS = { activation: "activations", initializer: "initializers", loss: "losses", schedule: "schedules" };
// Fields that stand first, without their name.
const LEADING = { dense: ["units", "activation"], activation: ["activation"], dropout: ["rate"], residual: ["layers"] };
const isSame = (one, other) => JSON.stringify(plain(one)) === JSON.stringify(plain(other));

/** A part without what the engine fills in. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { kind, name, ...fields } = value, own = Object.entries(fields).filter(([field, one]) => !isSame(one, parts[kind]?.[name]?.fields[field]));
  return own.length === 0 ? name : { name, ...Object.fromEntries(own.map(([field, one]) => [field, plain(one)])) };
}

/** A part of a network as an expression: its name where that says all, else a call of its class. */
function partCode(part) {
  if (typeof part !== "object" || part === null) return literal(part);
  if (Array.isArray(part)) return `[${part.map(partCode).join(", ")}]`;
  const { kind, name, ...fields } = part, { programs } = catalogue, known = parts[kind][name];
  const own = programs[OF_ROOMS[kind]]?.[name];
  if (own?.is_own) return name;
  const type = programs.classes[kind][name];
  if (type === undefined || own?.is_class) throw new Error(`the program would need ${name}, a class of your own; download the model, and gn.load gives it where the program has registered that`);
  const given = Object.entries(fields).filter(([field, value]) => known.required.includes(field) || !isSame(value, known.fields[field]));
  if (given.length === 0 && kind !== "layer" && known.required.length === 0) return quoted(name);
  const leading = LEADING[name] ?? [], last = Math.max(-1, ...given.map(([field]) => leading.indexOf(field)));
  const first = leading.slice(0, last + 1).map((field) => partCode(fields[field]));
  const named = given.filter(([field]) => !leading.includes(field)).map(([field, value]) => `${field}=${partCode(value)}`);
  return `gn.${kind in OF_ROOMS ? `${OF_ROOMS[kind]}.` : ""}${type}(${[...first, ...named].join(", ")})`;
}

/** Lines of the user's own functions that a network is made of. */
function ownLines(network) {
  const { programs } = catalogue, lines = [];
  const add = (room, name) => {
    const own = programs[room][name];
    if (programs.refused?.[name]) throw new Error(`no program writes ${name}: ${programs.refused[name]}`);
    if (!own?.is_own || lines.some((line) => line.startsWith(`${name} = `))) return;
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`the program would need ${name}, which is your own and has no name that Python could give it`);
    lines.push(...pieceLines([own.value, own.slope], programs), `${name} = gn.${room}.Function(${own.value}, ${own.slope}, ${quoted(name)})`, "");
  };
  for (const { activation } of network.plan.rows) add("activations", activation.name);
  add("losses", network.loss_part.name);
  return lines;
}

/** The optimizer as an expression. */
export function optimizerCode(choices, given = optimizerOf(choices)) {
  const { name, kind, learning_rate: rate, ...fields } = given, defaults = parts.optimizer[name].fields;
  const written = (value) => (typeof value === "object" && value !== null ? scheduleCode(value) : literal(value));
  const own = Object.entries(fields).filter(([field, value]) => kind === undefined || !isSame(value, defaults[field]));
  return `gn.${catalogue.optimizers[name].class}(${[written(rate), ...own.map(([field, value]) => `${field}=${written(value)}`)].join(", ")})`;
}

function scheduleCode({ name, kind, ...fields }) {
  const written = (value) => (Array.isArray(value) ? `[${value.map(written).join(", ")}]` : typeof value === "object" ? scheduleCode(value) : literal(value));
  return `gn.schedules.${className(name)}(${Object.entries(fields).map(([field, value]) => `${field}=${written(value)}`).join(", ")})`;
}

/** The program. Its history and parameters are those of the page after as many epochs. */
export function glassnetCode(state) {
  const { choices, head, samples, source, network: { spec } } = state, network = create(spec);
  if (spec.seed === null) throw new Error("nobody knows the seed of these first weights, so no program draws them");
  const layers = network.layers.filter((layer) => layer.name !== "flatten").map(partCode), members = source.members ?? 1;
  return [
    "import numpy as np", "import glassnet as gn", "", ...ownLines(network), ...dataLines(state), ...(members > 1 && head.form === "triplets" ? ["y = None  # triplets say all themselves"] : []), "",
    "net = gn.Network(", "    [", ...layers.map((line) => `        ${line},`), "    ],",
    `    seed=${spec.seed}, input_shape=${samples.width}, dtype=${quoted(network.dtype)},`, ")",
    "history = net.fit(", `    X, y, loss=${partCode(network.loss_part)}, optimizer=${optimizerCode(choices, network.optimizer_part)},`,
    `    epochs=${epochsOf(state)}, batch_size=${choices.batch === 0 ? "None" : choices.batch},${samples.parts.validation === null || members > 1 ? "" : " validation_data=(X_validation, y_validation),"} engine="numpy", progress=False,`, ")",
    'print(history["loss"][-1])', "",
  ].join("\n");
}

/** The same as a notebook. */
export function notebook(state) {
  const code = glassnetCode(state).trimEnd().split("\nnet = ");
  const cell = (type, text) => ({
    cell_type: type, metadata: {}, source: text.split("\n").map((line, i, all) => (i === all.length - 1 ? line : `${line}\n`)),
    ...(type === "code" ? { execution_count: null, outputs: [] } : {}),
  });
  const cells = [
    cell("markdown", "# A network of the glassnet page\n\nThe same data, the same network, the same training."),
    cell("code", code[0].trimEnd()), cell("code", `net = ${code[1]}`), cell("code", "history.plot();"), cell("code", "net.summary()"),
  ];
  return JSON.stringify({ cells, metadata: { language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 4 }, null, 1);
}
