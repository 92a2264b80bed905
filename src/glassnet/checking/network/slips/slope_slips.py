"""The error behind an activation, dZ = dA f'(Z), as it should be and as slips make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.places import Choice, Place, Places, known
from glassnet.checking.network.slips.stages import Affine, Gate, Slipped, of_rows, slope
from glassnet.checking.numerics.rounding import Array, Rounded
from glassnet.support import expressions

# Formulas that are nearly the derivative, in the output a: the code in check_derivative, and what is written.
NEAR: dict[str, tuple[tuple[str, str, Callable[[Array], Array]], ...]] = {
    "sigmoid": (
        ("factor_missing", "a", lambda a: a), ("factor_missing", "1 - a", lambda a: 1 - a),
        ("sign_inside", "a * (1 + a)", lambda a: a * (1 + a))),
    "tanh": (
        ("function_itself", "a", lambda a: a), ("square_missing", "1 - a", lambda a: 1 - a),
        ("sign_inside", "1 + a**2", lambda a: 1 + a * a)),
}  # fmt: skip


def slope_choices(gate: Gate, error: Rounded, chain: StageChain) -> Iterator[Choice]:
    """dZ for this dA, the right one first, and each of them with the wrong sign."""
    flipped = Place("error_sign_flipped", gate.layer, "slope")
    for choice in _unsigned(gate, error, chain):
        yield choice
        yield choice.then((flipped,), lambda value: -value)


def _unsigned(gate: Gate, error: Rounded, chain: StageChain) -> Iterator[Choice]:
    def place(code: str, variant: str = "") -> Places:
        return (Place(code, gate.layer, "slope", variant),)

    activation = gate.activation
    rows = of_rows(activation)
    if rows is not None:
        yield Choice((), lambda: rows.backward(gate.z, gate.a, error))
        yield Choice(place("activation_derivative_missing"), lambda: error)
        for code, variant, slipped in rows.taken_for_it(gate.a, error):
            yield known(place(code, variant), slipped)
        return
    yield Choice((), lambda: error * gate.slope)
    if not gate.slipped:
        gate.slipped = list(slipped_slopes(gate, chain))
    for code, variant, factor in gate.slipped:
        if factor is None:
            yield known(place(code, variant), error)
        else:
            yield known(place(code, variant), factor).then((), lambda slope: error * slope)
    if _is_gate(activation):
        yield Choice(place("relu_gate_from_upstream"), lambda: error * slope(activation, error))


def slipped_slopes(gate: Gate, chain: StageChain) -> Iterator[Slipped]:
    """Code, variant and factor of every slip that puts another factor, or none, in the place of f'(z)."""
    activation, z, a = gate.activation, gate.z, gate.a
    gated = _is_gate(activation)
    closed = gated and _below(activation) == 0
    yield ("relu_gate_dropped" if closed else "activation_derivative_missing"), "", None
    if gated:
        open_at_zero = z.apply_pieces(lambda at: np.where(at >= 0, 1.0, _below(activation)))
        yield "relu_gate_at_zero", "", open_at_zero
        inverted = z.apply_pieces(lambda at: np.where(at > 0, _below(activation), 1.0))
        yield "relu_gate_inverted", "", inverted
    if gated and not closed:
        yield "leaky_slope_forgotten", "", slope(activations.ReLU(), z)
    in_output = written_in_output(activation)
    if in_output is not None:
        yield "derivative_at_preactivation", "", z.apply(in_output)
    if not gated:
        yield "derivative_at_activation", "", slope(activation, a)
    for code, variant, source in _sources(gate, chain):
        yield code, variant, slope(activation, source)
        if in_output is not None:
            yield code, variant, source.apply(in_output)
    yield from _other_activations(gate)
    if not gated:
        yield "activation_derivative_doubled", "", gate.slope * gate.slope


def written_in_output(activation: ActivationFunction) -> Callable[[Array], Array] | None:
    """f' as a formula of a = f(z), where it is usually written so."""
    facts = activation.facts
    if facts is None or not facts.slope_in_output:
        return None
    constants = {name: getattr(activation, name) for name in facts.letters}
    return lambda a: expressions.computed(facts.slope_in_output, {"a": a} | constants)


def _is_gate(activation: ActivationFunction) -> bool:
    return activation.facts is not None and activation.facts.is_gate


def _below(activation: ActivationFunction) -> float:
    """The slope of a gate below 0."""
    return float(activation.slope(np.array(-1.0)))


def _sources(gate: Gate, chain: StageChain) -> Iterator[tuple[str, str, Rounded]]:
    """Arrays of other places that the derivative could be taken at: those that broadcast to this shape."""
    gated = _is_gate(gate.activation)
    affine = {stage.layer: stage for stage in chain.stages if isinstance(stage, Affine)}
    gates = {stage.layer: stage for stage in chain.stages if isinstance(stage, Gate)}
    own_input = affine[gate.layer].x
    if _fits(own_input, gate.z):
        yield (
            ("relu_gate_from_input" if gated else "derivative_at_wrong_layer"),
            "the layer's input",
            own_input,
        )
    for layer, other in affine.items():
        if layer != gate.layer and _fits(other.z, gate.z):
            variant = chain.distance(gate, other)
            yield "derivative_at_wrong_layer", variant, other.z
            if layer in gates and not gated and gates[layer].a is not own_input:
                yield "derivative_at_wrong_layer", variant, gates[layer].a


def _fits(source: Rounded, z: Rounded) -> bool:
    return source.value.shape in (z.value.shape, (len(z.value), 1))


def _other_activations(gate: Gate) -> Iterator[Slipped]:
    """The derivatives of the commonest activations, in the place of this one's."""
    code, activation = "derivative_of_another_activation", gate.activation
    if not _is_gate(activation):
        yield code, "relu", slope(activations.ReLU(), gate.z)
    for name, near in NEAR.items():
        if type(activations.get(name)) is type(activation):
            for _, written, formula in near:
                yield "derivative_formula_wrong", written, gate.a.apply(formula)
    for name in ("sigmoid", "tanh"):
        other = activations.get(name)
        in_output = written_in_output(other)
        if type(other) is not type(activation) and in_output is not None:
            yield code, name, gate.a.apply(in_output)
            yield code, f"{name} of z", slope(other, gate.z)
