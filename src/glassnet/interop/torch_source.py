"""The PyTorch program that a person would write for a network."""

from __future__ import annotations

from glassnet import activations, checks, losses, optimizers
from glassnet.interop import torch_training as training
from glassnet.interop.torch_parts import Part, parts
from glassnet.layers import Dense
from glassnet.losses import Loss
from glassnet.network import Network
from glassnet.optimizers import Optimizer


def to_torch_source(
    network: Network,
    *,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer | None = None,
    epochs: int = 10,
    batch_size: int = 32,
) -> str:
    """A PyTorch program for this network: model, initialisation, loss, optimizer, and the loop that trains it.

    It stands alone and runs as it is, on random numbers in the place of data. Where the loss takes the last softmax or
    sigmoid over, as ``nn.CrossEntropyLoss`` does, the model ends with the logits.

    Parameters
    ----------
    network : Network
        Built; its parameters are not in the program, see ``network.to_torch()`` for those.
    loss, optimizer : optional
        Those of the last fit by default; without a fit, the loss that goes with the last activation, and Adam.
    epochs, batch_size : int
        >= 1.

    Returns
    -------
    str

    Raises
    ------
    NotBuiltError
        If the network is not built.
    ArgumentError
        If a part of the network, the loss or the optimizer has no counterpart in PyTorch.
    """
    chosen = losses.get(loss) if loss is not None else _loss(network)
    rule = optimizers.get(optimizer) if optimizer is not None else _optimizer(network)
    fused = chosen.on_logits(network.plan().rows[-1].activation)
    objective = chosen if fused is None else fused
    modules = parts(network) if fused is None else _without_last_activation(parts(network))
    size = checks.integer("batch_size", batch_size, least=1)
    sections = [
        _head(network),
        _model(modules),
        training.initialisation(network, modules),
        training.criterion(objective),
        training.optimizer(rule),
        training.data(objective, network.layout.input_shape, network.plan().n_outputs, 8 * size),
        _loop(rule, network, modules, checks.integer("epochs", epochs, least=1), size),
        _prediction(objective),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _without_last_activation(modules: list[Part]) -> list[Part]:
    last = max(place for place, part in enumerate(modules) if part.kind in ("Softmax", "Sigmoid"))
    return modules[:last] + modules[last + 1 :]


def _loss(network: Network) -> Loss:
    if network.loss is not None:
        return network.loss
    last = network.plan().rows[-1].activation
    if isinstance(last, activations.Softmax):
        return losses.SparseCategoricalCrossEntropy()
    return losses.BinaryCrossEntropy() if isinstance(last, activations.Sigmoid) else losses.MeanSquaredError()


def _optimizer(network: Network) -> Optimizer:
    return network.state.optimizer if network.state is not None else optimizers.Adam()


def _head(network: Network) -> str:
    lines = ["import torch", "from torch import nn", "", f"torch.manual_seed({network.streams.seed or 0})"]
    if network.dtype.name == "float64":
        lines.append("torch.set_default_dtype(torch.float64)")
    return "\n".join(lines)


def _model(modules: list[Part]) -> str:
    return "\n".join(["model = nn.Sequential(", *(f"    {part.source}," for part in modules), ")"])


def _loop(rule: Optimizer, network: Network, modules: list[Part], epochs: int, size: int) -> str:
    penalties = [
        term
        for place, part in enumerate(modules)
        if part.kind == "Linear" and part.layer is not None
        for term in _penalty(network.layers[part.layer], place)
    ]
    lines = [
        f"for epoch in range({epochs}):",
        "    model.train()",
        f"    for rows in torch.randperm(len(X)).split({size}):",
        "        optimizer.zero_grad()",
        "        loss = criterion(model(X[rows]), y[rows])",
        *(f"        loss = loss + {term}" for term in penalties),
        "        loss.backward()",
        *(f"        {line}" for line in training.clipping(rule)),
        "        optimizer.step()",
        *(f"    {line}" for line in training.scheduling(rule, epochs)),
        '    print(f"epoch {epoch + 1}: loss {loss.item():.4f}")',
    ]
    return "\n".join(lines)


def _penalty(layer: object, place: int) -> list[str]:
    if not isinstance(layer, Dense):
        return []
    terms = {
        "weight.abs()": layer.l1, "weight.square()": layer.l2 / 2,
        "bias.abs()": layer.bias_l1, "bias.square()": layer.bias_l2 / 2,
    }  # fmt: skip
    return [f"{strength!r} * model[{place}].{what}.sum()" for what, strength in terms.items() if strength]


def _prediction(loss: Loss) -> str:
    apply = {activations.Softmax(): ".softmax(dim=1)", activations.Sigmoid(): ".sigmoid()"}
    outputs = f"model(X[:5]){apply.get(loss.activation, '')}"
    return "\n".join(["model.eval()", "with torch.no_grad():", f"    print({outputs})"])
