"""Random networks, and learners who get their gradients right or make one slip or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from glassnet.network.network import Network
from tests.checking import columns, loops, rows
from tests.checking.rows import Bugs, Task

Array = NDArray[Any]
Random = np.random.Generator
HANDS = {"rows": rows.gradients, "columns": columns.gradients, "loops": loops.gradients}

HIDDEN = ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh")
ENDS = (("sigmoid", "bce"), ("softmax", "cce"), ("linear", "mse"), ("sigmoid", "mse"), ("tanh", "mse"),
        ("linear", "mae"), ("linear", "huber"), ("softmax", "mse"))  # fmt: skip

# Where each slip can stand, and on which activations.
AT_HIDDEN = {
    "activation_derivative_missing": set(HIDDEN) - {"relu"},
    "relu_gate_dropped": {"relu"},
    "leaky_slope_forgotten": {"leaky_relu"},
    "derivative_at_preactivation": {"sigmoid", "tanh", "elu", "softplus"},
    "derivative_at_activation": {"sigmoid", "tanh", "elu", "gelu", "silu", "softplus"},
    "relu_gate_from_upstream": {"relu", "leaky_relu"},
    "relu_gate_from_input": {"relu", "leaky_relu"},
    "relu_gate_inverted": {"relu", "leaky_relu"},
    "derivative_of_another_activation": set(HIDDEN),
    "derivative_at_wrong_layer": set(HIDDEN),
    "derivative_formula_wrong": {"sigmoid", "tanh"},
    "activation_derivative_doubled": set(HIDDEN) - {"relu", "leaky_relu"},
    "gelu_approximated": {"gelu"},
    "gradient_without_derivative": set(HIDDEN),
}
AT_CARRY = {
    "transposed_carry", "weights_updated_first", "carry_without_derivative", "weight_gradient_from_preactivation",
    "carry_through_wrong_weights", "weight_gradient_from_wrong_layer", "carry_without_weights",
}  # fmt: skip
AT_ANY = {
    "transposed_weight_gradient", "bias_gradient_averaged", "bias_gradient_wrong_axis", "bias_gradient_last_sample",
    "bias_gradient_not_summed", "bias_gradient_missing", "weight_gradient_last_sample", "gradient_sign_flipped",
    "batch_mean_missing", "batch_mean_twice", "batch_mean_wrong_axis", "error_sign_flipped",
    "weights_for_inputs", "weight_gradient_missing",
}  # fmt: skip
PENALTIES = {"l2_forgotten", "l2_doubled", "l2_halved", "l2_averaged", "l2_sign_flipped", "l2_on_biases"}
ABSOLUTE_PENALTIES = {"l1_forgotten", "l1_sign_missing", "l1_averaged", "l1_on_biases"}
AT_OUTPUT = {
    "output_derivative_doubled": lambda f, loss: f != "linear",
    "output_derivative_missing": lambda f, loss: f != "linear",
    "softmax_without_jacobian": lambda f, loss: f == "softmax",
    "softmax_over_samples": lambda f, loss: f == "softmax",
    "softmax_over_batch": lambda f, loss: f == "softmax",
    "gradient_of_another_loss": lambda f, loss: loss in ("mse", "mae", "huber"),
    "square_factor_twice": lambda f, loss: loss == "mse",
    "second_term_sign_flipped": lambda f, loss: loss == "bce",
    "second_term_missing": lambda f, loss: loss == "bce",
}
SQUARE = {
    "transposed_carry", "relu_gate_from_input", "derivative_at_wrong_layer", "carry_through_wrong_weights",
    "weight_gradient_from_wrong_layer", "carry_without_weights",
}  # fmt: skip
DROPOUT = {
    "dropout_mask_missing", "dropout_scale_missing", "dropout_scale_twice", "dropout_scale_inverted",
    "dropout_unscaled", "dropout_not_applied", "weight_gradient_from_undropped",
}  # fmt: skip
MOST_DRAWS = 100
EVERYWHERE = {"batch_mean_missing", "batch_mean_twice"}
OF_BIASES = {code for code in AT_ANY if code.startswith("bias_")} | {"l2_on_biases", "l1_on_biases"}
# What a learner's loss may be multiplied by without being wrong: of the loss, the samples and the outputs.
FORMS: dict[str, Callable[[str, int, int], float]] = {
    "as it is": lambda loss, m, k: 1.0,
    "half the square": lambda loss, m, k: 0.5 if loss == "mse" else 1.0,
    "summed": lambda loss, m, k: float(m),
    "summed over outputs": lambda loss, m, k: float(k) if loss != "cce" else 1.0,
    "half the sum": lambda loss, m, k: m * (0.5 if loss == "mse" else 1.0) * (k if loss != "cce" else 1),
}


@dataclass
class Case:
    """A network, and what a learner has to compute for it."""

    net: Network
    task: Task
    loss: str
    with_biases: bool = True

    def gradients(self, hand: str, bugs: Bugs) -> list[tuple[Array, Array]]:
        """The learner's gradients, with mistakes at layers; zeros for biases that are not there."""
        with np.errstate(all="ignore"):
            found = HANDS[hand](self.task, bugs)
        return found if self.with_biases else [(dW, np.zeros_like(db)) for dW, db in found]

    def of_form(self, form: str) -> None:
        """Let the learner's loss be of this form."""
        m, k = self.task.Y.shape
        self.task.loss_factor = FORMS[form](self.loss, m, k)

    def scale(self, factor: float) -> None:
        """Multiply all parameters."""
        self.net.parameters = self.net.parameters * factor
        self.task.W, self.task.b = _arrays(self.net)

    def gradients_of_half(self) -> list[tuple[Array, Array]]:
        """Right gradients of the first half of the batch."""
        half = len(self.task.X) // 2
        task = replace(self.task, X=self.task.X[:half], Y=self.task.Y[:half])
        return rows.gradients(task, {})

    def check(self, gradients: Any, samples_in: str | None = None) -> Any:
        """The checker's report on them."""
        return gn.check_backward(
            self.net, self.task.X, self.task.Y, gradients, loss=self.loss,
            learning_rate=self.task.learning_rate, masks=list(self.task.masks.values()) or None,
            samples_in=samples_in,
        )  # fmt: skip


