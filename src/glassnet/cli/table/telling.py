"""The report of a study: everything that its page tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.cli.table import diagnosing, judging
from glassnet.cli.table.study import Piece, Study
from glassnet.errors import GlassnetError
from glassnet.insight.report.numbers import number, percent
from glassnet.insight.report.report import ReportPage
from glassnet.insight.report.tables.page import of_table
from glassnet.insight.report.tables.subject import Advice, ColumnUse, Judged, TableSubject, Worst
from glassnet.network.history import History
from glassnet.tables.explain import (
    Contributions,
    Importances,
    contributions,
    drift,
    partial_dependence,
    permutation_importance,
    summaries,
)
from glassnet.tables.explain.contributions import shown
from glassnet.tables.files import facts_of

_MOST_DEPENDENCES, _MOST_WORST, _MOST_REASONED, _MOST_SHOWN = 6, 10, 3, 6
_MOST_ROWS = 2000  # of which importance is measured
_LATE = 0.9  # share of the epochs after which a better loss is late
_FALLS = 0.99  # of the best loss before, below which it is clearly better

Changed = Callable[[Mapping[str, Any], int], str]


def page(study: Study, changed: Changed) -> ReportPage:
    """The page; `changed` writes the command with other options."""
    judged, model = study.judged, study.model
    importances = _importances(study, judged)
    columns = [one.column for one in importances.columns if one.mean > 0]
    worst = _worst(study, judged, columns[:_MOST_SHOWN])
    diagnosis, reason = diagnosing.of_study(study)
    differences = []
    if judged.name != "training":
        differences = drift(
            summaries(study.tables["training"].of_names(model.preprocessing.columns)), judged.table
        )
    return of_table(
        TableSubject(
            source=Path(study.loaded.file.name).name,
            target=study.loaded.target,
            classes=judging.class_names(model),
            facts=study.facts,
            columns=_columns(study),
            notes=[*study.loaded.notes, *(note.text for note in model.preprocessing.notes)],
            suspicions=study.suspicions.sentences,
            parts={name: one.true for name, one in study.pieces.items()},
            scores=study.scores,
            history=study.history,
            diagnosis=diagnosis,
            no_diagnosis=reason,
            judged=Judged(judged.name, judged.rows, judged.true, judged.said),
            importances=importances,
            dependences=[
                partial_dependence(model, judged.table, name) for name in columns[:_MOST_DEPENDENCES]
            ],
            answer=_answer(study),
            worst=worst,
            differences=differences,
            advice=list(_advice(study, changed, worst)),
        )
    )


def _importances(study: Study, judged: Piece) -> Importances:
    rows = slice(0, None, max(1, -(-len(judged.true) // _MOST_ROWS)))
    true = judged.true[rows]
    y = study.model.target.class_values[true] if study.loaded.classifies else true
    return permutation_importance(study.model, judged.table.take(rows), y, repeats=3)


def _answer(study: Study) -> int:
    """The answer whose dependence is drawn: of two classes the second, of more the most frequent, else the value."""
    names = judging.class_names(study.model)
    if len(names) <= 2:
        return max(len(names) - 1, 0)
    return int(np.bincount(study.pieces["training"].true, minlength=len(names)).argmax())


def _columns(study: Study) -> list[ColumnUse]:
    preprocessing, loaded = study.model.preprocessing, study.loaded
    n_features = {name: preprocessing.sources.count(name) for name in preprocessing.columns}
    uses = []
    for one in facts_of(loaded.file.rows, loaded.file.kinds):
        if one.name in n_features:
            use = f"{n_features[one.name]} feature{'s' if n_features[one.name] != 1 else ''}"
        elif one.name == loaded.target:
            use = "target"
        elif one.name == loaded.wish.group:
            use = "left out: it tells the groups"
        elif one.name in preprocessing.dropped:
            use = f"left out: {preprocessing.dropped[one.name].partition(': ')[2]}"
        else:
            use = "left out, as asked for"
        uses.append(ColumnUse(one.name, one.kind, one.missing, one.n_distinct, one.shown, use))
    return uses


def _worst(study: Study, judged: Piece, columns: list[str]) -> list[Worst]:
    if study.loaded.classifies:
        of_truth = judged.said[np.arange(len(judged.true)), judged.true]
        order = np.argsort(of_truth, kind="stable")
        order = order[judged.said.argmax(axis=1)[order] != judged.true[order]]
    else:
        order = np.argsort(-np.abs(judged.true - judged.said), kind="stable")
    return [
        _one_worst(study, judged, int(at), columns, place) for place, at in enumerate(order[:_MOST_WORST])
    ]


def _one_worst(study: Study, judged: Piece, at: int, columns: list[str], place: int) -> Worst:
    row = judged.table.take([at])
    values = {name: shown(row.columns[name][0]) for name in columns}
    reasons = _reasons(study, row) if place < _MOST_REASONED else None
    names = judging.class_names(study.model)
    if names:
        said, true = judged.said[at], int(judged.true[at])
        named = f"{names[said.argmax()]} ({percent(said.max())})"
        return Worst(
            int(judged.rows[at]), names[true], named, f"{percent(said[true])} for it", values, reasons
        )
    true_value, value = float(judged.true[at]), float(judged.said[at])
    return Worst(
        int(judged.rows[at]), number(true_value), number(value), number(value - true_value), values, reasons
    )


def _reasons(study: Study, row: Any) -> Contributions | None:
    try:
        return contributions(study.model, row, 0, reference=study.tables["training"])
    except GlassnetError:  # a part of a user's own has no way back
        return None


def _advice(study: Study, changed: Changed, worst: Sequence[Worst]) -> Iterator[Advice]:
    """What to try next, the most telling first."""
    places = iter(range(100))
    wish = study.loaded.wish
    if study.suspicions.giving_away:
        names = tuple(dict.fromkeys([*wish.drop, *study.suspicions.giving_away]))
        why = "A column gives the target away. Train without it, and see whether the model is still any good."
        yield Advice(why, changed({"drop": names}, next(places)))
    if study.suspicions.imbalance and not wish.balance:
        yield Advice(
            "The classes are out of balance. Weighed alike, the rare ones are found more often, and others are taken "
            "for them more often.",
            changed({"balance": True}, next(places)),
        )
    history = study.history
    if history is not None and _still_falls(history):
        why = f"The validation loss was still falling in the last of {history.n_epochs} epochs: train longer."
        yield Advice(why, changed({"epochs": 2 * history.n_epochs}, next(places)))
    if wish.ensemble is None:
        why = "Eight networks side by side, their predictions averaged, are usually a little better than one."
        yield Advice(why, changed({"ensemble": 8}, next(places)))
    if wish.preset is None:
        why = "The full recipe embeds categories and numbers, and takes longer; it is better on some tables only."
        yield Advice(why, changed({"preset": "tabular-strong"}, next(places)))
    yield Advice(
        "Let other settings be tried for ten minutes; the best model is kept.", _tuned(changed, next(places))
    )
    if not worst:
        return
    yield Advice(
        "Read the worst errors above: a wrong entry, a missing column or a rare kind of row can be mended in the data, "
        "and by nothing else."
    )


def _still_falls(history: History) -> bool:
    """Whether the last tenth of the epochs made the validation loss clearly better."""
    values = history.columns.get("validation_loss", [])
    before = int(_LATE * len(values))
    return before > 0 and min(values[before:]) < _FALLS * min(values[:before])


def _tuned(changed: Changed, place: int) -> str:
    return changed({}, place).replace("glassnet train", "glassnet tune", 1) + " --budget 10m"
