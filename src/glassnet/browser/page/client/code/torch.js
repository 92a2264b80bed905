/** The network and its training in PyTorch, with the same first weights, the same order of the samples and the same dropout. */
import { catalogue } from "../state/catalogue.js";
import { create, parts } from "../training/engine.js";
import { TORCH } from "./arithmetic.js";
import { lossLines, piecesOfLoss, targetLines } from "./losses.js";
import { className, dataLines, indented, literal } from "./python.js";
import { forwardLine } from "./steps.js";
import { Tape } from "./tape.js";
import { coefficientsCode, drawLines, epochsOf, isMoving, piecesOfTraining, pieceLines, rateCode, refuseUnknown, ruleName, streamsLine, usesSchedule } from "./training.js";

const DROPOUT = [
  "class Dropout(nn.Module):", ...indented(['"""Units that are left out at random, by the masks that NumPy draws."""', "", "def __init__(self, rate):", ...indented(["super().__init__()", "self.rate = rate"]), "",
    "def forward(self, x):", ...indented(["rate = self.rate() if callable(self.rate) else self.rate", "mask = drop.random(tuple(x.shape), np.float32) >= np.float32(rate)", "return x * torch.tensor(mask) / (1 - rate)"])]), "", "",
];
const RESIDUAL = [
  "class Residual(nn.Sequential):", ...indented(['"""Adds its input to what its modules, one after the other, make of it."""', "", "def forward(self, x):", ...indented(["return x + super().forward(x)"])]), "", "",
];
const BY_FORMULA = [
  "class Formula(torch.autograd.Function):", ...indented(['"""What torch.nn has no module for, by its formulas in NumPy: the value, and the way back."""', "", "@staticmethod", "def forward(ctx, z, value, back):",
    ...indented(["a = value(z.detach().numpy())", "ctx.kept = z.detach().numpy(), a, back", "return torch.tensor(a)"]), "", "@staticmethod", "def backward(ctx, error):",
    ...indented(["z, a, back = ctx.kept", "return torch.tensor(back(error.numpy(), z, a)), None, None"])]), "", "",
  "class ByFormula(nn.Module):", ...indented(["def __init__(self, value, back):", ...indented(["super().__init__()", "self.formulas = value, back"]), "", "def forward(self, z):", ...indented(["return Formula.apply(z, *self.formulas)"])]), "", "",
];

/** Layers that torch.nn has; others are modules made of their steps. */
const MODULES = {
  batch_norm: ({ epsilon, momentum }, n) => `nn.BatchNorm1d(${n}, eps=${epsilon}, momentum=${momentum})`,
  layer_norm: ({ epsilon }, n) => `nn.LayerNorm(${n}, eps=${epsilon})`,
  rms_norm: ({ epsilon }, n) => `nn.RMSNorm(${n}${epsilon === null ? "" : `, eps=${epsilon}`})`,
  prelu: ({ shared }, n) => `nn.PReLU(${shared ? 1 : n})`,
};

function activation({ name, constants }) {
  const known = catalogue.activations[name], { value, slope, backward, letters } = catalogue.programs.activations[name], numbers = constants.map(literal);
  if (known.torch) return numbers.length === 0 ? known.torch : known.torch.replace(/\(\)$/, `(${numbers.join(", ")})`);
  const of = (piece, given) => `${piece}(${[...given, ...numbers].join(", ")})`;
  return `ByFormula(lambda z: ${of(value, ["z"])}, lambda error, z, a: ${backward === undefined ? `error * ${of(slope, letters)}` : of(backward, ["a", "error"])})`;
}

/** A layer that torch.nn has not, as a class of its steps. */
function describedClass({ row, number, x, output, steps }, tape) {
  const starts = new Set(row.at), own = tape.parameters.filter(({ slot }) => starts.has(slot.start)), name = `${className(row.kind)}${number}`;
  return { name, lines: [
    `class ${name}(nn.Module):`, ...indented(["def __init__(self):", ...indented(["super().__init__()", ...own.map(({ key, slot }) => `self.${key} = nn.Parameter(torch.empty(${slot.shape.join(", ")}))`)]), "",
      `def forward(self, ${x.name}):`, ...indented([...steps.map((step) => forwardLine(step, TORCH, catalogue.programs)), `return ${output.name}`])]), "", "",
  ] };
}

