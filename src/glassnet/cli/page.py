"""The page that ``glassnet train`` writes about a training, with commands to try next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassnet.cli.model import Model, Part
from glassnet.insight.report.reading import image_of
from glassnet.insight.report.report import of_subject
from glassnet.insight.report.subject import Names, Samples, Subject, Trained
from glassnet.training.history import History

if TYPE_CHECKING:
    from glassnet.cli.train import Training

PAGE = "report.html"
_NUMBERED = re.compile(r"(.*)-(\d+)")


@dataclass(frozen=True)
class CommandLine:
    """``glassnet train`` as it was typed.

    Attributes
    ----------
    source : str
    options : mapping
        What the user gave, by the names of the parameters; None for what was left out.
    folder : Path
        Where the results went.
    """

    source: str
    options: Mapping[str, Any]
    folder: Path

    def changed(self, change: Mapping[str, Any]) -> str:
        """The command with other options, and with results in another folder."""
        options = {**self.options, **change, "output": self._next_folder()}
        words = ["glassnet", "train", self.source]
        for name, value in options.items():
            words += [] if value is None else _words(name.replace("_", "-"), value)
        return shlex.join(words)

    def _next_folder(self) -> str:
        numbered = _NUMBERED.fullmatch(str(self.folder))
        return f"{numbered[1]}-{int(numbered[2]) + 1}" if numbered else f"{self.folder}-2"


def _words(option: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{option}" if value else f"--no-{option}"]
    text = (
        ",".join(map(str, value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )
    return [f"--{option}", str(text)]


def write(training: Training, model: Model, history: History, command: CommandLine) -> str:
    """Write the page; the name of its file. `model` carries the scaling that `training` has beside its network."""
    parts = [Samples(name, part.X, part.y) for name, part in training.parts.items()]
    learned = [_prepared(training.model, name, part) for name, part in training.parts.items()]
    description = model.description
    subject = Subject(
        network=model.network,
        loss=model.loss,
        training=parts[0],
        held=parts[1] if len(parts) > 1 else None,
        trained=Trained(training.model.network, learned[0], learned[1] if len(learned) > 1 else None),
        history=history,
        names=Names(
            training.source.name, description.feature_names, description.class_names,
            image_of(description.feature_names),
        ),
    )  # fmt: skip
    of_subject(subject, command.changed).save(command.folder / PAGE)
    return PAGE


def _prepared(model: Model, name: str, part: Part) -> Samples:
    """The samples as the network was given them."""
    return Samples(name, *model.prepared(part))