def _arrays(net: Network) -> tuple[list[Array], list[Array]]:
    """Weights and biases, zeros where a layer has none."""
    dense = [layer for layer in net.layers if isinstance(layer, gn.Dense)]
    b = [x.bias.copy() if x.use_bias else np.zeros(x.units, x.weights.dtype) for x in dense]
    return [x.weights.copy() for x in dense], b


def draw(
    random: Random, wanted: tuple[str, ...] = (), dtype: str = "float64", with_biases: bool = True,
    of_biases: tuple[float, float] = (0.0, 0.0),
) -> Case:  # fmt: skip
    """A random case in which all `wanted` slips can stand somewhere; LookupError if none comes up.

    `of_biases` are the l1 and l2 penalties on biases.
    """
    for _ in range(MOST_DRAWS):
        case = _draw(random, wanted, dtype, with_biases, of_biases)
        if all(layers_for(case, code) for code in wanted):
            return case
    raise LookupError(f"no network was drawn in which {wanted} can stand")


def _draw(
    random: Random, wanted: tuple[str, ...], dtype: str, with_biases: bool, of_biases: tuple[float, float]
) -> Case:
    depth = int(random.integers(1, 5))
    square = bool(SQUARE & set(wanted)) or random.random() < 0.2
    widths = (
        [int(random.integers(2, 7))] * (depth + 1)
        if square
        else [*map(int, random.integers(1, 7, depth + 1))]
    )
    f = [str(random.choice(HIDDEN)) for _ in range(depth)]
    one = random.random() < 0.5
    f = [f[0]] * depth if one else f
    f[-1], loss = ENDS[int(random.integers(len(ENDS)))]
    if f[-1] == "softmax":
        widths[-1] = max(widths[-1], 2)
    l2 = [float(random.choice([0, 0.01, 0.3])) if PENALTIES & set(wanted) else 0.0 for _ in f]
    l1 = [float(random.choice([0, 0.02])) if ABSOLUTE_PENALTIES & set(wanted) else 0.0 for _ in f]
    rates = {i: float(random.choice([0.2, 0.4])) for i in range(depth - 1)} if DROPOUT & set(wanted) else {}
    layers: list[Any] = []
    for i, name in enumerate(f):
        of_bias = dict(zip(("bias_l1", "bias_l2"), of_biases, strict=True))
        layers.append(gn.Dense(widths[i + 1], name, l1=l1[i], l2=l2[i], use_bias=with_biases, **of_bias))
        if i in rates:
            layers.append(gn.Dropout(rates[i]))
    net = gn.Network(layers, seed=int(random.integers(2**31)), dtype=dtype, input_shape=widths[0])
    net.parameters = random.normal(scale=0.8, size=net.parameters.shape)
    m = int(random.integers(3, 17))
    X = random.normal(size=(m, widths[0])).astype(dtype)
    Y = _targets(random, loss, m, widths[-1]).astype(dtype)
    W, b = _arrays(net)
    masks = {i: (random.random((m, widths[i + 1])) >= rate).astype(dtype) for i, rate in rates.items()}
    keepdims = "transposed_weight_gradient" in wanted or bool(random.random() < 0.3)
    task = Task(W, b, f, loss, X, Y, l1, l2, keepdims=keepdims, masks=masks, rates=rates)
    task.bias_l1, task.bias_l2 = of_biases
    return Case(net, task, loss, with_biases)


