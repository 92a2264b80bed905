"""The report of a training as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from os import PathLike
from typing import Any

from numpy.typing import ArrayLike

from glassnet.bridges import writing
from glassnet.insight.report.markup import NOTHING, Html, joined, section, tag
from glassnet.insight.report.numbers import count, score
from glassnet.insight.report.reading import read, refuse_embeddings
from glassnet.insight.report.sections.data import data
from glassnet.insight.report.sections.findings import diagnosis, found_by_diagnosis
from glassnet.insight.report.sections.learning import learning
from glassnet.insight.report.sections.model import model
from glassnet.insight.report.sections.one_step import one_step
from glassnet.insight.report.sections.python_code import python_code
from glassnet.insight.report.sections.quality import quality
from glassnet.insight.report.sections.suggestions import Suggestion, suggestions
from glassnet.insight.report.sections.worst import worst
from glassnet.insight.report.subject import Subject
from glassnet.losses import Loss
from glassnet.metrics import title
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.looks import stylesheet
from glassnet.support.text import markup

_SECTIONS = {
    "data": "Data", "network": "Network", "learning": "Learning", "quality": "Quality", "worst": "Worst errors",
    "diagnosis": "Diagnosis", "step": "One step", "next": "What to try next",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class ReportPage:
    """One HTML page about a training; it loads nothing, from nowhere.

    Attributes
    ----------
    html : str
        The page.
    """

    html: str

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page to a file; one that is there already is replaced when all is written.

        Raises
        ------
        ModelFileError
            If it cannot be written; nothing has changed then.
        """
        writing.write(checks.path("path", path), self.html.encode())

    def _repr_html_(self) -> str:
        style = "width: 100%; height: 40em; border: 0"
        return f'<iframe srcdoc="{markup(self.html)}" style="{style}"></iframe>'

    def __repr__(self) -> str:
        return f"<ReportPage: {len(self.html.encode()) / 1000:,.0f} kB of HTML>"


@explained
def report(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    history: History | None = None,
    *,
    path: str | PathLike[str] | None = None,
    loss: str | Loss | None = None,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    test_data: tuple[ArrayLike, ArrayLike] | None = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    image_shape: tuple[int, int] | None = None,
    source: str = "",
) -> ReportPage:
    """Everything about a training on one page: data, network, curves, quality, worst errors, diagnosis, what next.

    Parameters
    ----------
    network : Network
        Built.
    X, y : array_like
        The training data, as for ``fit``.
    history : History, optional
        What ``fit`` returned.
    path : str or path, optional
        Where to write the page, such as "report.html".
    loss : str or Loss, optional
        By default the loss of the last fit, or the one that goes with the last activation.
    validation_data : (X, y), optional
        Samples that training was watched on: by them the page tells about overfitting and when to stop.
    test_data : (X, y), optional
        Samples that nothing was chosen by. The title, quality and worst errors are those of them, or else of the
        validation data, or else of the training data.
    feature_names, class_names : sequence of str, optional
        One name for each feature, and for each class; by default those that the network's metadata hold.
    image_shape : tuple of int, optional
        Rows and columns, where the features of a sample are the pixels of an image.
    source : str
        Where the data come from, for the title.

    Returns
    -------
    ReportPage

    Raises
    ------
    NotBuiltError
        If the network is not built.
    ArgumentError, ShapeError, DataError
        If the data or names do not fit the network or the loss.
    """
    checks.network("network", network)
    if history is not None:
        checks.instance("history", history, History, "net.fit(...)")
    checks.text("source", source, least=0)
    if path is not None:
        checks.path("path", path)
    subject = read(
        network,
        X,
        y,
        history,
        loss,
        validation_data,
        (feature_names, class_names, image_shape, source),
        test_data,
    )
    page = of_subject(subject, lambda change, place: python_code(subject, change))
    if path is not None:
        page.save(path)
    return page


def of_subject(subject: Subject, written: Callable[[Mapping[str, Any], int], str]) -> ReportPage:
    """The report; `written` says how a change of the training is typed, the first, second … of those proposed."""
    refuse_embeddings(subject.loss)
    diagnosed, reason = found_by_diagnosis(subject)
    parts = [
        data(subject), model(subject), learning(subject), quality(subject), worst(subject),
        diagnosis(subject, diagnosed, reason), one_step(subject),
        _next(suggestions(subject, diagnosed.findings), written),
    ]  # fmt: skip
    return page_of(f"{subject.names.source or 'A network'}: {_headline(subject)}", _SECTIONS, parts)


def page_of(heading: str, sections: Mapping[str, str], parts: Sequence[Html]) -> ReportPage:
    """The page with this title, links to its sections, and these parts."""
    links = tag(
        "nav", tag("ul", *(tag("li", tag("a", name, href=f"#{place}")) for place, name in sections.items()))
    )
    body = joined([tag("header", tag("h1", heading), links), tag("main", *parts)])
    template = files("glassnet.insight.report").joinpath("page.html").read_text(encoding="utf-8")
    styled = template.replace("/*LOOKS*/", stylesheet())
    return ReportPage(styled.replace("<!--TITLE-->", markup(heading)).replace("<!--BODY-->", body))


def _headline(subject: Subject) -> str:
    """The result in a few words."""
    part = subject.judged
    scores = subject.scores[part.name]
    name = next((name for name in ("accuracy", "r2") if name in scores), "loss")
    return f"{title(name)} {score(name, scores[name])} on {count(len(part.X), f'{part.name} sample')}"


def _next(proposed: Sequence[Suggestion], written: Callable[[Mapping[str, Any], int], str]) -> Html:
    items = (
        tag(
            "li",
            tag("p", one.why),
            tag("pre", tag("code", written(one.change, place))) if one.change else NOTHING,
        )
        for place, one in enumerate(proposed)
    )
    return section("next", _SECTIONS["next"], tag("ol", *items))
