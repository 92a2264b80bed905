/** Texts of the rules, filled as Python fills them: `["dead_units", { dead: 2, … }]` becomes words. */

/** A number as Python's format `g` writes it, with so many digits. */
function general(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(Math.max(0, digits - 1)).split("e"), exponent = Number(power);
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < digits) return short(value.toFixed(Math.max(0, digits - 1 - exponent)));
  return `${short(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** So many decimals; of what lies in the middle the even one. */
function fixed(value, decimals) {
  if (!Number.isFinite(value)) return general(value, 1);
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${decimals > 0 ? `.${"0".repeat(decimals)}` : ""}`;
  const down = Math.floor(value);
  return decimals === 0 && value - down === 0.5 ? String(down % 2 === 0 ? down : down + 1) : value.toFixed(decimals);
}

function formatted(value, format) {
  if (format === undefined) return String(value);
  const [, digits, kind] = /^(?:\.(\d+))?([gf%])$/.exec(format);
  if (kind === "g") return general(value, digits === undefined ? 6 : Math.max(1, Number(digits)));
  return kind === "%" ? `${fixed(100 * value, Number(digits))}%` : fixed(value, Number(digits));
}

const LAYERS = new Set(["layer", "next", "first", "last"]);

/** The text of what a rule says; `words` are Python's, `called` numbers a layer. A value may be such a pair itself, or a text. */
export function said(what, words, called = (layer) => layer) {
  if (!Array.isArray(what)) return String(what);
  const [key, values = {}] = what;
  if (words[key] === undefined) throw new Error(`there are no words for ${key}`);
  return words[key].replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, format) => (
    typeof values[name] === "number" ? formatted(LAYERS.has(name) ? called(values[name]) : values[name], format) : said(values[name], words, called)));
}
