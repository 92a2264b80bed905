/** Pictures of numbers over a grid, on canvases. */
import { colours, signedColour } from "./colours.js";

let kept = null; // the pixels of the last size, used again: a picture for each unit in every frame would be much to clear away

function pixelsOf(canvas, high, wide) {
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const context = canvas.getContext("2d");
  if (kept === null || kept.image.width !== wide || kept.image.height !== high) {
    const image = context.createImageData(wide, high);
    kept = { image, pixels: new Uint32Array(image.data.buffer) };
  }
  return { context, ...kept };
}

/** `values[i * stride + offset]` for each point of an n × n grid, from −top to top, as pixels of a canvas. */
export function paintHeat(canvas, n, values, stride, offset, top, discrete = false) {
  const { context, image, pixels } = pixelsOf(canvas, n, n), { signed } = colours(), scale = top > 0 ? 256 / top : 0;
  for (let i = 0, at = offset; i < n * n; i += 1, at += stride) {
    let place = values[at] * scale;
    if (discrete) place = 256 * Math.sign(place);
    pixels[i] = signed[(256.5 + (place > 256 ? 256 : place < -256 ? -256 : place)) | 0];
  }
  context.putImageData(image, 0, 0);
}

/** Shares of classes over a grid: the colour of the largest, fainter the less certain. */
export function paintClasses(canvas, n, shares, discrete = false) {
  const { context, image, pixels } = pixelsOf(canvas, n, n), { paper, classes, mixed, packed } = colours();
  const width = shares.length / (n * n);
  for (let i = 0; i < n * n; i += 1) {
    let best = 0;
    for (let c = 1; c < width; c += 1) if (shares[i * width + c] > shares[i * width + best]) best = c;
    const share = Math.max(0, Math.min(1, shares[i * width + best]));
    const certainty = discrete ? 0.62 : Math.max(0, (share - 1 / width) / (1 - 1 / width)) * 0.78;
    pixels[i] = packed(mixed(paper, classes[best % 10], certainty));
  }
  context.putImageData(image, 0, 0);
}

/** An image of a sample or of weights: `signed` ones run from −top to top, others from 0. */
export function paintImage(canvas, [high, wide], values, top) {
  const { context, image, pixels } = pixelsOf(canvas, high, wide);
  for (let i = 0; i < high * wide; i += 1) pixels[i] = signedColour(top > 0 ? values[i] / top : 0);
  context.putImageData(image, 0, 0);
}

/** One bar that says how large a number is beside the largest of its layer. */
export function paintBar(canvas, value, top) {
  const n = 32;
  if (canvas.width !== n) canvas.width = n;
  if (canvas.height !== n) canvas.height = n;
  const { css, plus, minus, line, paper } = colours(), context = canvas.getContext("2d");
  context.fillStyle = css(paper);
  context.fillRect(0, 0, n, n);
  context.fillStyle = css(line);
  context.fillRect(0, n / 2 - 0.5, n, 1);
  const height = top > 0 ? Math.min(1, Math.abs(value) / top) * (n / 2 - 2) : 0;
  context.fillStyle = css(value < 0 ? minus : plus);
  context.fillRect(n * 0.25, value < 0 ? n / 2 : n / 2 - height, n * 0.5, height);
}

/** One unit's response along a single input. */
export function paintCurve(canvas, values, stride, offset, top) {
  const n = values.length / stride, size = 64;
  if (canvas.width !== size) canvas.width = size;
  if (canvas.height !== size) canvas.height = size;
  const { css, plus, line, paper } = colours(), context = canvas.getContext("2d");
  context.fillStyle = css(paper);
  context.fillRect(0, 0, size, size);
  context.fillStyle = css(line);
  context.fillRect(0, size / 2 - 0.5, size, 1);
  context.strokeStyle = css(plus);
  context.lineWidth = 3;
  context.beginPath();
  for (let i = 0; i < n; i += 1) {
    const y = size / 2 - (top > 0 ? values[i * stride + offset] / top : 0) * (size / 2 - 4);
    if (i === 0) context.moveTo(0, y);
    else context.lineTo(i / (n - 1) * size, y);
  }
  context.stroke();
}
