"""The lines of a PyTorch program that initialise and train a model."""

from __future__ import annotations

import math
from dataclasses import fields
from operator import attrgetter

from glassnet import initializers, schedules
from glassnet.bridges.torch.parts import Part, placed
from glassnet.errors import ArgumentError
from glassnet.initializers import Initializer
from glassnet.layers import Dense, Embedding, Layer
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.optimizers.facts import OptimizerFacts

# ---- initialisation; of arrays that PyTorch itself initialises in the same way nothing is said


def initialisation(modules: list[Part]) -> str:
    """Lines that draw the first weights and biases of Linear and Embedding modules as the network's layers do."""
    return "\n".join(line for place, part in placed(modules) for line in _drawn(part.layer, place))


def _drawn(layer: Layer | None, place: str) -> list[str]:
    match layer:
        case Dense():
            of_weights = _draw(initializers.get(layer.initializer), f"{place}.weight")
            return of_weights + (
                _draw(initializers.get(layer.bias_initializer), f"{place}.bias") if layer.use_bias else []
            )
        case Embedding():
            return _draw_tables(initializers.get(layer.initializer), f"{place}.tables")
    return []


def _draw(initializer: Initializer, array: str) -> list[str]:
    facts = initializer.facts
    if facts is None or (facts.needs_fans and array.endswith("bias")):
        raise _no_counterpart(f"initializer of {array.rpartition('.')[2]}", initializer)
    room, _, name = facts.elsewhere.rpartition(".")
    if room != "torch.nn.init":
        return []
    return [f"nn.init.{name}({array}{facts.torch_arguments.format(**vars(initializer))})"]


def _draw_tables(initializer: Initializer, tables: str) -> list[str]:
    """Of the vectors of an embedding, which ``nn.Embedding`` draws from N(0, 1) by itself."""
    if initializer == initializers.Normal(1.0):
        return []
    lines = (
        []
        if initializer.facts is None or initializer.facts.needs_fans
        else _draw(initializer, "table.weight")
    )
    if not lines:
        raise _no_counterpart("initializer of embedded vectors", initializer)
    return [f"for table in {tables}:", *(f"    {line}" for line in lines)]


# ---- loss


def criterion(loss: Loss) -> str:
    """Lines that define ``criterion(prediction, y)``, or ``criterion(prediction)`` of a loss without targets."""
    if loss.facts is None or loss.facts.torch is None:
        raise _no_counterpart("loss", loss)
    others = (
        text
        for name, text in loss.facts.torch_with.items()
        if getattr(loss, name) != getattr(type(loss)(), name)
    )
    written = next(others, loss.facts.torch).format(**vars(loss))
    smoothing = [] if "label_smoothing" in loss.facts.torch_with else _smoothing(loss)
    if "prediction" in written or smoothing:
        value = written if "prediction" in written else f"{written}(prediction, y)"
        arguments = "prediction, y" if loss.takes_targets else "prediction"
        lines = ["", f"def criterion({arguments}):", *smoothing, f"    return {value}", ""]
        return "\n".join(lines)
    inside = loss.activation.facts.torch if loss.activation.facts is not None else None
    comment = (
        f"  # takes logits: the {inside.function} is inside" if inside is not None and inside.function else ""
    )
    return f"criterion = {written}{comment}"


def _smoothing(loss: Loss) -> list[str]:
    """The line that spreads a share of the targets over the classes."""
    share, classes = loss.label_smoothing, "y.shape[1]" if loss.rows_sum_to_one else "2"
    return [f"    y = (1 - {share!r}) * y + {share!r} / {classes}"] if share else []


def data(loss: Loss, network: Network, n_samples: int) -> str:
    """Lines that make random samples, and targets as the loss takes them."""
    n_outputs = network.plan().n_outputs
    sizes = ", ".join(
        map(str, ([len(loss.members)] if loss.members else []) + list(network.layout.input_shape))
    )
    rows = f"({n_samples},)" if loss.members else f"({n_samples}, {loss.n_targets(n_outputs)})"
    if loss.targets == "classes":
        targets, meaning = (
            f"torch.randint({n_outputs}, ({n_samples},))",
            f"integer classes 0 to {n_outputs - 1}",
        )
    elif loss.least_outputs > 1:
        targets, meaning = f"torch.randn{rows}.softmax(dim=1)", "one-hot rows, or probabilities"
    elif loss.only_targets:
        values = ", ".join(f"{value:g}" for value in loss.only_targets)
        targets = f"torch.tensor([{values}], dtype=X.dtype)[torch.randint({len(loss.only_targets)}, {rows})]"
        meaning = values.replace(", ", " and ")
    elif loss.domain == (0.0, 1.0):
        targets, meaning = f"torch.rand{rows}", "numbers from 0 to 1"
    elif loss.domain == (0.0, math.inf):
        targets, meaning = f"torch.randint(5, {rows}).to(X.dtype)", "counts"
    else:
        targets, meaning = f"torch.randn{rows}", "numbers"
    of_y = f", y of {meaning}" if loss.takes_targets else f": {', '.join(loss.members)}"
    lines = [
        f"# Put your own data here: X of shape (n, {sizes}){of_y}.",
        f"X = torch.randn({n_samples}, {sizes})",
        *_integers(network, n_samples, loss),
        *([f"y = {targets}"] if loss.takes_targets else []),
    ]
    return "\n".join(lines)