def _targets(random: Random, loss: str, m: int, k: int) -> Array:
    if loss == "cce":
        return np.eye(k)[random.integers(0, k, m)]
    return random.integers(0, 2, (m, k)).astype(float) if loss == "bce" else random.normal(size=(m, k))


def layers_for(case: Case, code: str) -> list[int]:
    """The layers at which a slip can stand; -1 is the error at the output."""
    task, last = case.task, len(case.task.W) - 1
    hidden = range(last)
    if code in AT_HIDDEN:
        fit = [i for i in hidden if task.f[i] in AT_HIDDEN[code]]
        if code in ("derivative_at_preactivation", "derivative_at_activation"):
            fit += [last] if task.f[last] in AT_HIDDEN[code] else []
        if code == "gradient_without_derivative":  # at the first layer it is a missing derivative
            fit = [i for i in fit if i > 0]
        if code == "derivative_formula_wrong" and task.f[last] == "softmax":
            fit = [last]
        return fit
    if code in AT_CARRY:
        return [i for i in range(1, last + 1) if code != "carry_without_derivative" or i < last]
    if code in PENALTIES:
        return [i for i in range(last + 1) if task.l2[i] > 0]
    if code in ABSOLUTE_PENALTIES:
        return [i for i in range(last + 1) if task.l1[i] > 0]
    if code in AT_OUTPUT:
        return [last] if AT_OUTPUT[code](task.f[last], task.loss) else []
    if code == "batch_mean_wrong_axis":
        return [i for i, weights in enumerate(task.W) if len(weights) > 1]
    if code in DROPOUT:
        return [i + (code == "weight_gradient_from_undropped") for i in task.masks]
    return list(range(last + 1))


def draw_bug(random: Random, case: Case, code: str) -> tuple[int, ...]:
    """Layers for a slip: one of them, several, or all."""
    possible = layers_for(case, code)
    if code in EVERYWHERE and random.random() < 0.5:
        return tuple(possible)
    if code == "error_sign_flipped":
        return (int(random.choice(possible)),)
    n = int(random.choice([1, len(possible), random.integers(1, len(possible) + 1)]))
    return tuple(sorted(int(i) for i in random.choice(possible, n, replace=False)))


def clear(case: Case, hand: str, bugs: Bugs, dtype: str) -> bool:
    """Whether every part of `bugs` changes a number by more than rounding could, and none is a form of the loss."""
    return seen(case, hand, bugs, LEAST[dtype]) == dict(bugs) and not any(
        is_a_form(case, hand, bugs, code) for code in bugs
    )


def is_a_form(case: Case, hand: str, bugs: Bugs, code: str) -> bool:
    """Whether a slip does nothing but lead from one form of the loss to another: a constant factor everywhere."""
    zeros = [0.0] * len(case.task.W)
    plain = replace(case, task=replace(case.task, l1=zeros, l2=zeros, bias_l1=0.0, bias_l2=0.0))
    without = plain.gradients(hand, {other: layers for other, layers in bugs.items() if other != code})
    m, k = case.task.Y.shape
    halves = (1.0, 0.5) if case.loss == "mse" else (1.0,)
    outputs = (1.0, 1 / k) if case.loss == "cce" else (1.0, float(k))
    forms = [half * by_m * by_k for half in halves for by_m in (1.0, float(m)) for by_k in outputs]
    with_it = plain.gradients(hand, bugs)
    factors = [form / case.task.loss_factor for form in forms if form != case.task.loss_factor]
    return any(not differ(with_it, [(by * dW, by * db) for dW, db in without], 1e-5) for by in factors)


def seen(case: Case, hand: str, bugs: Bugs, least: float) -> dict[str, tuple[int, ...]]:
    """The part of `bugs` that changes a number by more than `least` of its array's largest."""
    gradients = case.gradients(hand, bugs)
    found: dict[str, tuple[int, ...]] = {}
    for code, layers in bugs.items():
        kept = tuple(
            layer
            for layer in layers
            if differ(gradients, case.gradients(hand, bugs | {code: tuple(set(layers) - {layer})}), least)
        )
        if kept:
            found[code] = kept
    return found


def differ(some: list[tuple[Array, Array]], others: list[tuple[Array, Array]], least: float) -> bool:
    """Whether any array has another shape or differs by more than `least` of its largest entry."""
    for one, other in zip(
        (a for pair in some for a in pair), (a for pair in others for a in pair), strict=True
    ):
        if one.shape != other.shape:
            return True
        size = max(float(np.abs(one).max()), float(np.abs(other).max()))
        if size > 0 and float(np.abs(one - other).max()) > least * size:
            return True
    return False


LEAST = {"float32": 1e-3, "float64": 1e-8}
ALL_CODES = sorted({*AT_HIDDEN, *AT_CARRY, *AT_ANY, *PENALTIES, *ABSOLUTE_PENALTIES, *AT_OUTPUT, *DROPOUT})
