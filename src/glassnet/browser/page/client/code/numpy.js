/** The network and its training in plain NumPy: every formula written out. */
import { settled } from "../formulas/expressions.js";
import { catalogue } from "../state/catalogue.js";
import { layersOf, OWN_LAYERS } from "../state/choices.js";
import { optimizerOf } from "../state/spec.js";
import { parts } from "../training/engine.js";
import { dataLines, indented, literal } from "./python.js";

const NUMPY = { abs: "np.abs", exp: "np.exp", log: "np.log", log1p: "np.log1p", sign: "np.sign", sqrt: "np.sqrt", tanh: "np.tanh", max: "np.maximum", min: "np.minimum" };
const SUM = 1, PRODUCT = 2, POWER = 3, ATOM = 4;

/** A tree of a formula as a line of NumPy. */
export function numpyOf(tree, letters) {
  return written(tree, letters).text;
}

function written(tree, letters) {
  if (typeof tree === "number") return { text: String(tree), binds: ATOM };
  if (typeof tree === "string") {
    const text = String(letters[tree] ?? tree);
    return { text, binds: /^-/.test(text) ? SUM : ATOM };
  }
  const [name, ...args] = tree;
  const part = (node, binds) => {
    const found = written(node, letters);
    return found.binds >= binds ? found.text : `(${found.text})`;
  };
  switch (name) {
    case "+": return { text: `${part(args[0], SUM)} + ${part(args[1], SUM)}`, binds: SUM };
    case "-": return args.length === 1 ? { text: `-${part(args[0], PRODUCT)}`, binds: SUM } : { text: `${part(args[0], SUM)} - ${part(args[1], PRODUCT)}`, binds: SUM };
    case "*": return { text: `${part(args[0], PRODUCT)} * ${part(args[1], POWER)}`, binds: PRODUCT };
    case "/": return { text: `${part(args[0], PRODUCT)} / ${part(args[1], POWER)}`, binds: PRODUCT };
    case "**": return { text: `${part(args[0], ATOM)} ** ${part(args[1], ATOM)}`, binds: POWER };
    case "sum": return { text: `np.sum(${numpyOf(args[0], letters)}, axis=1, keepdims=True)`, binds: ATOM };
    case "if": return { text: `np.where(${numpyOf(args[0], letters)} ${args[1]} ${numpyOf(args[2], letters)}, ${numpyOf(args[3], letters)}, ${numpyOf(args[4], letters)})`, binds: ATOM };
    case "sigmoid": return { text: `1 / (1 + np.exp(-${part(args[0], POWER)}))`, binds: PRODUCT };
    case "softplus": return { text: `np.logaddexp(0, ${numpyOf(args[0], letters)})`, binds: ATOM };
    default:
      if (!(name in NUMPY)) throw new Error(`plain NumPy has no ${name.replace("_", " ")} of the normal distribution; choose another activation for this program, or read the one of glassnet`);
      return { text: `${NUMPY[name]}(${args.map((node) => numpyOf(node, letters)).join(", ")})`, binds: ATOM };
  }
}

const DRAWS = {
  glorot_uniform: ["limit = np.sqrt(6 / (n_in + n_out))", "uniform"], he_uniform: ["limit = np.sqrt(6 / n_in)", "uniform"],
  lecun_uniform: ["limit = np.sqrt(3 / n_in)", "uniform"], torch_linear: ["limit = 1 / np.sqrt(n_in)", "uniform"],
  glorot_normal: ["deviation = np.sqrt(2 / (n_in + n_out))", "normal"], he_normal: ["deviation = np.sqrt(2 / n_in)", "normal"],
  lecun_normal: ["deviation = np.sqrt(1 / n_in)", "normal"],
};

/** Lines that draw the first weights, as glassnet draws them for this seed. */
export function drawLines(choices, sizes) {
  if (choices.initializer === "zeros") {
    return [`sizes = ${literal(sizes)}`, "weights = [np.zeros((n_in, n_out)) for n_in, n_out in zip(sizes, sizes[1:])]", "biases = [np.zeros(n_out) for n_out in sizes[1:]]"];
  }
  if (!(choices.initializer in DRAWS)) throw new Error(`this program does not draw first weights by ${choices.initializer}; choose one of ${Object.keys(DRAWS).join(", ")}`);
  const [line, kind] = DRAWS[choices.initializer];
  return [
    `sizes = ${literal(sizes)}`, "weights, biases = [], []", "for n_in, n_out in zip(sizes, sizes[1:]):",
    ...indented([line, kind === "uniform" ? "weights.append(draw.uniform(-limit, limit, (n_in, n_out)))" : "weights.append(deviation * draw.standard_normal((n_in, n_out)))", "biases.append(np.zeros(n_out))"]),
  ];
}

