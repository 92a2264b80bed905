// Prints what speed.js finds: node benchmarks/browser/in_node.js
import * as engine from "../../src/glassnet/browser/glassnet.js";
import { compare } from "./speed.js";

for (const { name, engine: ours, by_hand, ratio, wanted } of compare(engine))
  console.log(`${name}: ${ours.toFixed(0)} epochs a second, by hand ${by_hand.toFixed(0)}: ${ratio.toFixed(2)} of it (wanted ${wanted})`);
