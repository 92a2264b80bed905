"""The lines of a backward pass as a learner writes them: Z1 = X @ W1 + b1, dZ1 = dA1 * f'(Z1), dW1 = X.T @ dZ1 …

Layer 0 of the network has the number 1 there. Samples in rows, or in columns for learners who write Z1 = W1 @ X + b1.
"""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.activations import ActivationFunction, Linear, LogSoftmax, Sigmoid, Softmax
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_stages import Learned
from glassnet.checking.network.slips.places import Place
from glassnet.checking.network.slips.stages import Affine, Branch, Drop, Gate, Stage, Sum
from glassnet.losses import BinaryWeighted, Loss
from glassnet.support.expressions import PRODUCT, numpy_code
from glassnet.support.registry import compact_repr
from glassnet.support.text import enumerated

ADDED = ". That is right only where the result is added to the weights"
# Slopes that are prediction minus target.
DIFFERENCES = ("p - y", "2 * (p - y)", "p * mass - y")
CANCELLED = ": with its cross-entropy it has cancelled"


# What learns in layers that are no dense ones, and what its gradient is.
LEARNED = {
    "batch norm": ("the norm's weights", "(dA * s).sum({axis})  # s: the standardised input"),
    "layer norm": ("the norm's weights", "(dA * s).sum({axis})  # s: the standardised input"),
    "rms norm": ("the norm's weights", "(dA * s).sum({axis})  # s: the input over its root mean square"),
    "scale": ("the factors", "(dA * X).sum({axis})"),
    "prelu": ("the slopes", "(dA * np.minimum(X, 0)).sum({axis})  # over the units too, where they share one"),
    "embedding": ("the vectors", "np.zeros_like(w); np.add.at(dw, integers, dA)"),
}  # fmt: skip


def learned_words(kind: str, columns: bool) -> dict[str, str]:
    """What a message says of what such a layer learns, and of its gradient."""
    of_its_own = f"what {kind} learns", f"...  # what the backward pass of {kind} makes of dA"
    what, gradient = LEARNED.get(kind, of_its_own)
    return {"learned": what, "learned_line": f"dw = {gradient.format(axis=1 if columns else 0)}"}


def title(thing: ActivationFunction | Loss) -> str:
    """The name of an activation or a loss in prose: its class, or the name of a user's own function."""
    name = getattr(thing, "registered_name", None)
    return str(name) if name is not None else compact_repr(thing).rpartition("(")[0].rpartition(".")[2]