export const STREAMS = (seed) => [
  "# One seed gives three streams: first weights, the order of the samples, dropout.",
  `draw, shuffle, _ = (np.random.default_rng(stream) for stream in np.random.SeedSequence(${seed}).spawn(3))`,
];

/** Raises where the program would be another network than the page's. */
export function refuseOthers(choices, name) {
  const layers = layersOf(choices.hidden);
  const others = [
    ...(choices.loss_with ? ["fields of the loss"] : []), ...(/clip/.test(choices.optimizer_with) ? ["clipping"] : []),
    ...(choices.hidden === OWN_LAYERS ? ["the layers of a file"] : []), ...(layers.some((layer) => layer.norm) ? ["normalisation"] : []), ...(layers.some((layer) => layer.dropout > 0) ? ["dropout"] : []),
    ...(layers.some((layer) => layer.residual) ? ["residual layers"] : []), ...(layers.some((layer) => !layer.bias) ? ["layers without biases"] : []),
    ...(choices.schedule === "constant" ? [] : [`the schedule ${choices.schedule.replaceAll("_", " ")}`]), ...(choices.dtype === "float64" ? [] : ["numbers of float32"]),
  ];
  if (others.length > 0) throw new Error(`the program in ${name} does not write ${others.join(", ")}${choices.hidden === OWN_LAYERS ? "" : "; the one of glassnet does"}`);
}

const ADAM = (shrink) => [
  "means, squares = states[place]", "means = beta1 * means + (1 - beta1) * gradient", "squares = beta2 * squares + (1 - beta2) * gradient**2",
  "corrected = means / (1 - beta1**step), squares / (1 - beta2**step)", `parameter[...] = ${shrink}parameter - rate * corrected[0] / (np.sqrt(corrected[1]) + epsilon)`,
  "states[place] = means, squares",
];
const RULES = {
  sgd: ({ momentum }) => (momentum ? ["velocity = momentum * states[place][0] + gradient", "parameter -= rate * velocity", "states[place] = velocity, states[place][1]"] : ["parameter -= rate * gradient"]),
  adagrad: () => ["squares = states[place][0] + gradient**2", "parameter -= rate * gradient / (np.sqrt(squares) + epsilon)", "states[place] = squares, states[place][1]"],
  rmsprop: () => ["squares = alpha * states[place][0] + (1 - alpha) * gradient**2", "parameter -= rate * gradient / (np.sqrt(squares) + epsilon)", "states[place] = squares, states[place][1]"],
  adam: () => ADAM(""), adamw: () => ADAM("(1 - rate * weight_decay) * "),
};

function updateLines(choices) {
  const optimizer = optimizerOf(choices), fields = { ...parts.optimizer[optimizer.name].fields, ...optimizer };
  if (!(optimizer.name in RULES) || (optimizer.name === "rmsprop" && fields.momentum > 0)) throw new Error(`the program in NumPy does not write ${optimizer.name}; it writes ${Object.keys(RULES).join(", ")}`);
  const rule = RULES[optimizer.name](fields), text = rule.join(" ");
  const names = ["beta1", "beta2", "epsilon", "alpha", "momentum", "weight_decay"].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const decay = fields.weight_decay > 0 && optimizer.name !== "adamw" ? [`gradient = gradient + ${fields.weight_decay} * parameter`] : [];
  return {
    before: [`rate = ${optimizer.learning_rate}`, ...names.map((name) => `${name} = ${literal(fields[name])}`), ...(text.includes("states") ? ["states = [(0.0, 0.0) for _ in range(2 * len(weights))]"] : []), "step = 0"],
    lines: ["step += 1", "for place, (parameter, gradient) in enumerate(zip([*weights, *biases], [*d_weights, *d_biases])):", ...indented([...decay, ...rule])],
  };
}

/** Functions of the activations that occur, each with its way back below it. */
function functionLines(names) {
  return names.flatMap((name) => {
    const { value, slope, backward } = catalogue.activations[name], { fields } = parts.activation[name];
    const letters = { ...fields };
    const back = slope === null ? numpyOf(backward, { ...letters, d: "d_a" }) : name === "linear" ? "d_a" : `d_a * ${numpyOf(["+", slope, 0], letters).replace(/ \+ 0$/, "").replace(/^(.*)$/, "($1)")}`;
    return [`def ${name}(z):`, `    return ${numpyOf(value, letters)}`, "", "", `def ${name}_backward(d_a, z, a):`, `    return ${back}`, "", ""];
  });
}

