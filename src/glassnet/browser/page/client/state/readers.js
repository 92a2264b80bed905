/** How the text of a choice is read: `read(text)` gives its value, undefined where it is none; `wanted()` says what is. */

const MOST_NAMED = 6;

/** Some names of a list, and how many there are. */
function some(names) {
  return names.length <= MOST_NAMED + 1 ? names.join(", ") : `${names.slice(0, MOST_NAMED).join(", ")} … (${names.length} in all)`;
}

export const whole = (least, most) => ({
  read: (text) => (/^-?\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  wanted: () => `a whole number from ${least} to ${most}`,
});

export const real = (least, most) => ({
  read: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  wanted: () => `a number from ${least} to ${most}`,
});

/** One of the names that there are when it is asked. */
export const oneOf = (names) => ({
  read: (text) => (names().includes(text) ? text : undefined),
  wanted: () => `one of ${some(names())}`,
});

/** Some of the names, with commas between them; none is no text. */
export const someOf = (names, { atLeast = 0 } = {}) => ({
  read: (text) => {
    const found = text === "" ? [] : text.split(",");
    return found.length >= atLeast && found.every((part) => names().includes(part)) ? text : undefined;
  },
  wanted: () => `some of ${names().join(", ")}`,
});

export const truth = { read: (text) => (text === "1" ? true : text === "0" ? false : undefined), wanted: () => "0 or 1" };

/** Fields of a part and their numbers. */
export const fields = {
  read: (text) => (/^(?:[a-z0-9_]+:[-+\d.e/]+(?:,|$))*$/.test(text) ? text : undefined), wanted: () => "fields and numbers, such as label_smoothing:0.1",
};

/** Units, activation and marks of a layer such as `8.tanh.d0.2.bn`. */
export const piecesOf = (text) => text.split(/\.(?=[a-z])/);

/** Of which kind a mark of a layer is, of each of which there is one at the most; undefined where it is none. */
function kindOf(mark) {
  if (/^d0?\.\d+$/.test(mark) && Number(mark.slice(1)) < 1) return "dropout";
  return { bn: "norm", ln: "norm", rms: "norm", res: "residual", nobias: "bias" }[/^[a-z]{2,6}$/.test(mark) ? mark : ""];
}

function isLayer(text, mostUnits, activations) {
  const [units, activation, ...marks] = piecesOf(text), kinds = marks.map(kindOf);
  return /^[1-9]\d{0,5}$/.test(units) && Number(units) <= mostUnits && activations.includes(activation)
    && !kinds.includes(undefined) && new Set(kinds).size === kinds.length;
}

/** Hidden layers, or one of some words in their place. */
export const layers = (mostLayers, mostUnits, activations, words) => ({
  read: (text) => {
    if (words.includes(text)) return text;
    const parts = text.split(",");
    return parts.length <= mostLayers && parts.every((part) => isLayer(part, mostUnits, activations())) ? text : undefined;
  },
  wanted: () => `up to ${mostLayers} layers of up to ${mostUnits} units, such as 8.tanh,4.relu.d0.2`,
});