@dataclass(frozen=True)
class Terms:
    """How one learner writes one network."""

    stages: list[Stage]  # the network
    loss: Loss  # its loss
    last: int  # the last dense layer
    # n_samples, n_outputs: m and k
    n_samples: int
    n_outputs: int
    columns: bool  # whether samples are in columns
    factor: float = 1.0  # what the learner's loss is multiplied by

    def of(self, place: Place, layers: tuple[int, ...]) -> dict[str, str]:
        """Everything that a message can mention about a slip at this place."""
        i = place.layer
        rate = next(
            (stage.rate for stage in self.stages if isinstance(stage, Drop) and stage.layer == i), 0.0
        )
        return {
            "at": _listed("layer", layers), "l": str(i + 1), "up": str(i + 2), "variant": place.variant,
            "f": self.titles(layers), "loss": title(self.loss), "x": self.x(i),
            "m": str(self.n_samples), "k": str(self.n_outputs),
            "dW": self.dW(i), "db": self.db(i), "dZ": self.dZ(i), "dX": self.carry(i - 1) if i else "dX",
            "slope": self.slope(i), "z_below": f"Z{i}", "below": str(i), "rate": f"{rate:g}",
            "axis": "1" if self.columns else "0",
            "features_axis": "0" if self.columns else "1",
            "p": f"A{self.last + 1}",
            "sign": self._of_sign if place.part == "output" else "",
            "cancelled": CANCELLED if self.loss.on_logits(self.activation(self.last)) is not None else "",
        }  # fmt: skip

    @property
    def y(self) -> str:
        """What the loss compares with, made of the targets Y."""
        share = self.loss.label_smoothing
        classes = self.n_outputs if self.loss.rows_sum_to_one else 2
        return f"({1 - share:g} * Y + {share:g} / {classes})" if share else "Y"

    @property
    def _of_sign(self) -> str:
        """What an error of the wrong sign is, where the right one is prediction minus target, up to factors."""
        facts = (self.loss.on_logits(self.activation(self.last)) or self.loss).written
        is_difference = facts is not None and facts.slope in DIFFERENCES
        return f": it is target minus prediction{ADDED}" if is_difference else ADDED

    @property
    def activated(self) -> tuple[int, ...]:
        """The layers with an activation."""
        return tuple(stage.layer for stage in self.stages if isinstance(stage, Gate))

    def titles(self, layers: tuple[int, ...]) -> str:
        """The activations of these layers, each once."""
        return " and ".join(dict.fromkeys(title(self.activation(layer)) for layer in layers))

    def activation(self, layer: int) -> ActivationFunction:
        """The activation behind a dense layer."""
        gates = [stage for stage in self.stages if isinstance(stage, Gate) and stage.layer == layer]
        return gates[-1].activation if gates else Linear()

    def x(self, layer: int) -> str:
        """What a layer reads."""
        return "X" if layer == 0 else f"A{layer}"

    def dW(self, layer: int) -> str:
        """The right side of the gradient of the weights."""
        x, dz = self.x(layer), f"dZ{layer + 1}"
        return f"{dz} @ {x}.T" if self.columns else f"{x}.T @ {dz}"

    def db(self, layer: int) -> str:
        """The right side of the gradient of the bias."""
        return f"dZ{layer + 1}.sum(axis=1, keepdims=True)" if self.columns else f"dZ{layer + 1}.sum(axis=0)"

    def carry(self, layer: int) -> str:
        """The right side of the error carried back to the output of a layer."""
        up = layer + 2
        return f"W{up}.T @ dZ{up}" if self.columns else f"dZ{up} @ W{up}.T"

    def dZ(self, layer: int) -> str:
        """The right side of the error behind the activation of a layer."""
        if layer == self.last:
            return self.output_error()
        arrives = self.carry(layer) if self._reaches_next(layer) else f"dA{layer + 1}"
        if isinstance(self.activation(layer), Linear):
            return arrives
        if self.activation(layer).is_of_rows:
            return self.jacobian_product(layer)
        return f"({arrives}) * {self.slope(layer)}" if " " in arrives else f"{arrives} * {self.slope(layer)}"

    def _reaches_next(self, layer: int) -> bool:
        """Whether nothing else stands between a dense layer and the next but its activation."""
        own = [stage for stage in self.stages if stage.layer == layer]
        return not any(
            isinstance(stage, (Branch, Computed, Sum, Learned))
            for stage in own[own.index(self._dense(layer)) :]
        )

    def _dense(self, layer: int) -> Stage:
        return next(stage for stage in self.stages if isinstance(stage, Affine) and stage.layer == layer)

    def jacobian_product(self, layer: int) -> str:
        """The backward pass of a function of rows."""
        facts, n = self.activation(layer).facts, layer + 1
        backward = "" if facts is None else facts.backward
        return numpy_code(backward, {"a": f"A{n}", "d": f"dA{n}"}, 0 if self.columns else 1).text

    def output_error(self) -> str:
        """The right side of the error at the output, of the learner's own loss."""
        return f"{'' if self.factor == 1 else f'{self.factor:.6g} * '}{self._output_error()}"

    def _output_error(self) -> str:
        n, activation = self.last + 1, self.activation(self.last)
        if self.loss.on_logits(activation) is not None:
            over = "Y.size" if isinstance(activation, Sigmoid) and self.n_outputs > 1 else "m"
            if isinstance(self.loss, BinaryWeighted) and self.loss.pos_weight != 1:
                yes = f"{self.loss.pos_weight:g} * {self.y} * (1 - A{n})"
                return f"((1 - {self.y}) * A{n} - {yes}) / {over}"
            return f"(A{n} - {self.y}) / {over}"
        if activation.is_of_rows:
            return f"{self.jacobian_product(self.last)}  # dA{n} = {self.loss_gradient()}"
        of_loss = self.loss_gradient()
        return of_loss if isinstance(activation, Linear) else f"{of_loss} * {self.slope(self.last)}"

    def loss_gradient(self) -> str:
        """The gradient of the loss with respect to the prediction."""
        p, facts = f"A{self.last + 1}", self.loss.written
        if facts is None or not facts.slope or self.loss.activation != Linear():
            return f"loss_gradient({self.y}, {p})"
        entries = "Y.size" if self.n_outputs > 1 and getattr(self.loss, "mean_over", "") == "entries" else "m"
        code = numpy_code(facts.slope, {"y": self.y, "p": p} | _constants(self.loss))
        return f"{code.inside(PRODUCT)} / {entries}"

    def finite_line(self) -> str:
        """How the activations that overflow are written so that they do not."""
        axis = 0 if self.columns else 1
        used = [self.activation(layer) for layer in range(self.last + 1)]
        lines = list(
            dict.fromkeys(
                part.facts.without_overflow.format(axis=axis, **_constants(part))
                for part in used
                if part.facts is not None and part.facts.without_overflow
            )
        )
        if self.loss.on_logits(self.activation(self.last)) is not None:
            lines.append(f"dZ{self.last + 1} = {self.output_error()}")
        return "; ".join(lines) or "look for exp of a large number, for log(0) and for a quotient by 0"

    def slope(self, layer: int) -> str:
        """f' as it is usually written."""
        return slope_text(self.activation(layer), f"Z{layer + 1}", f"A{layer + 1}")


_JACOBIANS: dict[type[ActivationFunction], str] = {
    Softmax: "the Jacobian diag({a}) - {a} {a}^T of each sample",
    LogSoftmax: "the Jacobian I - 1 exp({a})^T of each sample",
}


def slope_text(activation: ActivationFunction, z: str, a: str) -> str:
    """The derivative of an activation in one line of NumPy, from its input and its output."""
    if activation.facts is None:
        return f"{title(activation).lower()}_derivative({z})"
    if activation.is_of_rows:
        return _JACOBIANS.get(type(activation), "its Jacobian, for each sample").format(a=a)
    code = numpy_code(activation.facts.slope, {"z": z, "a": a} | _constants(activation))
    return code.inside(PRODUCT)


def _constants(part: ActivationFunction | Loss) -> dict[str, str]:
    letters = () if part.facts is None else part.facts.letters
    return {name: f"{getattr(part, name):g}" for name in letters}


def _listed(noun: str, numbers: tuple[int, ...]) -> str:
    return f"{noun}{'s' * (len(numbers) > 1)} {enumerated(list(map(str, numbers)))}"
