"""What check_optimizer says: of steps that are right, that are explained, and that are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.checking.optimizer.catalogue import RULES
from glassnet.checking.optimizer.learner_run import StepReading
from glassnet.checking.optimizer.names import known_as
from glassnet.checking.optimizer.parameter_forms import Values
from glassnet.checking.optimizer.rules import Settings
from glassnet.checking.optimizer.search import StepFinding
from glassnet.checking.optimizer.steps import LearnerSteps
from glassnet.checking.optimizer.words import NOTES, WORDS
from glassnet.checking.report import Evidence, Report, Slip, digits, place_text

SUBJECT = "check_optimizer"
MOST_EQUALS = 4
ARRAYS = ("W1", "b1", "W2", "b2")


@dataclass(frozen=True)
class Path:
    """The path that one reading of the arguments gives; `steps` are those of the arrays that change."""

    reading: StepReading
    values: list[Values]
    steps: LearnerSteps
    changed: list[bool]

    @property
    def names(self) -> list[str]:
        """What the arrays are called."""
        return ["w"] if len(self.changed) == 1 else list(ARRAYS[: len(self.changed)])

    @property
    def left(self) -> tuple[Slip, ...]:
        """A slip where arrays never change."""
        if all(self.changed):
            return ()
        left = ", ".join(name for name, changed in zip(self.names, self.changed, strict=True) if not changed)
        message, fix = WORDS["parameters_left_out"]
        return (Slip("parameters_left_out", (), message.format(left=left), fix.format(left=left)),)


def right_report(like: str, path: Path, finding: StepFinding, words: tuple[str, ...]) -> Report:
    """The report on steps that are right."""
    return Report(SUBJECT, not path.left, path.left, notes=_notes(like, path, finding, words))


def named(like: str, path: Path, findings: list[StepFinding], words: tuple[str, ...]) -> Report:
    """The report on steps that slips explain, the first of them best."""
    best = findings[0]
    slips = (*path.left, *(_slip(like, code, best) for code in best.slips))
    others = dict.fromkeys(" and ".join(finding.slips) for finding in findings)
    others.pop(" and ".join(best.slips))
    notes = _notes(like, path, best, words)
    return Report(SUBJECT, False, slips, _line(like, path, best), notes, tuple(others)[:MOST_EQUALS])


def unknown(like: str, path: Path, finding: StepFinding, words: tuple[str, ...]) -> Report:
    """The report on steps that nothing explains."""
    return Report(
        SUBJECT, False, evidence=_line(like, path, finding), notes=_notes(like, path, finding, words)
    )


def _slip(like: str, code: str, finding: StepFinding) -> Slip:
    changed = finding.changed
    words = {
        "like": like,
        "factor": finding.factor,
        "other": finding.other,
        "is_now": _listed(changed),
        "should_be": _listed({name: finding.settings[name] for name in changed}),
        "keywords": ", ".join(f"{name}={value:g}" for name, value in changed.items()),
    }
    message, fix = WORDS[code]
    return Slip(code, (), message.format(**words), fix.format(**words))


def _listed(settings: Settings) -> str:
    return " and ".join(f"{name} {value:g}" for name, value in settings.items())


def _notes(like: str, path: Path, finding: StepFinding, words: tuple[str, ...]) -> tuple[str, ...]:
    """The settings, how names were read, and what differs from the rule without being a slip."""
    notes = [f"settings: {', '.join(f'{name} {value:g}' for name, value in finding.settings.items())}"]
    reading = (*words, *_roles(like, path))
    if reading:
        notes.append(f"read so: {', '.join(reading)}")
    if finding.read_off:
        notes.append(f"read off the steps: {', '.join(finding.read_off)}")
    epsilon = finding.settings.get("epsilon")
    if finding.epsilon is not None and epsilon != finding.epsilon:
        notes.append(f"but epsilon is {epsilon:g}, not {finding.epsilon:g}")
    share = 1 - finding.settings.get("momentum", 0.0)
    notes += [NOTES[code].format(share=share) for code in finding.conventions]
    if finding.fading:
        factors = ", ".join(f"{factor:.4g}" for factor in finding.fading)
        notes.append(f"the learning rate falls from step to step: {factors} times what it is at first")
    if finding.single:
        notes.append("the steps agree to single precision")
    return tuple(notes)


def _roles(like: str, path: Path) -> list[str]:
    """What arguments are that their names alone did not tell."""
    names, roles = path.reading.names, path.reading.roles
    notes = [
        f"{name} is {role.removeprefix('setting ')}"
        for name, role in zip(names, roles, strict=True)
        if role.startswith("setting ") and known_as(name, RULES[like].defaults) is None
    ]
    notes += [
        f"{name} is counted from 0" for name, role in zip(names, roles, strict=True) if role == "count from 0"
    ]
    if path.reading.last:
        notes.append("the parameters are the last of what is returned")
    if path.reading.added:
        notes.append(
            f"what is returned is {'added to' if path.reading.added > 0 else 'taken from'} the parameters"
        )
    return notes


def _line(like: str, path: Path, finding: StepFinding) -> tuple[Evidence, ...]:
    """The first step after which the parameters differ, from the learner's parameters before it."""
    steps = path.steps
    wanted = steps.of(RULES[like], finding.settings, finding.conventions)
    far = ~(np.abs(steps.given - wanted) <= 1e-6 * np.abs(wanted))
    if not far.any():
        far = steps.given != wanted
    t = int(np.argmax(far.any(axis=1)))
    distances = np.where(far[t], np.nan_to_num(np.abs(steps.given - wanted)[t], nan=np.inf), -1.0)
    index = int(np.argmax(distances))
    before = steps.path[t][index]
    texts = digits(float(steps.after[t][index]), float(before + wanted[t][index]))
    name, place = _place(path, index)
    return (Evidence(f"{name} after step {t + 1}", place, *texts),)


def _place(path: Path, index: int) -> tuple[str, str]:
    """The array and the place in it of one of all numbers that change."""
    values = zip(path.names, path.values[0], path.changed, strict=True)
    for name, value in [(name, value) for name, value, changed in values if changed]:
        if index < value.size:
            place = np.unravel_index(index, value.shape) if value.ndim else ()
            return name, place_text(place) if place else ""
        index -= value.size
    return "w", ""
