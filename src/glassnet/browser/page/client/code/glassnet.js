/** The network and its training as a program of glassnet. */
import { layersOf, OWN_LAYERS } from "../state/choices.js";
import { optimizerOf } from "../state/spec.js";
import { catalogue } from "../state/catalogue.js";
import { className, dataLines, literal, quoted } from "./python.js";

const NORMS = { bn: "BatchNorm", ln: "LayerNorm", rms: "RMSNorm" };

function dense(units, activation, choices, bias) {
  const options = [
    ...(activation === "linear" ? [] : [quoted(activation)]), ...(choices.initializer === "glorot_uniform" ? [] : [`initializer=${quoted(choices.initializer)}`]),
    ...(choices.l1 ? [`l1=${choices.l1}`] : []), ...(choices.l2 ? [`l2=${choices.l2}`] : []), ...(bias ? [] : ["use_bias=False"]),
  ];
  return `gn.Dense(${[units, ...options].join(", ")})`;
}

function layerLines(choices, head, columns) {
  const lines = layersOf(choices.hidden).flatMap((layer, place) => {
    const { units, activation, norm, dropout, bias } = layer;
    const block = norm === "" ? [dense(units, activation, choices, bias)]
      : [dense(units, "linear", choices, bias), `gn.${NORMS[norm]}()`, `gn.Activation(${quoted(activation)})`];
    const whole = columns[place].words.includes("residual") ? [`gn.Residual([${block.join(", ")}])`] : block;
    return [...whole, ...(dropout > 0 ? [`gn.Dropout(${dropout})`] : [])];
  });
  return [...lines, dense(head.outputs, head.activation, choices, true)];
}

/** The optimizer as an expression. */
export function optimizerCode(choices) {
  const { name, learning_rate: rate, ...fields } = optimizerOf(choices);
  const given = typeof rate === "number" ? String(rate) : scheduleCode(rate);
  return `gn.${catalogue.optimizers[name].class}(${[given, ...Object.entries(fields).map(([field, value]) => `${field}=${literal(value)}`)].join(", ")})`;
}

function scheduleCode({ name, ...fields }) {
  return `gn.schedules.${className(name)}(${Object.entries(fields).map(([field, value]) => `${field}=${literal(value)}`).join(", ")})`;
}

/** The loss by its name, or as an expression with its fields. */
function lossCode({ loss, lossPart }) {
  if (typeof lossPart === "string") return quoted(loss);
  const { name, ...fields } = lossPart;
  return `gn.losses.${catalogue.losses[name].class}(${Object.entries(fields).map(([field, value]) => `${field}=${literal(value)}`).join(", ")})`;
}

/** The program. Its history and parameters are those of the page after as many epochs. */
export function glassnetCode(state) {
  const { choices, head, samples, network } = state, epochs = Math.max(1, state.frame?.epoch || 100);
  if (choices.hidden === OWN_LAYERS) throw new Error("the layers are those of a file; download the model, and gn.load(\"model.safetensors\") gives it in Python");
  const layers = layerLines(choices, head, network.columns);
  return [
    "import numpy as np", "import glassnet as gn", "", ...dataLines(state), "",
    "net = gn.Network(", "    [", ...layers.map((line) => `        ${line},`), "    ],",
    `    seed=${choices.seed}, input_shape=${samples.width}, dtype=${quoted(choices.dtype)},`, ")",
    "history = net.fit(", `    X, y, loss=${lossCode(head)}, optimizer=${optimizerCode(choices)},`,
    `    epochs=${epochs}, batch_size=${choices.batch === 0 ? "None" : choices.batch},${samples.parts.validation === null ? "" : " validation_data=(X_validation, y_validation),"} engine="numpy", progress=False,`, ")",
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
