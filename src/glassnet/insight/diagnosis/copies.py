"""The layers of copies on which a change is tried; those inside of residual layers are changed like the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from glassnet.layers import Activation, Dense, Dropout, Layer, Residual


def every(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers that compute, those inside of others in the place of these."""
    for layer in layers:
        if layer.inner:
            yield from every(layer.inner)
        else:
            yield layer


def changed(layers: Sequence[Layer], change: Callable[[Layer], Layer | None]) -> list[Layer]:
    """What `change` makes of every layer, without those of which it makes None."""
    copies: list[Layer] = []
    for layer in layers:
        if layer.inner:
            inside = changed(layer.inner, change)
            copies.append(Residual(inside or [Activation("linear")]))
        elif (other := change(layer)) is not None:
            copies.append(other)
    return copies


def without_dropout(layers: Sequence[Layer]) -> list[Layer]:
    """The layers that compute in prediction."""
    return changed(layers, lambda layer: None if isinstance(layer, Dropout) else layer)


def of_hidden(layers: Sequence[Layer], change: Callable[[Dense], Dense]) -> list[Layer]:
    """The layers with all Dense ones but the last changed."""
    last = [layer for layer in every(layers) if isinstance(layer, Dense)][-1]
    return changed(
        layers, lambda layer: change(layer) if isinstance(layer, Dense) and layer is not last else layer
    )
