/** The network and its training in plain NumPy: every formula written out, forward and back. */
import { catalogue } from "../state/catalogue.js";
import { create } from "../training/engine.js";
import { dataLines, indented, literal } from "./python.js";
import { lossLines, piecesOfLoss, targetLines } from "./losses.js";
import { NUMPY } from "./arithmetic.js";
import { Backward, forwardLine } from "./steps.js";
import { Tape } from "./tape.js";
import { coefficientsCode, drawLines, dropsBySchedule, epochsOf, isMoving, piecesOfTraining, pieceLines, rateCode, refuseUnknown, ruleName, streamsLine, usesErf } from "./training.js";

/** Masks of a step, in the order in which the engine draws them. */
function maskLines(steps) {
  return steps.filter((step) => step.do === "dropout").flatMap(({ rate, mask, out }) => [
    ...(typeof rate === "number" ? [] : [`dropped = ${rateCode(rate)}`]),
    `${mask} = drop.random((len(x), ${out.width}), np.float32) >= np.float32(${typeof rate === "number" ? rate : "dropped"})`,
  ]);
}

/** Lines of a function that gives the loss of a batch and the gradient of every parameter. */
function passLines(network, tape) {
  const { programs } = catalogue, names = { a: tape.output.name, d: `d_${tape.output.name}` };
  const back = new Backward(tape, programs);
  const forward = tape.steps.flatMap((step) => [...(step.title ? [`# ${step.title}`] : []), ...maskLines([step]), forwardLine(step, NUMPY, programs)]);
  const penalties = tape.parameters.flatMap(({ key, penalties: [l1, l2] = [0, 0] }) => [
    ...(l1 > 0 ? [`${l1} * np.abs(p["${key}"]).sum()`] : []), ...(l2 > 0 ? [`${l2} / 2 * (p["${key}"] ** 2).sum()`] : []),
  ]);
  const scheduled = dropsBySchedule(tape);
  return [
    `def step(p, x, t${scheduled ? ", reached" : ""}):`,
    ...indented([
      '"""The loss of a batch, and the gradient of every parameter."""', ...forward, "# loss", ...lossLines(network, programs, names),
      ...(penalties.length > 0 ? [`loss = loss + ${penalties.join(" + ")}`] : []), "# back by the chain rule", "d = {}", ...back.lines, "return float(loss), d",
    ]),
  ];
}

/** Lines that limit the gradient, as the optimizer asks for it. */
function clipLines({ clip_norm, clip_value }) {
  return [
    ...(clip_norm === null ? [] : ["length = np.sqrt(sum((gradient**2).sum() for gradient in d.values()))", `shrink = min(1.0, ${clip_norm} / float(length)) if length > 0 else 1.0`, "d = {name: gradient * shrink for name, gradient in d.items()}"]),
    ...(clip_value === null ? [] : [`d = {name: np.clip(gradient, -${clip_value}, ${clip_value}) for name, gradient in d.items()}`]),
  ];
}

/** The program. It prints the loss of each epoch, as the page computes it. */
export function numpyCode(state) {
  const { samples, source, network: { spec } } = state, network = create(spec), { programs } = catalogue;
  refuseUnknown(network);
  const tape = new Tape(network), part = network.optimizer_part, { n_states } = network.rule, rule = programs.updates[ruleName(network)];
  const pieces = [...tape.steps.filter((step) => step.do === "activation").flatMap(({ name }) => Object.values(programs.activations[name]).filter((one) => typeof one === "string")), ...piecesOfLoss(network, programs), ...piecesOfTraining(network, tape), ...(usesErf(tape) ? [programs.erf] : [])];
  const members = source.members ?? 1, { batch } = state.choices, isWhole = batch === 0 || batch >= samples.parts.train.n / members;
  const typed = network.dtype === "float32" ? ".astype(np.float32)" : "", scheduled = dropsBySchedule(tape);
  const factors = tape.parameters.filter(({ slot }) => slot.factor !== 1).map(({ key, slot }) => `"${key}": ${slot.factor}`);
  const moved = `${rule}(p[name], d[name], *states[name], numbers)`, x = members > 1 ? `X[rows].reshape(-1, ${samples.width})` : "X[rows]";
  return [
    "import numpy as np", "import glassnet as gn  # for the samples alone", "", ...dataLines(state), ...(typed === "" ? [] : ["X = X.astype(np.float32)"]), ...targetLines(network), "", "",
    ...pieceLines(pieces, programs), ...passLines(network, tape), "", "",
    streamsLine(spec), "p = {", ...indented(drawLines(tape, programs, typed)), "}",
    `states = {name: [np.zeros_like(values) for _ in range(${n_states})] for name, values in p.items()}`, ...(factors.length > 0 ? [`factors = {${factors.join(", ")}}  # of steps`] : []),
    `taken, batch_size = 0, ${isWhole ? "len(X)" : batch}`, ...(isMoving(network, tape) ? ["n_batches = -(-len(X) // batch_size)"] : []), "", `for epoch in range(1, ${epochsOf(state)} + 1):`,
    ...indented([
      isWhole ? "order, total = np.arange(len(X)), 0.0" : "order, total = shuffle.permutation(len(X)), 0.0", "for start in range(0, len(X), batch_size):",
      ...indented([
        "rows = order[start : start + batch_size]", ...(isMoving(network, tape) ? ["reached = np.asarray(epoch - 1 + start / batch_size / n_batches)  # in epochs"] : []),
        `loss, d = step(p, ${x}, targets[rows]${scheduled ? ", reached" : ""})`, ...clipLines(part), "taken += 1",
        `numbers = [float(number) for number in ${coefficientsCode(network, programs)}]`, "for name in p:",
        ...indented(factors.length > 0
          ? [`moved, *states[name] = ${moved}`, "p[name] = p[name] + factors.get(name, 1.0) * (moved - p[name])"]
          : [`p[name], *states[name] = ${moved}`]),
        "total += loss * len(rows)",
      ]),
      "print(epoch, total / len(X))",
    ]), "",
  ].join("\n");
}
