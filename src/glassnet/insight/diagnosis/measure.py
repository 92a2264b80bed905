"""One forward and one backward pass over the sample, and what each dense layer showed in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import ActivationFunction, Linear
from glassnet.insight.diagnosis.copies import without_dropout
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.trace.record import RowRecord, StepRecord, record
from glassnet.network.network import Network
from glassnet.plan import BATCH_NORM, BRANCH, DENSE, LAYER_NORM, SUM
from glassnet.support.cached import cached_property

Array = NDArray[Any]
TINY = 1e-300

# Slope below which a unit passes next to nothing on, in parts of the largest slope: sigmoid at |z| > 4.4.
FLAT = 0.05
# What shifts and scales, or only scales, whatever the weights before it give.
SHIFTING = (BATCH_NORM, LAYER_NORM)
NORMALISATIONS = (*SHIFTING, "rms_norm")


@dataclass(frozen=True, eq=False)
class Block:
    """A dense layer with everything behind it, up to the next one."""

    index: int  # the dense layer, counted from 0
    records: tuple[RowRecord, ...]  # the dense row first
    past: tuple[int, ...]  # how many ways lead past each of them, from before a residual layer to behind it

    @property
    def dense(self) -> RowRecord:
        """The dense row."""
        return self.records[0]

    @cached_property
    def active(self) -> RowRecord:
        """The first row with an activation that is not linear; the dense row where there is none."""
        bent = (each for each in self.records if not isinstance(each.row.activation, Linear))
        return next(bent, self.dense)

    @property
    def activation(self) -> ActivationFunction:
        """The activation at the end of this block."""
        return self.active.row.activation

    @property
    def normalised(self) -> bool:
        """Whether a normalisation follows, so that the size of the weights does not matter."""
        return any(each.row.kind in NORMALISATIONS for each in self.records)

    @property
    def shifted(self) -> bool:
        """Whether one follows that has a bias of its own."""
        return any(record.row.kind in SHIFTING for record in self.records)

    @property
    def normalised_before(self) -> bool:
        """Whether one stands between the dense layer and its activation."""
        return any(kind in NORMALISATIONS for kind in self._before)

    @property
    def shifted_before(self) -> bool:
        """Whether one that also shifts stands there."""
        return any(kind in SHIFTING for kind in self._before)

    @property
    def _before(self) -> list[str]:
        """The kinds of the rows before the activation."""
        return [record.row.kind for record in self.records[: self.records.index(self.active)]]

    @property
    def weights(self) -> Array:
        """Weights of the dense layer, (n_inputs, n_outputs)."""
        return _present(self.dense.weights)

    @property
    def incoming(self) -> Array:
        """Weights of the dense layer, and below them its bias, if it has one: a column for each unit."""
        return self.weights if self.dense.bias is None else np.vstack([self.weights, self.dense.bias])

    @property
    def output(self) -> Array:
        """What goes to the next dense layer, (n_samples, n_outputs)."""
        return self.records[-1].a

    @property
    def all_that_passes(self) -> Array | None:
        """The last output that is all that later layers get; None where a residual layer carries more past it."""
        ways = zip(reversed(self.records), reversed(self.past), strict=True)
        return next((record.a for record, past in ways if past == 0), None)

    @property
    def is_passed(self) -> bool:
        """Whether a residual layer carries what comes into the dense layer past it, too."""
        return self.past[0] > 0

    @cached_property
    def gradient_norm(self) -> float:
        """Root mean square of the gradients of the weights."""
        return rms(_present(self.dense.d_weights))

    @cached_property
    def error_norm(self) -> float:
        """Root mean square of the error at the pre-activation of the dense layer."""
        return rms(self.dense.d_z)

    @cached_property
    def gain(self) -> float:
        """Spread of the weights times the root of the number of inputs: what the layer multiplies signals by."""
        return float(self.weights.std() * np.sqrt(len(self.weights)))

    @cached_property
    def dead(self) -> NDArray[np.bool_]:
        """Units whose output is zero, and whose slope is zero, for all samples; (n_outputs,)."""
        if not self.rectifies:
            return np.zeros(self.active.a.shape[1], bool)
        return np.asarray((self.active.z <= 0).all(axis=0))

    @property
    def rectifies(self) -> bool:
        """Whether the activation and its slope are 0 for z <= 0."""
        facts = self.activation.facts
        return facts is not None and facts.is_gate and facts.range[0] == "0"

    @cached_property
    def flat(self) -> float:
        """The share of all outputs at which a bounded activation is flat: its slope below 5 % of the largest."""
        return float(self.flat_by_unit.mean())

    @cached_property
    def flat_by_unit(self) -> Array:
        """The same of each unit; (n_outputs,)."""
        return self.flat_at(self.active.z)

    def flat_at(self, z: Array) -> Array:
        """The same at these pre-activations, (n_samples, n_outputs)."""
        if self.is_bounded:
            limit = FLAT * self.activation.steepest
            slopes = self.activation.slope(z, self.activation.value(z))
            return np.asarray((slopes < limit).mean(axis=0))
        return np.zeros(z.shape[1])

    @property
    def is_bounded(self) -> bool:
        """Whether the activation is elementwise and lies between two limits."""
        facts = self.activation.facts
        return facts is not None and facts.is_bounded and not facts.is_of_rows


class Pass:
    """What a network with these parameters computes for the sample, in float64 and without dropout.

    Attributes
    ----------
    record : StepRecord
        A step of training, in which batch norm uses the statistics of the sample.
    output, value : ndarray, float
        Of prediction, in which it uses the running ones, and its loss.
    loss : float
        The same with the penalties on the weights.
    """

    def __init__(
        self, network: Network, parameters: Array, running: Array, x: Array, targets: Targets
    ) -> None:
        self.targets = targets
        layers = without_dropout(network.layers)
        twin = Network(layers, seed=0, dtype="float64", input_shape=network.layout.input_shape)
        twin.parameters = parameters
        twin.running_statistics[...] = running
        shape = network.layout.input_shape
        with np.errstate(all="ignore"):
            self.record: StepRecord = record(
                twin, targets.as_given(x, shape), targets.given, targets.loss, "sgd"
            )
            self.output: Array = twin.predict(x.reshape(len(x), *shape))
            self.value = targets.value(self.output)
        self.loss = self.value + self.record.penalty
        self.blocks = tuple(_blocks(self.record.rows))

    @property
    def hidden(self) -> tuple[Block, ...]:
        """All blocks but the last."""
        return self.blocks[:-1]

    @cached_property
    def score(self) -> float:
        """The score of these outputs; see :meth:`Targets.score`."""
        return self.targets.score(self.output)

    @cached_property
    def progress(self) -> float:
        """1 where every output is its target, 0 where the loss is that of the best constant prediction."""
        floor = self.targets.floor
        return 1 - (self.value - floor) / max(self.targets.chance - floor, TINY)

    @cached_property
    def gradient_norm(self) -> float:
        """Euclidean norm of the gradient of all parameters, as `clip_norm` compares it."""
        return float(np.linalg.norm(self.record.update.gradient))

    @cached_property
    def size(self) -> float:
        """Root mean square of all weights of dense layers."""
        return rms(np.concatenate([block.weights.ravel() for block in self.blocks]))


def _blocks(rows: tuple[RowRecord, ...]) -> Iterator[Block]:
    starts, past = (
        [place for place, each in enumerate(rows) if each.row.kind == DENSE],
        tuple(_past(rows)),
    )
    for index, (start, stop) in enumerate(zip(starts, [*starts[1:], len(rows)], strict=True)):
        yield Block(index, rows[start:stop], past[start:stop])


def _past(rows: tuple[RowRecord, ...]) -> Iterator[int]:
    """For each row how many residual layers have begun before it and not ended with it."""
    begun = 0
    for row_record in rows:
        begun -= row_record.row.kind == SUM
        yield begun
        begun += row_record.row.kind == BRANCH


def _present(array: Array | None) -> Array:
    if array is None:
        raise ValueError("a dense row has weights and their gradient")
    return array


def rms(values: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.square(values).mean()))
