/** Trees of formulas as lines of Python, and their derivatives. */

const SUM = 1, PRODUCT = 2, POWER = 3, ATOM = 4;
const CONTRARY = { "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT };
/** What stands in a program for the functions of formulas, where it is no call of the same name. */
const SPECIAL = {
  sigmoid: ([z]) => ["/", 1, ["+", 1, ["exp", ["-", z]]]],
  normal_density: ([z]) => ["/", ["exp", ["/", ["-", ["**", z, 2]], 2]], ["sqrt", ["*", 2, "π"]]],
};

/** How numbers of arrays are computed by NumPy, and by PyTorch; `erf` is called as the program has it. */
export const NUMPY = {
  names: { abs: "np.abs", atan: "np.arctan", max: "np.maximum", min: "np.minimum", ...Object.fromEntries(["cos", "cosh", "exp", "expm1", "floor", "log", "log1p", "log2", "sign", "sin", "sinh", "sqrt", "tanh"].map((name) => [name, `np.${name}`])) },
  softplus: (z) => `np.logaddexp(0, ${z})`, share: (z) => `(1 + erf(${z} / np.sqrt(2))) / 2`, pi: "np.pi", library: "np",
  array: (key) => `p["${key}"]`, flat: ".ravel()", integer: ".astype(int)",
  choice: (test, yes, no) => `np.where(${test}, ${yes}, ${no})`,
};
export const TORCH = {
  names: { abs: "torch.abs", atan: "torch.arctan", ...Object.fromEntries(["cos", "cosh", "exp", "expm1", "floor", "log", "log1p", "log2", "sign", "sin", "sinh", "sqrt", "tanh"].map((name) => [name, `torch.${name}`])) },
  softplus: (z) => `torch.logaddexp(torch.zeros_like(${z}), ${z})`, share: (z) => `torch.special.ndtr(${z})`, pi: "torch.pi", library: "torch",
  array: (key) => `self.${key}`, flat: ".flatten()", integer: ".long()",
  choice: (test, yes, no) => `torch.where(${test}, ${yes}, ${no})`,
};

/** A tree as an expression; `letters` say what stands for each letter. */
export function written(tree, letters, language) {
  return pieces(tree, letters, language).text;
}

function pieces(tree, letters, language) {
  if (typeof tree === "number") return { text: String(tree), binds: tree < 0 ? SUM : ATOM };
  if (typeof tree === "string") {
    const text = tree === "π" ? language.pi : String(letters[tree] ?? tree);
    return { text, binds: /^-/.test(text) ? SUM : ATOM };
  }
  const [name, ...args] = tree;
  const part = (node, binds) => {
    const found = pieces(node, letters, language);
    return found.binds >= binds ? found.text : `(${found.text})`;
  };
  const whole = (node) => written(node, letters, language);
  if (name in SPECIAL) return pieces(SPECIAL[name](args), letters, language);
  if (name === "-" && args.length === 1) return { text: `-${part(args[0], PRODUCT)}`, binds: SUM };
  if (name in CONTRARY) {
    const own = CONTRARY[name], right = name === "+" ? SUM : own === SUM ? PRODUCT : POWER;
    return { text: `${part(args[0], own)} ${name} ${part(args[1], right)}`, binds: own };
  }
  if (name === "**") return { text: `${part(args[0], ATOM)} ** ${part(args[1], ATOM)}`, binds: POWER };
  if (name === "if") return { text: language.choice(`${whole(args[0])} ${args[1]} ${whole(args[2])}`, whole(args[3]), whole(args[4])), binds: ATOM };
  if ((name === "max" || name === "min") && !(name in language.names)) return pieces(["if", args[0], name === "max" ? ">" : "<", args[1], args[0], args[1]], letters, language);
  if (name === "softplus") return { text: language.softplus(whole(args[0])), binds: ATOM };
  if (name === "normal_share") return { text: language.share(part(args[0], PRODUCT)), binds: PRODUCT };
  if (!(name in language.names)) throw new Error(`a program does not write ${name.replaceAll("_", " ")}`);
  return { text: `${language.names[name]}(${args.map(whole).join(", ")})`, binds: ATOM };
}

const add = (a, b) => (a === 0 ? b : b === 0 ? a : ["+", a, b]);
const subtract = (a, b) => (b === 0 ? a : a === 0 ? negative(b) : ["-", a, b]);
const negative = (a) => (a === 0 ? 0 : Array.isArray(a) && a[0] === "-" && a.length === 2 ? a[1] : ["-", a]);
export const multiply = (a, b) => (a === 0 || b === 0 ? 0 : a === 1 ? b : b === 1 ? a : a === -1 ? negative(b) : b === -1 ? negative(a) : ["*", a, b]);
const divide = (a, b) => (a === 0 ? 0 : b === 1 ? a : ["/", a, b]);
const raise = (a, n) => (n === 0 ? 1 : n === 1 ? a : ["**", a, n]);

/** Of one argument z: the slope of the function there. */
const SLOPES = {
  abs: (z) => ["sign", z], atan: (z) => ["/", 1, ["+", 1, ["**", z, 2]]], cos: (z) => ["-", ["sin", z]], cosh: (z) => ["sinh", z], exp: (z) => ["exp", z],
  expm1: (z) => ["exp", z], floor: () => 0, log: (z) => ["/", 1, z], log1p: (z) => ["/", 1, ["+", 1, z]], log2: (z) => ["/", 1, ["*", z, Math.LN2]],
  normal_density: (z) => ["*", ["-", z], ["normal_density", z]], normal_share: (z) => ["normal_density", z],
  sigmoid: (z) => ["*", ["sigmoid", z], ["-", 1, ["sigmoid", z]]], sign: () => 0, sin: (z) => ["cos", z], sinh: (z) => ["cosh", z],
  softplus: (z) => ["sigmoid", z], sqrt: (z) => ["/", 0.5, ["sqrt", z]], tanh: (z) => ["-", 1, ["**", ["tanh", z], 2]],
};

/** Where two are equal, each counts half, as in the engine. */
function ofTheLarger(a, b, da, db) {
  return da === 0 && db === 0 ? 0 : ["if", a, ">", b, da, ["if", a, "==", b, divide(add(da, db), 2), db]];
}

/** The derivative of a tree in one of its letters. */
export function derivative(tree, letter) {
  if (!Array.isArray(tree)) return Number(tree === letter);
  const [name, ...args] = tree, d = (part) => derivative(part, letter), [a, b] = args;
  switch (name) {
    case "+": return add(d(a), d(b));
    case "-": return args.length === 1 ? negative(d(a)) : subtract(d(a), d(b));
    case "*": return add(multiply(d(a), b), multiply(a, d(b)));
    case "/": return subtract(divide(d(a), b), divide(multiply(a, d(b)), raise(b, 2)));
    case "**": return typeof b === "number" ? multiply(multiply(b, raise(a, b - 1)), d(a))
      : add(multiply(multiply(b, ["**", a, ["-", b, 1]]), d(a)), d(b) === 0 ? 0 : ["if", a, ">", 0, multiply(multiply(tree, ["log", a]), d(b)), 0]);
    case "if": {
      const [left, comparison, right, yes, no] = args, [one, other] = [d(yes), d(no)];
      return one === 0 && other === 0 ? 0 : ["if", left, comparison, right, one, other];
    }
    case "max": return ofTheLarger(a, b, d(a), d(b));
    case "min": return ofTheLarger(b, a, d(a), d(b));
    default:
      if (!(name in SLOPES)) throw new Error(`a program has no derivative of ${name.replaceAll("_", " ")}`);
      return multiply(SLOPES[name](a), d(a));
  }
}

/** The letters of a tree. */
export function lettersOf(tree) {
  if (typeof tree === "string") return tree === "π" ? [] : [tree];
  if (!Array.isArray(tree)) return [];
  return [...new Set(tree.slice(1).flatMap((part, i) => (tree[0] === "if" && i === 1 ? [] : lettersOf(part))))];
}
