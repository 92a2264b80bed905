/** The loss of a batch as lines of NumPy: `loss` and the error of the network's output, from what the engine compares. */

const called = (name, arguments_) => `${name}(${arguments_.join(", ")})`;
const isDouble = ({ dtype }) => dtype === "float64";
const sum = (values, network) => (isDouble(network) ? `${values}.sum()` : `float(${values}.sum(dtype=np.float64))`);

/** How the targets are compared, of `y` in the form that the loss takes: classes as rows, smoothed, as numbers of the network's type. */
export function targetLines(network) {
  const { objective, plan, dtype } = network, { part, takes_classes, targets, members, takes_targets } = objective, m = plan.n_outputs;
  const { label_smoothing: share = 0 } = part, isLabel = targets === "labels" && members.length === 0;
  const made = !takes_targets ? "np.zeros((len(X), 1))" : takes_classes ? `np.eye(${m})[y]` : members.length > 0 ? "y.reshape(-1, 1)" : "y";
  const smooth = share > 0 ? [`targets = (1 - ${share}) * targets + ${share} / ${objective.rows_sum_to_one ? m : 2}  # smoothed`] : [];
  return [`targets = ${made}`, ...smooth, ...(isDouble({ dtype }) || isLabel ? [] : ["targets = targets.astype(np.float32)"])];
}

const count = ({ objective }) => (objective.mean_over === "entries" ? "t.size" : "len(x)");

const HOW = {
  entries: ({ value, slope }, network, constants, { a, d }) => [
    `values = ${called(value, ["t", a, ...constants])}`, `loss = ${sum("values", network)} / ${count(network)}`, `${d} = ${called(slope, ["t", a, ...constants])} / ${count(network)}`,
  ],
  logits: ({ value }, network, constants, { a, d }) => [
    `values, ${d} = ${called(value, ["t", a])}`, `loss = ${sum("values", network)} / len(x)`, `${d} = ${d} / len(x)`,
  ],
  batch: ({ value }, network, constants, { a, d }) => [`loss, ${d} = ${called(value, ["t", a, ...constants])}`],
  moments: ({ value, slope, slope_of_variance: other }, network, constants, { a, d }) => {
    const arguments_ = ["t", "mean", "logarithm", ...constants];
    return [
      `mean, logarithm = np.hsplit(${a}, 2)`, `values = ${called(value, arguments_)}`, `loss = ${sum("values", network)} / t.size`,
      `${d} = np.hstack([${called(slope, arguments_)}, ${called(other, arguments_)}]) / t.size`,
    ];
  },
  levels: ({ value, slope }, network, constants, { a, d }) => {
    const levels = `np.repeat([${constants.join(", ")}], ${network.plan.n_outputs / constants.length})`, typed = isDouble(network) ? "" : ".astype(np.float32)";
    return [
      `levels, all_t = ${levels}${typed}, np.tile(t, ${constants.length})`, `values = ${called(value, ["all_t", a, "levels"])}`, `loss = ${sum("values", network)} / ${a}.size`,
      `${d} = ${called(slope, ["all_t", a, "levels"])} / ${a}.size`,
    ];
  },
  rows: ({ terms, value, slopes }, network, constants, { a, d }) => {
    const { members } = network.objective, k = members.length;
    if (k === 0) {
      return [
        `sums = [term.sum(axis=1, keepdims=True) for term in ${called(terms, ["t", a, ...constants])}]`, `values = ${called(value, ["*sums", ...constants])}`,
        `loss = ${sum("values", network)} / len(x)`, `(${d},) = ${called(slopes, ["t", a, "*sums", ...constants])}`, `${d} = ${d} / len(x)`,
      ];
    }
    const entries = members.map((_, place) => `${a}[${place}::${k}]`);
    return [
      `${members.join(", ")} = ${entries.join(", ")}`, `sums = [term.sum(axis=1, keepdims=True) for term in ${called(terms, ["t", ...members, ...constants])}]`,
      `values = ${called(value, ["t", "*sums", ...constants])}`, `loss = ${sum("values", network)} / len(t)`,
      `slopes = ${called(slopes, ["t", ...members, "*sums", ...constants])}`, `${d} = np.empty_like(${a})`, ...members.map((_, place) => `${d}[${place}::${k}] = slopes[${place}] / len(t)`),
    ];
  },
};

/** The lines for the output called `a`, whose error is called `d`. */
export function lossLines(network, programs, names) {
  const { part, parameters } = network.objective, found = programs.losses[part.name];
  if (found === undefined) throw new Error(`no program writes the loss ${part.name}${programs.refused?.[part.name] ? `: ${programs.refused[part.name]}` : ""}`);
  return HOW[found.how](found, network, found.constants ?? Array.from(parameters), names);
}

/** The pieces of formulas that these lines call. */
export function piecesOfLoss(network, programs) {
  const { how, constants, is_own, is_class, ...pieces } = programs.losses[network.objective.part.name];
  return Object.values(pieces);
}
