"""Layers and an input shape become a layout and rows; every shape error is raised here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from glassnet.activations import Linear
from glassnet.errors import EngineError, ShapeError
from glassnet.losses import Loss
from glassnet.plan.rows import (
    BRANCH,
    DENSE,
    DROPOUT,
    NOWHERE,
    OF_LOOP,
    SUM,
    Layout,
    OwnFunctions,
    Place,
    Plan,
    Row,
    Shape,
    Slot,
)

if TYPE_CHECKING:
    from glassnet.layers import Layer, Parameter


def lay_out(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> Layout:
    """Shapes of all layers and places of all parameters; raises `ShapeError` where two layers do not fit."""
    shape = input_shape
    outputs: list[tuple[int, ...]] = []
    parameters: list[Slot] = []
    statistics: list[Slot] = []
    for index, layer in enumerate(layers):
        try:
            if layer.reads_data and index > 0:
                raise ShapeError("reads the data themselves and must be the first layer")
            output = layer.output_shape(shape)
        except ShapeError as error:
            raise ShapeError(f"layer {index} of {len(layers)}, {layer!r}, {error}") from None
        for vector, arrays in ((parameters, layer.parameters(shape)), (statistics, layer.statistics(shape))):
            for parameter in arrays:
                vector.append(Slot(index, parameter, vector[-1].stop if vector else 0))
        outputs.append(output)
        shape = output
    return Layout(input_shape, tuple(outputs), tuple(parameters), tuple(statistics))


def build(
    layers: Sequence[Layer],
    layout: Layout,
    loss: Loss | None = None,
    *,
    input_gradient: bool = False,
) -> Plan:
    """The plan of these layers; with a loss, the last activation moves into the loss where they cancel.

    `input_gradient` adds a place for the gradient with respect to the batch.
    """
    builder = _Builder(layout, input_gradient)
    shape = layout.input_shape
    for index, layer in enumerate(layers):
        shape = builder.add(index, layer, shape)
    rows = builder.rows
    if not rows:
        raise ShapeError(
            "a network needs a layer that computes something, such as Dense; Flatten alone only changes shapes"
        )
    last_activation = rows[-1].activation
    fused = loss.on_logits(last_activation) if loss is not None else None
    if fused is not None:
        rows[-1] = rows[-1]._replace(activation=Linear())
    objective = loss if fused is None else fused
    return Plan(tuple(rows), layout, builder.n_columns, builder.n_mask_columns, objective, last_activation)


class _Builder:
    """Hands out the columns of the memory, row by row."""

    def __init__(self, layout: Layout, input_gradient: bool) -> None:
        self.parameters, self.statistics = _by_layer(layout.parameters), _by_layer(layout.statistics)
        self.rows: list[Row] = []
        self.n_columns = 0
        self.n_mask_columns = 0
        self.source = NOWHERE
        self.source_error = self._columns(layout.n_features) if input_gradient else NOWHERE

    def _columns(self, n: int) -> int:
        start = self.n_columns
        self.n_columns += n
        return start

    def add(self, index: int, layer: Layer, shape: Shape, prefix: str = "") -> Shape:
        """Append the rows of layer `index`, or of one inside of it, whose parameters have this prefix.

        Layers that only change the shape have none. Returns the shape of a sample behind it.
        """
        output_shape = layer.output_shape(shape)
        fields = layer.row_fields()
        if layer.inner:
            self._add_around(index, layer, shape, prefix)
        elif fields is not None:
            self._add_row(index, layer, shape, prod(output_shape), prefix, fields)
        return output_shape

    def _add_row(
        self, index: int, layer: Layer, shape: Shape, n_outputs: int, prefix: str, fields: dict[str, Any]
    ) -> None:
        parameters = _own_slots(self.parameters[index], prefix, layer.parameters(shape))
        statistics = _own_slots(self.statistics[index], prefix, layer.statistics(shape))
        starts = {slot.parameter.name.removeprefix(prefix): slot.start for slot in parameters}
        own, kept = None, NOWHERE
        if fields["kind"] in OF_LOOP:
            _refuse_unheard(index, layer, fields["kind"])
        else:
            _refuse_half(index, layer)
            _refuse_misfit(index, layer, prod(shape), n_outputs)
            columns = tuple((self._columns(width), width) for width in layer.kept(shape))
            own = OwnFunctions(
                layer, tuple(map(_place, parameters)), tuple(map(_place, statistics)), columns, shape
            )
            kept = columns[0][0] if columns else NOWHERE
        is_dropout = fields["kind"] == DROPOUT
        moves_error = fields["kind"] == DENSE or not layer.in_place or self.source_error == NOWHERE
        z = self._columns(n_outputs) if fields["kind"] == DENSE else self.source if kept == NOWHERE else kept
        row = Row(
            layer=index, n_inputs=prod(shape), n_outputs=n_outputs,
            source=self.source, z=z,
            a=self._columns(n_outputs),
            error=self._columns(n_outputs) if moves_error else self.source_error,
            source_error=self.source_error, kept=kept,
            weights=parameters[0].start if parameters else NOWHERE, bias=starts.get("bias", NOWHERE),
            statistics=statistics[0].start if statistics else NOWHERE,
            mask=self.n_mask_columns if is_dropout else NOWHERE,
            dropout=sum(row.dropout != NOWHERE for row in self.rows) if is_dropout else NOWHERE,
            own=own, **fields,
        )  # fmt: skip
        self.n_mask_columns += n_outputs if is_dropout else 0
        self._append(row)

    def _append(self, row: Row) -> None:
        self.rows.append(row)
        self.source, self.source_error = row.a, row.error

    def _add_around(self, index: int, layer: Layer, shape: Shape, prefix: str) -> None:
        """A row that hands the input on, those of the layers inside, and a row that adds the input to their output."""
        branch, total = layer.ends
        n, place = prod(shape), len(self.rows)
        self._append(Row(
            BRANCH, index, n, n, self.source, self.source, self._columns(n), self._columns(n), self.source_error,
            own=OwnFunctions(branch, (), (), ()),
        ))  # fmt: skip
        start = self.rows[place]
        for number, inner in enumerate(layer.inner):
            shape = self.add(index, inner, shape, f"{prefix}{number}.")
        self._append(Row(
            SUM, index, n, n, start.a, self.source, self._columns(n), self._columns(n), self.source_error,
            kept=self.source, own=OwnFunctions(total, (), (), ((self.source, n),)),
        ))  # fmt: skip
        error = self.source_error
        self.rows[place] = start._replace(kept=error, own=OwnFunctions(branch, (), (), ((error, n),)))


def _by_layer(slots: Sequence[Slot]) -> defaultdict[int, list[Slot]]:
    grouped: defaultdict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        grouped[slot.layer].append(slot)
    return grouped


def _own_slots(slots: Sequence[Slot], prefix: str, parts: Sequence[Parameter]) -> list[Slot]:
    """Those of these parts, among the slots of their layer."""
    names = {prefix + part.name for part in parts}
    return [slot for slot in slots if slot.parameter.name in names]


def _place(slot: Slot) -> Place:
    shape = slot.parameter.shape
    return slot.start, prod(shape[:-1]), prod(shape[-1:])


def _is_its_own(layer: Layer, name: str) -> bool:
    return bool(getattr(type(layer), name).__module__ != "glassnet.layers.base")


def _refuse_unheard(index: int, layer: Layer, kind: str) -> None:
    """Raise where a layer that the loop computes has functions that nobody would call."""
    for name in ("forward", "infer", "backward"):
        if _is_its_own(layer, name):
            raise EngineError(
                f"layer {index}, {layer!r}, has a {name} of its own, which would never be called: the loop computes "
                f"every {kind} layer itself; derive it from Layer, with a forward and a backward"
            )


def _refuse_half(index: int, layer: Layer) -> None:
    """Raise where a layer lacks one of the functions by which it is computed."""
    for name in ("forward", "backward"):
        if not _is_its_own(layer, name):
            raise EngineError(
                f"layer {index}, {layer!r}, has no {name}: a layer that is none of Dense, Activation, Dropout and "
                "Flatten is computed by a forward and a backward of its own"
            )


def _refuse_misfit(index: int, layer: Layer, n_inputs: int, n_outputs: int) -> None:
    """Raise where the error of the input has no room in that of the output."""
    if layer.in_place and n_inputs != n_outputs:
        raise ShapeError(
            f"layer {index}, {layer!r}, makes {n_outputs} numbers of {n_inputs}, so its backward cannot write dX where "
            "the error stands; set in_place = False in its class"
        )
