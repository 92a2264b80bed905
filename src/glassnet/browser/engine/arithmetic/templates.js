// Loops around a formula. Each is written once more for every formula, with its name in the place of NAME, the calls of
// VALUE and SLOPE in the place of theirs, and what it takes beside in the place of CONSTANTS: so each call is to one
// function, which an engine can compile into the loop. What stands between two lines of dashes is one template.

// ---- activation

/** Z += b; A = f(Z).
 * @param {Floats} z @param {number} zAt @param {Floats} bias @param {number} biasAt @param {number} n @param {number} m
 * @param {Floats} a @param {number} aAt @param {number[]} p */
function activate_NAME(z, zAt, bias, biasAt, n, m, a, aAt, p) {
  CONSTANTS
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const k = i * m + j, sum = z[zAt + k] + bias[biasAt + j];
      z[zAt + k] = sum;
      a[aAt + k] = VALUE(sum);
    }
}

/** A = f(Z).
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {number[]} p */
function apply_NAME(z, zAt, n, m, a, aAt, p) {
  CONSTANTS
  const count = n * m;
  for (let k = 0; k < count; k++) a[aAt + k] = VALUE(z[zAt + k]);
}

/** dZ = dA f'(Z), in place.
 * @param {Floats} z @param {number} zAt @param {number} n @param {number} m @param {Floats} a @param {number} aAt
 * @param {Floats} error @param {number} eAt @param {number[]} p */
function gate_NAME(z, zAt, n, m, a, aAt, error, eAt, p) {
  CONSTANTS
  const count = n * m;
  for (let k = 0; k < count; k++) error[eAt + k] *= SLOPE(z[zAt + k], a[aAt + k]);
}

// ---- update

/** New parameters and states by the rule; of each step the share that `factors` say, if there are any.
 * @param {Floats} parameters @param {Floats} gradients @param {Floats[]} states @param {number[]} c
 * @param {Float64Array | null} factors */
function update_NAME(parameters, gradients, states, c, factors) {
  CONSTANTS
  const count = parameters.length;
  for (let k = 0; k < count; k++) {
    const before = parameters[k];
    BODY
    parameters[k] = factors === null || factors[k] === 1 ? RESULT : before + factors[k] * (RESULT - before);
  }
}
