"""The page that ``glassnet train`` writes about a training, with commands to try next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassnet.insight.report.reading import image_of
from glassnet.insight.report.report import of_subject
from glassnet.insight.report.subject import NamedSamples, Names, Subject, Trained
from glassnet.network.history import History
from glassnet.recipes.model import Model, Subset

if TYPE_CHECKING:
    from glassnet.recipes import Experiment

PAGE = "report.html"
_NUMBERED = re.compile(r"(.*)-(\d+)")


@dataclass(frozen=True)
class CommandLine:
    """``glassnet train`` as it was typed."""

    source: str
    # What the user gave, by the names of the parameters; None for what was left out
    options: Mapping[str, Any]
    folder: Path  # where the results went

    def changed(self, change: Mapping[str, Any], place: int = 0) -> str:
        """The command with other options, and with results in the first, second … folder that is not there yet."""
        options = {**self.options, **change, "output": next(islice(self._free_folders(), place, None))}
        source = self.source if not self.source.startswith("-") else f"./{self.source}"
        words = ["glassnet", "train", source]
        for name, value in options.items():
            words += [] if value is None else _words(name.replace("_", "-"), value)
        return shlex.join(words)

    def _free_folders(self) -> Iterator[str]:
        numbered = _NUMBERED.fullmatch(str(self.folder))
        stem, first = (numbered[1], int(numbered[2])) if numbered else (str(self.folder), 1)
        return (name for name in (f"{stem}-{first + more}" for more in count(1)) if not Path(name).exists())


def _words(option: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{option}" if value else f"--no-{option}"]
    if isinstance(value, tuple):
        return [word for one in value for word in (f"--{option}", str(one))]
    text = (
        ",".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )
    return [f"--{option}", str(text)]


def write(experiment: Experiment, model: Model, history: History, command: CommandLine, folder: Path) -> str:
    """Write the page into a folder; the name of its file.

    `model` has inside its network the scaling that the one of `experiment` has beside it.
    """
    parts = {name: NamedSamples(name, part.X, part.y) for name, part in experiment.parts.items()}
    learned = {name: _prepared(experiment.model, name, part) for name, part in experiment.parts.items()}
    description = model.description
    subject = Subject(
        network=model.network,
        loss=model.loss,
        training=parts["training"],
        held=parts.get("validation"),
        test=parts.get("test"),
        trained=Trained(
            experiment.model.network, learned["training"], learned.get("validation"), list(learned.values())[-1]
        ),
        history=history,
        names=Names(
            experiment.source.name, description.feature_names, description.class_names,
            image_of(description.feature_names),
        ),
    )  # fmt: skip
    of_subject(subject, command.changed).save(folder / PAGE)
    return PAGE


def _prepared(model: Model, name: str, part: Subset) -> NamedSamples:
    """The samples as the network was given them."""
    return NamedSamples(name, *model.prepared(part))
