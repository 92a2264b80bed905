// SELU, of which each unit learns how much to take.

import { f_selu, f_selu_slope } from "../formulas.js";
import { LAYERS } from "../plan/layers.js";
import { parametric } from "./parametric_mish.js";

LAYERS.parametric_selu = parametric(f_selu, (z) => f_selu_slope(z, f_selu(z)));
