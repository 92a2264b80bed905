"""The PyTorch program that a person would write for a network."""

from __future__ import annotations

from typing import NamedTuple

from glassnet import losses, optimizers
from glassnet.bridges.torch import training
from glassnet.bridges.torch.parts import Part, listed, parts, placed, written_out
from glassnet.errors import ArgumentError
from glassnet.layers import Dense
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.training.evaluation import default_loss


@explained
def to_torch_source(
    network: Network,
    *,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
) -> str:
    """A PyTorch program for this network: model, initialisation, loss, optimizer, and the loop that trains it.

    It stands alone and runs as it is, on random numbers in the place of data. Where the loss takes the last softmax or
    sigmoid over, as ``nn.CrossEntropyLoss`` does, the model ends with the logits.
    Weights of samples and classes, validation and callbacks are not in it.

    Parameters
    ----------
    network : Network
        Built; its parameters are not in the program, see ``network.to_torch()`` for those.
    loss, optimizer : optional
        Those of the last fit by default; without a fit, the loss that goes with the last activation, and Adam.
    epochs, batch_size : int, optional
        >= 1. Those of the training by default: all epochs with this optimizer, and the batches of the last fit;
        without a training, 10 epochs and batches of 32. A batch of all samples is taken as it is, smaller ones in a new
        order each epoch.

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
    checks.network("network", network)
    _refuse_factors(network)
    own_loss = losses.get(loss) if loss is not None else default_loss(network)
    rule = optimizers.get(optimizer) if optimizer is not None else _optimizer(network)
    fused = own_loss.on_logits(network.plan().rows[-1].activation)
    objective = own_loss if fused is None else fused
    modules = parts(network) if fused is None else _without_last_activation(parts(network))
    course = _course(network, epochs, batch_size)
    scheduler = training.schedule(rule, course.size)
    by_batch = course.size is not None and training.moves_within_epochs(rule)
    sections = [
        _head(network),
        written_out(modules),
        f"model = nn.Sequential(\n{listed(modules)})",
        training.initialisation(modules),
        training.criterion(objective),
        training.optimizer(rule) + ("" if by_batch or not scheduler else f"\n{scheduler}"),
        training.data(objective, network, 8 * (course.size or 32)),
        scheduler if by_batch else "",
        _loop(rule, modules, course, objective),
        _prediction(objective),
    ]
    program = "\n\n".join(section for section in sections if section) + "\n"
    return f"import math\n\n{program}" if "math." in program else program


class _Course(NamedTuple):
    """How many epochs, in batches of this size; None: of all samples."""

    epochs: int
    size: int | None


def _refuse_factors(network: Network) -> None:
    for slot in network.layout.parameters:
        if slot.parameter.learning_rate_factor != 1:
            raise ArgumentError(
                f"layer {slot.layer}, {network.layers[slot.layer]!r}, has a learning-rate factor, and the program "
                "would train all parameters at one rate"
            )


def _course(network: Network, epochs: int | None, batch_size: int | None) -> _Course:
    state = network.state if network.state is not None and network.state.epoch else None
    n_epochs = (state.epoch if state else 10) if epochs is None else checks.integer("epochs", epochs, least=1)
    if batch_size is not None:
        return _Course(n_epochs, checks.integer("batch_size", batch_size, least=1))
    return _Course(n_epochs, state.batch_size if state else 32)


def _without_last_activation(modules: list[Part]) -> list[Part]:
    last = max(place for place, part in enumerate(modules) if part.is_activation)
    return modules[:last] + modules[last + 1 :]


def _optimizer(network: Network) -> Optimizer:
    return network.state.optimizer if network.state is not None else optimizers.Adam()


def _head(network: Network) -> str:
    lines = ["import torch", "from torch import nn", "", f"torch.manual_seed({network.streams.seed or 0})"]
    if network.dtype.name == "float64":
        lines.append("torch.set_default_dtype(torch.float64)")
    return "\n".join(lines)


def _loop(rule: Optimizer, modules: list[Part], course: _Course, loss: Loss) -> str:
    penalties = [term for place, part in placed(modules) for term in _penalty(part.layer, place)]
    of_batch = "" if course.size is None else "[rows]"
    targets = f", y{of_batch}" if loss.takes_targets else ""
    stepping = training.stepping(rule, course.epochs, course.size)
    by_batch = course.size is not None and training.moves_within_epochs(rule)
    step = [
        "optimizer.zero_grad()",
        f"loss = criterion(model(X{of_batch}{_members(loss)}){targets})",
        *(f"loss = loss + {term}" for term in penalties),
        "loss.backward()",
        *training.clipping(rule),
        "optimizer.step()",
        *(stepping if by_batch else []),
    ]
    if course.size is not None:
        batches = f"for rows in torch.randperm(len(X)).split({course.size}):"
        step = [batches, *(f"    {line}" for line in step)]
    lines = [
        "model.train()",
        *step,
        *([] if by_batch else stepping),
        'print(f"epoch {epoch + 1}: loss {loss.item():.4f}")',
    ]
    return "\n".join([f"for epoch in range({course.epochs}):", *(f"    {line}" for line in lines)])


def _penalty(layer: object, place: str) -> list[str]:
    if not isinstance(layer, Dense):
        return []
    terms = {
        "weight.abs()": layer.l1, "weight.square()": layer.l2 / 2,
        "bias.abs()": layer.bias_l1, "bias.square()": layer.bias_l2 / 2,
    }  # fmt: skip
    return [f"{strength!r} * {place}.{what}.sum()" for what, strength in terms.items() if strength]


def _members(loss: Loss) -> str:
    """What makes rows of pairs and triplets, member after member."""
    return ".flatten(0, 1)" if loss.members else ""


def _prediction(loss: Loss) -> str:
    facts = loss.activation.facts
    method = facts.torch.method if facts is not None and facts.torch is not None else ""
    outputs = f"model(X[:5]{_members(loss)}){method}"
    return "\n".join(["model.eval()", "with torch.no_grad():", f"    print({outputs})"])
