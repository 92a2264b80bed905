/** The network and its training in PyTorch, with the same first weights and the same order of the samples. */
import { catalogue } from "../state/catalogue.js";
import { optimizerOf } from "../state/spec.js";
import { parts } from "../training/engine.js";
import { dataLines, indented, literal } from "./python.js";
import { drawLines, refuseOthers, STREAMS } from "./numpy.js";

function optimizerCode(choices) {
  const optimizer = optimizerOf(choices), { torch, arguments: theirs, class: name } = catalogue.optimizers[optimizer.name];
  if (torch === "") throw new Error(`PyTorch has no ${name}; choose another optimizer for this program`);
  const fields = { ...parts.optimizer[optimizer.name].fields, ...optimizer };
  const given = Object.entries({ ...theirs, weight_decay: "weight_decay" }).map(([argument, field]) => (
    Array.isArray(field) ? `${argument}=(${field.map((one) => literal(fields[one])).join(", ")})` : `${argument}=${literal(fields[field])}`
  ));
  return `torch.optim.${torch}(model.parameters(), lr=${optimizer.learning_rate}, ${given.join(", ")})`;
}

function module(name) {
  const { torch } = catalogue.activations[name];
  if (torch === "") throw new Error(`PyTorch has no module for ${name}; choose another activation for this program`);
  const { fields } = parts.activation[name], values = Object.values(fields);
  return values.length === 0 ? torch : torch.replace(/\(\)$/, `(${values.map(literal).join(", ")})`);
}

export function torchCode(state) {
  const { choices, head, samples, network } = state;
  refuseOthers(choices, "PyTorch");
  const sizes = [samples.width, ...network.columns.map(({ units }) => units)], names = network.columns.map(({ activation }) => activation);
  const other = catalogue.losses[head.loss].on_logits[head.activation], loss = other ?? head.loss;
  const { torch } = catalogue.losses[loss], fields = parts.loss[loss].fields;
  if (torch === "") throw new Error(`PyTorch has no ${loss.replaceAll("_", " ")}; choose another loss for this program`);
  const criterion = torch.replace(/\{(\w+)(?:![rs])?\}/g, (_, field) => literal(fields[field]));
  const modules = names.flatMap((name, place) => [
    `nn.Linear(${sizes[place]}, ${sizes[place + 1]})`, ...(name === "linear" || (place === names.length - 1 && other !== undefined) ? [] : [module(name)]),
  ]);
  const penalties = [...(choices.l1 ? [`${choices.l1} * layer.weight.abs().sum()`] : []), ...(choices.l2 ? [`${choices.l2} / 2 * layer.weight.square().sum()`] : [])];
  const shuffled = choices.batch > 0 && choices.batch < samples.parts.train.n, epochs = Math.max(1, state.frame?.epoch || 100);
  return [
    "import numpy as np", "import torch", "from torch import nn", "import glassnet as gn  # for the samples alone", "", ...dataLines(state), "",
    "torch.set_default_dtype(torch.float64)", "X = torch.tensor(X)", head.form === "classes" ? "y = torch.tensor(y)" : "y = torch.tensor(y, dtype=X.dtype)", "",
    ...STREAMS(choices.seed), ...drawLines(choices, sizes), "", "model = nn.Sequential(", ...indented(modules.map((line) => `${line},`)), ")",
    "with torch.no_grad():", ...indented(["for layer, w, b in zip([part for part in model if isinstance(part, nn.Linear)], weights, biases):", ...indented(["layer.weight.copy_(torch.tensor(w.T))", "layer.bias.copy_(torch.tensor(b))"])]),
    `optimizer = ${optimizerCode(choices)}`, criterion.startsWith("nn.") && !criterion.includes("prediction") ? `criterion = ${criterion}` : `criterion = lambda prediction, y: ${criterion}`,
    `batch_size = ${shuffled ? choices.batch : "len(X)"}`, "", `for epoch in range(1, ${epochs} + 1):`,
    ...indented([
      shuffled ? "order = torch.tensor(shuffle.permutation(len(X)))" : "order = torch.arange(len(X))", "total = 0.0", "for rows in order.split(batch_size):",
      ...indented([
        "optimizer.zero_grad()", "loss = criterion(model(X[rows]), y[rows])",
        ...(penalties.length ? [`loss = loss + sum(${penalties.join(" + ")} for layer in model if isinstance(layer, nn.Linear))`] : []),
        "loss.backward()", "optimizer.step()", "total += loss.item() * len(rows)",
      ]), "print(epoch, total / len(X))",
    ]), "",
  ].join("\n");
}
