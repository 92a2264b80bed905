// SELU, of which each unit learns how much to take.

import { LAYERS } from "../plan/layers.js";
import { parametric } from "./parametric_mish.js";

LAYERS.parametric_selu = parametric(
  (z) => z > 0 ? 1.0507009873554805 * z : 1.7580993408473766 * Math.expm1(z),
  (z) => z > 0 ? 1.0507009873554805 : 1.7580993408473766 * Math.exp(z),
);
