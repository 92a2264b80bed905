// Epochs a second of glassnet.js beside a loop written by hand for the one network; runs in Node and in a browser.

import { digits, spirals } from "./by_hand.js";

/** Two classes in two turns, and digits-like rows of 64 entries of which half are 0: what counts is the work. */
function data(Random) {
  const random = new Random(1), n = 500, X = new Float64Array(2 * n), y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const turn = 4 * random.double() + 0.5, side = i % 2;
    X[2 * i] = turn * Math.cos(2 * turn + Math.PI * side) / 4 + 0.05 * random.gauss();
    X[2 * i + 1] = turn * Math.sin(2 * turn + Math.PI * side) / 4 + 0.05 * random.gauss();
    y[i] = side;
  }
  const m = 1797, rows = new Float64Array(64 * m), classes = Float64Array.from({ length: m }, (_, i) => i % 10);
  for (let k = 0; k < rows.length; k++) rows[k] = random.double() < 0.5 ? 0 : random.double();
  return { X, y, rows, classes };
}

const DENSE = (units, activation) => ({ name: "dense", units, activation });

export function cases({ Random }) {
  const { X, y, rows, classes } = data(Random);
  return [
    {
      name: "2-8-8-1, 500 points, batches of 10", X, y, byHand: spirals, rate: 0.1, size: 10, loss: "binary_cross_entropy",
      layers: [DENSE(8, "tanh"), DENSE(8, "tanh"), DENSE(1, "sigmoid")], inputs: 2, wanted: 0.6,
    },
    {
      name: "64-32-10, 1797 rows, batches of 32", X: rows, y: classes, byHand: digits, rate: 0.1, size: 32,
      loss: "sparse_categorical_cross_entropy", layers: [DENSE(32, "relu"), DENSE(10, "softmax")], inputs: 64, wanted: 0.7,
    },
  ];
}

/** Epochs a second of a function that trains one, over so many seconds. */
function speed(epoch, seconds) {
  const start = performance.now(), end = start + 1000 * seconds;
  let done = 0;
  while (performance.now() < end) {
    epoch();
    done++;
  }
  return done / ((performance.now() - start) / 1000);
}

/** In turn, several times; the best of each, since others use the machine too. */
export function compare(engine, { turns = 5, seconds = 0.5 } = {}) {
  return cases(engine).map(({ name, X, y, byHand, rate, size, loss, layers, inputs, wanted }) => {
    const network = engine.create({
      layers, input_shape: inputs, dtype: "float64", seed: 1, loss, optimizer: { name: "sgd", learning_rate: rate },
    });
    const hand = byHand(X, y, network.parameters.map((part) => part.values), rate, size);
    const training = network.training(X, y, { batch_size: size });
    const ours = () => training.epoch();
    speed(hand, 1), speed(ours, 1);
    let best = 0, bestByHand = 0;
    for (let turn = 0; turn < turns; turn++) {
      bestByHand = Math.max(bestByHand, speed(hand, seconds));
      best = Math.max(best, speed(ours, seconds));
    }
    return { name, engine: best, by_hand: bestByHand, ratio: best / bestByHand, wanted };
  });
}
