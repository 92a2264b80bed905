"""The network: how it is built, and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassnet import plots
from glassnet.insight.report.markup import Html, facts, section, table, tag
from glassnet.insight.report.numbers import count
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.subject import Subject
from glassnet.metrics import title
from glassnet.plots.drawing import canvas
from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NAMES = 20


def model(subject: Subject) -> Html:
    """Layers, parameters, and the diagram."""
    network, summary = subject.network, subject.network.summary()
    rows = [
        (layer, "(" + ", ".join(["n", *map(str, shape)]) + ")", f"{own:,}")
        for layer, shape, own in summary.rows
    ]
    kilobytes = summary.n_parameters * summary.bytes_per_parameter / 1000
    about = [("parameters", f"{summary.n_parameters:,}, {network.dtype}, {kilobytes:,.1f} kB")]
    about.append(("loss", title(subject.loss.name)))
    if subject.optimizer is not None:
        about.append(("optimizer", compact_repr(subject.optimizer)))
    if any(layer.inner for layer in network.layers):
        picture = tag(
            "p", "No picture: it would show layers that follow one another, and some have layers inside."
        )
    else:
        picture = drawn(
            lambda: _diagram(subject),
            f"diagram of the network: {count(len(rows) - 1, 'layer')}, from {network.layout.n_features} inputs "
            f"to {network.plan().n_outputs} outputs",
            "Circles are inputs and units, lines are weights: the wider, the larger.",
        )
    return section(
        "network",
        "Network",
        facts(about),
        table("Layers", ["layer", "output shape", "parameters"], rows),
        picture,
    )


def _diagram(subject: Subject) -> Figure:
    names, n_outputs = subject.names, subject.network.plan().n_outputs
    figure = canvas.figure(6.4, 4.6)
    plots.network_diagram(
        subject.trained.network,
        input_names=names.features if len(names.features) <= _MOST_NAMES else None,
        output_names=names.classes if len(names.classes) == n_outputs <= _MOST_NAMES else None,
        ax=figure.add_subplot(),
    )
    return figure