/** The modules of a network, and the classes that they need. */
function modules(tape) {
  const classes = [], open = [[]];
  for (const found of tape.rows) {
    const { row } = found, add = (text) => open.at(-1).push(text);
    switch (row.kind) {
      case "branch": open.push([]); break;
      case "sum": {
        const inside = open.pop();
        add(`Residual(${inside.join(", ")})`);
        break;
      }
      case "dense":
        add(`nn.Linear(${row.n_inputs}, ${row.n_outputs}${row.bias < 0 ? ", bias=False" : ""})`);
        if (row.activation.name !== "linear") add(activation({ name: row.activation.name, constants: row.constants }));
        break;
      case "activation": if (row.activation.name !== "linear") add(activation({ name: row.activation.name, constants: row.constants })); break;
      case "dropout": add(`Dropout(${typeof row.options.rate === "number" ? row.options.rate : `lambda: ${rateCode(row.options.rate)}`})`); break;
      default: {
        if (row.kind in MODULES) { add(MODULES[row.kind](row.options, row.n_inputs)); break; }
        const made = describedClass(found, tape);
        classes.push(...made.lines);
        add(`${made.name}()`);
      }
    }
  }
  return { all: open[0], classes };
}

/** The criterion as an expression of PyTorch; null where it has none that does the same. */
function criterionOf({ objective: { part } }) {
  const { torch } = catalogue.losses[part.name], { fields } = parts.loss[part.name];
  const given = Object.keys(fields).filter((field) => JSON.stringify(part[field]) !== JSON.stringify(fields[field]));
  if (!torch || given.some((field) => !torch.includes(`{${field}`))) return null;
  const text = torch.replace(/\{(\w+)(?:![rs])?\}/g, (_, field) => literal(part[field]));
  return text.startsWith("nn.") && !text.includes("prediction") ? text : `lambda prediction, y: ${text}`;
}

/** A loss that PyTorch has not, by its formulas in NumPy. */
function lossClass(network) {
  return [
    "class Loss(torch.autograd.Function):", ...indented(['"""The loss of a batch by its formulas in NumPy."""', "", "@staticmethod", "def forward(ctx, prediction, t):",
      ...indented(["x = a = prediction.detach().numpy()", "t = t.numpy()", ...lossLines(network, catalogue.programs, { a: "a", d: "error" }), "ctx.error = torch.tensor(error)", "return torch.tensor(float(loss), dtype=prediction.dtype)"]), "",
      "@staticmethod", "def backward(ctx, error):", ...indented(["return error * ctx.error, None"])]), "", "",
  ];
}

/** The optimizer of torch.optim; null where it has none that does the same. */
function optimizerOf(network, tape) {
  const { optimizer_part: part } = network, { torch, arguments: theirs } = catalogue.optimizers[part.name];
  if (!torch || tape.parameters.some(({ slot }) => slot.factor !== 1)) return null;
  const numbers = { ...part, weight_decay: typeof part.weight_decay === "number" ? part.weight_decay : 0 };
  const given = Object.entries({ ...theirs, weight_decay: "weight_decay" }).map(([argument, field]) => (
    Array.isArray(field) ? `${argument}=(${field.map((one) => literal(numbers[one])).join(", ")})` : `${argument}=${literal(numbers[field])}`
  ));
  return `torch.optim.${torch}(model.parameters(), lr=${usesSchedule(part.learning_rate) ? "0.0" : rateCode(part.learning_rate)}, ${given.join(", ")})`;
}

/** Lines that move the parameters once. */
function updateLines(network, tape, optimizer) {
  const { optimizer_part: part } = network, { clip_norm, clip_value } = part, factors = tape.parameters.some(({ slot }) => slot.factor !== 1);
  const clipped = [
    ...(clip_norm === null ? [] : ["length = float(torch.sqrt(sum((w.grad**2).sum() for w in p.values())))", `if length > ${clip_norm}:`, ...indented(["for w in p.values():", ...indented([`w.grad *= ${clip_norm} / length`])])]),
    ...(clip_value === null ? [] : [`nn.utils.clip_grad_value_(model.parameters(), ${clip_value})`]),
  ];
  if (optimizer !== null) {
    const rates = [...(usesSchedule(part.learning_rate) ? [["lr", part.learning_rate]] : []), ...(usesSchedule(part.weight_decay) ? [["weight_decay", part.weight_decay]] : [])];
    return [...clipped, ...rates.map(([name, value]) => `optimizer.param_groups[0]["${name}"] = ${rateCode(value)}`), "optimizer.step()"];
  }
  const rule = `${catalogue.programs.updates[ruleName(network)]}(w.numpy(), w.grad.numpy(), *states[name], numbers)`;
  return [
    ...clipped, "taken += 1", `numbers = [float(number) for number in ${coefficientsCode(network, catalogue.programs)}]`, "with torch.no_grad():",
    ...indented(["for name, w in p.items():", ...indented([`moved, *states[name] = ${rule}`, factors ? "w += factors.get(name, 1.0) * (torch.tensor(moved) - w)" : "w.copy_(torch.tensor(moved))"])]),
  ];
}

