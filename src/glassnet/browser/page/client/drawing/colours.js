/** The colours of the present theme, as numbers for canvases. */

function rgb(text) {
  const hex = text.trim().replace("#", "");
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((start) => parseInt(full.slice(start, start + 2), 16));
}

const mixed = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));
const packed = ([r, g, b], alpha = 255) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;

let palette = null;

/** Read from the style sheet, once for each theme. */
export function colours() {
  if (palette !== null) return palette;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => rgb(style.getPropertyValue(`--${name}`));
  const paper = read("paper"), plus = read("plus"), minus = read("minus");
  const signed = new Uint32Array(513);
  for (let i = 0; i <= 512; i += 1) {
    const value = (i - 256) / 256;
    signed[i] = packed(mixed(paper, value < 0 ? minus : plus, Math.abs(value) ** 0.8 * 0.9));
  }
  const classes = Array.from({ length: 10 }, (_, i) => read(`class-${i}`));
  palette = {
    paper, plus, minus, signed, classes, ink: read("ink"), soft: read("soft"), line: read("line"), accent: read("accent"),
    css: (colour, alpha = 1) => `rgb(${colour.join(" ")} / ${alpha})`, packed, mixed,
  };
  return palette;
}

/** Another theme: the next to ask reads anew. */
export function forgetColours() {
  palette = null;
}

/** The colour of a number in [-1, 1], packed for an ImageData. */
export const signedColour = (value) => {
  const place = Math.round(256 + 256 * Math.max(-1, Math.min(1, value)));
  return colours().signed[Number.isNaN(place) ? 256 : place];
};

/** The colour of a class; after ten they begin again. */
export const classColour = (label) => colours().classes[label % 10];