def _integers(network: Network, n_samples: int, loss: Loss) -> list[str]:
    """Lines that put categories into the columns that are embedded."""
    first = network.layers[0]
    pairs = first.pairs if isinstance(first, Embedding) else ()
    rows = f"{n_samples}, {len(loss.members)}" if loss.members else f"{n_samples},"
    of_all = "..." if loss.members else ":"
    return [f"X[{of_all}, {column}] = torch.randint({n}, ({rows})).to(X.dtype)" for column, n in pairs]


# ---- optimizer


def optimizer(rule: Optimizer) -> str:
    """The line that makes ``optimizer``."""
    facts = _facts(rule)
    if isinstance(rule.weight_decay, schedules.Schedule):
        raise _no_counterpart("schedule of weight_decay", rule.weight_decay)
    standard = type(rule)()  # type: ignore[call-arg]
    arguments = [f"lr={vars(schedules.get(rule.learning_rate))['learning_rate']!r}"]
    for theirs, ours in {**facts.arguments, "weight_decay": "weight_decay"}.items():
        value, usual = (
            attrgetter(*([ours] if isinstance(ours, str) else ours))(part) for part in (rule, standard)
        )
        arguments += [f"{theirs}={value!r}"] if value != usual else []
    return f"optimizer = torch.optim.{facts.torch}(model.parameters(), {', '.join(arguments)})"


def _facts(rule: Optimizer) -> OptimizerFacts:
    if rule.facts is None or rule.facts.torch is None:
        raise _no_counterpart("optimizer", rule)
    return rule.facts


def moves_within_epochs(rule: Optimizer) -> bool:
    """Whether the learning rate changes from batch to batch."""
    rate = rule.learning_rate
    return isinstance(rate, schedules.Schedule) and rate.moves_within_epochs


def schedule(rule: Optimizer, size: int | None) -> str:
    """Lines that make ``scheduler``, for batches of `size` (None: of all samples); empty for a constant rate.

    It is stepped after every batch where the learning rate moves within epochs, else after every epoch.
    """
    _facts(rule)
    rate = schedules.get(rule.learning_rate)
    if isinstance(rate, schedules.Constant):
        return ""
    template = rate.torch_arguments
    values = {part.name: getattr(rate, part.name) for part in fields(rate)}
    counted = [name for name in values if f"{{{name}}}{{times}}" in template]
    if not template or not all(float(values[name]).is_integer() for name in counted):
        raise _no_counterpart("schedule", rate)
    whole = {name: round(values[name]) for name in counted}
    by_batch = size is not None and rate.moves_within_epochs
    arguments = template.format(
        **{name: repr(value) for name, value in (values | whole).items()}, **_UNITS[by_batch]
    )
    name = rate.facts.elsewhere or "torch.optim.lr_scheduler.LambdaLR"
    count = f"n_batches = len(X.split({size}))\n" if by_batch else ""
    return f"{count}scheduler = {name}(optimizer, {arguments})"


# How the steps of a scheduler are turned into epochs, where it is stepped after every epoch and after every batch.
_UNITS = (
    {"times": "", "per": "", "root": ""},
    {"times": " * n_batches", "per": " / n_batches", "root": " ** (1 / n_batches)"},
)


def stepping(rule: Optimizer, epochs: int, size: int | None) -> list[str]:
    """Lines after a batch or an epoch that step the scheduler, as long as PyTorch's own has the same rates."""
    _facts(rule)
    rate = schedules.get(rule.learning_rate)
    if isinstance(rate, schedules.Constant):
        return []
    until = round(getattr(rate, rate.torch_until)) if rate.torch_until else epochs
    if until >= epochs:
        return ["scheduler.step()"]
    within = "epoch < {}" if size is None else "scheduler.last_epoch < {} * n_batches"
    return [
        f"if {within.format(until)}:  # the learning rate stays where it is then",
        "    scheduler.step()",
    ]


def clipping(rule: Optimizer) -> list[str]:
    """Lines that limit the gradients."""
    limits = {"clip_grad_norm_": rule.clip_norm, "clip_grad_value_": rule.clip_value}
    return [
        f"nn.utils.{name}(model.parameters(), {limit!r})"
        for name, limit in limits.items()
        if limit is not None
    ]


def _no_counterpart(kind: str, thing: object) -> ArgumentError:
    return ArgumentError(f"the {kind} {thing!r} cannot be written in PyTorch's own terms; choose another")