/** The program. It prints the loss of each epoch, as the page computes it. */
export function numpyCode(state) {
  const { choices, head, samples, source, network } = state;
  refuseOthers(choices, "NumPy");
  if (choices.optimizer_with) throw new Error("the program in NumPy does not write other fields of the optimizer; the one of glassnet does");
  const sizes = [samples.width, ...network.columns.map(({ units }) => units)], names = network.columns.map(({ activation }) => activation);
  const loss = catalogue.losses[head.loss];
  if (loss.value === null) throw new Error(`the program in NumPy does not write ${head.loss.replaceAll("_", " ")}; the one of glassnet does`);
  const fused = loss.on_logits[head.activation] !== undefined, inside = loss.activation !== "linear";
  const objective = fused ? catalogue.losses[loss.on_logits[head.activation]] : loss;
  const fields = parts.loss[head.loss].fields, ofRows = objective.least_outputs > 1;
  const update = updateLines(choices), epochs = Math.max(1, state.frame?.epoch || 100);
  const targets = head.form === "classes" ? [`targets = np.eye(${head.outputs})[y]`] : ["targets = y"];
  const prediction = inside && !fused ? [`p = ${loss.activation}(a[-1])`] : ["p = a[-1]"];
  const count = ofRows ? "len(x)" : "t.size";
  const slope = numpyOf(settled(objective.slope, fields), { ...fields, y: "t", mass: "1" }).replaceAll("p * 1", "p");
  const back = fused ? ["d_z = error"] : [`d_z = ${names.at(-1)}_backward(error, z[-1], a[-1])`];
  const penalty = [...(choices.l1 ? [`${choices.l1} * np.abs(w).sum()`] : []), ...(choices.l2 ? [`${choices.l2} / 2 * (w**2).sum()`] : [])];
  const added = [...(choices.l1 ? [` + ${choices.l1} * np.sign(weights[layer])`] : []), ...(choices.l2 ? [` + ${choices.l2} * weights[layer]`] : [])].join("");
  const shuffled = choices.batch > 0 && choices.batch < samples.parts.train.n;
  return [
    "import numpy as np", "import glassnet as gn  # for the samples alone", "", ...dataLines(state), ...targets, "", "",
    ...functionLines([...new Set([...names, ...(inside && !fused ? [loss.activation] : [])])]),
    ...STREAMS(choices.seed), ...drawLines(choices, sizes), `functions = [${names.join(", ")}]`, `ways_back = [${names.map((name) => `${name}_backward`).join(", ")}]`, ...update.before,
    `batch_size = ${shuffled ? choices.batch : "len(X)"}`, "", `for epoch in range(1, ${epochs} + 1):`,
    ...indented([
      shuffled ? "order = shuffle.permutation(len(X))" : "order = np.arange(len(X))", "total = 0.0", "for start in range(0, len(X), batch_size):",
      ...indented([
        "rows = order[start : start + batch_size]", "x, t = X[rows], targets[rows]", "# forward", "z, a = [], [x]", "for w, b, function in zip(weights, biases, functions):",
        ...indented(["z.append(a[-1] @ w + b)", "a.append(function(z[-1]))"]), "# loss", ...prediction,
        `with np.errstate(divide="ignore", invalid="ignore"):`,
        ...indented([`entries = ${numpyOf(settled(loss.value, fields), { ...fields, y: "t", z: "a[-1]" })}`]),
        `loss = np.nansum(entries) / ${count}`, ...(penalty.length ? [`loss += sum(${penalty.join(" + ")} for w in weights)`] : []), "total += loss * len(x)", "# backward",
        `error = (${slope}) / ${count}`, ...back, "d_weights, d_biases = [None] * len(weights), [None] * len(weights)", "for layer in reversed(range(len(weights))):",
        ...indented([`d_weights[layer] = a[layer].T @ d_z${added}`, "d_biases[layer] = d_z.sum(axis=0)", "if layer > 0:", ...indented(["d_z = ways_back[layer - 1](d_z @ weights[layer].T, z[layer - 1], a[layer])"])]),
        "# update", ...update.lines,
      ]),
      `print(epoch, total / len(X))`,
    ]), "",
  ].join("\n").replaceAll("\n\n\n\n", "\n\n\n").concat(source === null ? "" : "");
}