export function torchCode(state) {
  const { samples, source, network: { spec } } = state, network = create(spec), { programs } = catalogue;
  refuseUnknown(network);
  const tape = new Tape(network), { all, classes } = modules(tape), criterion = criterionOf(network), optimizer = optimizerOf(network, tape);
  const text = [...all, ...classes].join("\n"), members = source.members ?? 1, { batch } = state.choices, isWhole = batch === 0 || batch >= samples.parts.train.n / members;
  const numbers = network.dtype === "float32" ? "torch.float32" : "torch.float64", typed = network.dtype === "float32" ? ".astype(np.float32)" : "";
  const ofFormulas = tape.steps.filter(({ name }) => name !== undefined && !catalogue.activations[name].torch).flatMap(({ name }) => Object.values(programs.activations[name]).filter((one) => typeof one === "string"));
  const pieces = [...ofFormulas, ...(criterion === null ? piecesOfLoss(network, programs) : []), ...piecesOfTraining(network, tape, optimizer === null)];
  const transposed = new Set(tape.steps.filter((step) => step.do === "affine").map(({ W }) => W.key)), factors = tape.parameters.filter(({ slot }) => slot.factor !== 1).map(({ key, slot }) => `"${key}": ${slot.factor}`);
  const targets = criterion === null ? [...targetLines(network), "targets = torch.tensor(targets)"]
    : [state.head.form === "classes" ? "targets = torch.tensor(y)" : "targets = torch.tensor(y, dtype=X.dtype)"];
  const penalties = tape.parameters.flatMap(({ key, penalties: [l1, l2] = [0, 0] }) => [...(l1 > 0 ? [`${l1} * p["${key}"].abs().sum()`] : []), ...(l2 > 0 ? [`${l2} / 2 * p["${key}"].square().sum()`] : [])]);
  return [
    "import numpy as np", "import torch", "from torch import nn", "import glassnet as gn  # for the samples alone", "", ...dataLines(state), "",
    `torch.set_default_dtype(${numbers})`, "X = torch.tensor(X, dtype=torch.get_default_dtype())", ...targets, "", "", ...pieceLines(pieces, programs),
    ...(text.includes("Dropout(") ? DROPOUT : []), ...(text.includes("Residual(") ? RESIDUAL : []), ...(text.includes("ByFormula(") ? BY_FORMULA : []), ...classes, ...(criterion === null ? lossClass(network) : []),
    streamsLine(spec), "first = {", ...indented(drawLines(tape, programs, typed).map((line, place) => (transposed.has(tape.parameters[place].key) ? line.replace(/,$/, ".T,") : line))), "}", "",
    "model = nn.Sequential(", ...indented(all.map((line) => `${line},`)), ")", "p = dict(zip(first, model.parameters(), strict=True))", "with torch.no_grad():", ...indented(["for name, values in first.items():", ...indented(["p[name].copy_(torch.tensor(values))"])]),
    ...(optimizer === null ? [`states = {name: [np.zeros_like(values) for _ in range(${network.rule.n_states})] for name, values in first.items()}`, ...(factors.length > 0 ? [`factors = {${factors.join(", ")}}  # of steps`] : []), "taken = 0"] : [`optimizer = ${optimizer}`]),
    `criterion = ${criterion ?? "Loss.apply"}`, `batch_size = ${isWhole ? "len(X)" : batch}`, ...(isMoving(network, tape) ? ["n_batches = -(-len(X) // batch_size)"] : []), "", `for epoch in range(1, ${epochsOf(state)} + 1):`,
    ...indented([
      isWhole ? "order, total = torch.arange(len(X)), 0.0" : "order, total = torch.tensor(shuffle.permutation(len(X))), 0.0", "for batch, rows in enumerate(order.split(batch_size)):",
      ...indented([
        ...(isMoving(network, tape) ? ["reached = np.asarray(epoch - 1 + batch / n_batches)  # in epochs"] : []),
        optimizer === null ? "model.zero_grad()" : "optimizer.zero_grad()", `loss = criterion(model(X[rows]${members > 1 ? `.reshape(-1, ${samples.width})` : ""}), targets[rows])`,
        ...(penalties.length > 0 ? [`loss = loss + ${penalties.join(" + ")}`] : []),
        "loss.backward()", ...updateLines(network, tape, optimizer), "total += loss.item() * len(rows)",
      ]), "print(epoch, total / len(X))",
    ]), "",
  ].join("\n");
}
