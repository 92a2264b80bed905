"""The generated half of ``glassnet.js``: formulas in their loops, and the parts as data."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from glassnet import activations, initializers, losses, optimizers, schedules
from glassnet.activations import ActivationFunction
from glassnet.browser import described, ziggurat
from glassnet.browser.javascript import HELPERS, INDENT, number
from glassnet.browser.library import Library
from glassnet.browser.own.layers import OwnLayer
from glassnet.browser.own.losses import OwnLoss
from glassnet.browser.translator import Written
from glassnet.errors import ArgumentError, EngineError
from glassnet.formulas import updates
from glassnet.formulas.losses import (
    contrastive_pair,
    contrastive_pair_slope,
    gaussian,
    gaussian_slope,
    gaussian_slope_of_variance,
    hinge,
    quantile,
    quantile_slope,
)  # fmt: skip
from glassnet.losses import Loss
from glassnet.optimizers import Adam, NAdam
from glassnet.schedules.waves import half_wave

TEMPLATES = Path(__file__).parent / "engine" / "arithmetic" / "templates.js"
# By hand, since no single formula of entries says it.
OF_ROWS = {
    "softmax": "{ activate: activateSoftmax, apply: softmax, gate: gateSoftmax, isLinear: false }",
    "log_softmax": "{ activate: activateLogSoftmax, apply: logSoftmax, gate: gateLogSoftmax, isLinear: false }",
    "softmax_cross_entropy": "compareSoftmax", "sparse_softmax_cross_entropy": "compareSoftmax",
    "contrastive": "compareContrastive", "triplet_hard": "compareTripletHard", "triplet_all": "compareTripletAll",
    "gaussian_nll": "compareGaussian", "quantiles": "compareQuantiles",
}  # fmt: skip
BY_HAND = {
    ("adamw", "coefficients"),
    ("nadam", "coefficients"),
    ("chain", "rates"),
    ("cosine_restarts", "rates"),
}
# Formulas of loops that are written by hand.
OF_HAND_WRITTEN = (
    half_wave, contrastive_pair, contrastive_pair_slope, hinge, gaussian, gaussian_slope, gaussian_slope_of_variance,
    quantile, quantile_slope,
)  # fmt: skip
Part = ActivationFunction | Loss | OwnLayer | OwnLoss


@cache
def _templates() -> dict[str, list[str]]:
    """The loops of each kind of formula."""
    text = TEMPLATES.read_text(encoding="utf-8")
    kinds = re.split(r"^// ---- (\w+)$", text, flags=re.MULTILINE)[1:]
    return {
        kind: [loop.strip() for loop in re.split(r"\n\n(?=/\*\*)", body) if loop.strip()]
        for kind, body in zip(kinds[::2], kinds[1::2], strict=True)
    }


def _filled(template: str, name: str, value: str, slope: str, n_constants: int) -> str:
    """A loop around these formulas, which take so many numbers beside their arguments."""
    names = [f"p{k}" for k in range(n_constants)]
    constants = f"const {', '.join(f'{one} = p[{k}]' for k, one in enumerate(names))};" if names else ""
    text = template.replace("NAME", name).replace("CONSTANTS", constants).replace("\n  \n", "\n")
    for sign, function in (("VALUE", value), ("SLOPE", slope)):
        more = "".join(f", {one}" for one in names)
        text = re.sub(rf"{sign}\(([^()]*)\)", rf"{function}(\1{more})", text)
    return text


def _update(written: Written, name: str) -> str:
    """The loop around an update rule."""
    (template,) = _templates()["update"]
    w, g, *states, _ = written.arguments
    constants = [*written.constants, *(f"const {state}_ = states[{k}];" for k, state in enumerate(states))]
    body = [
        f"let {w} = before, {g} = gradients[k];",
        *(f"let {state} = {state}_[k];" for state in states),
        *written.statements,
        f"const after = {written.results[0]};",
        *(f"{state}_[k] = {result};" for state, result in zip(states, written.results[1:], strict=True)),
    ]
    return (
        template.replace("NAME", name)
        .replace("CONSTANTS", f"\n{INDENT}".join(constants))
        .replace("BODY", f"\n{INDENT * 2}".join(body))
        .replace("RESULT", "after")
    )


def _functions(room: Any) -> dict[str, Callable[..., Any]]:
    return {
        name: value
        for name, value in vars(room).items()
        if inspect.isfunction(value) and value.__module__ == room.__name__
    }


def _table(name: str, entries: dict[str, str]) -> str:
    lines = [f"{INDENT}{_json(key)}: {value}," for key, value in entries.items()]
    return "\n".join([f"/** @type {{Record<string, any>}} */\nexport const {name} = {{", *lines, "};"])


def _activation(
    library: Library, loops: list[str], name: str, value: Any, slope: Any, n_constants: int,
    letters: Sequence[str] = ("z", "a"),
) -> str:  # fmt: skip
    """The entry of an elementwise activation; its loops are added. The slope is a function of these letters."""
    called = library.add(value), _of_letters(library, library.add(slope), letters)
    loops += [_filled(loop, name, *called, n_constants) for loop in _templates()["activation"]]
    kinds = ", ".join(f"{kind}: {kind}_{name}" for kind in ("activate", "apply", "gate"))
    return f"{{ {kinds}, value: {called[0]}, slope: {called[1]}, isLinear: {str(name == 'linear').lower()} }}"


def _of_letters(library: Library, slope: str, letters: Sequence[str]) -> str:
    """The name of this function of z and a, also where it takes z alone."""
    if "a" in letters:
        return slope
    name = library.prefix + re.sub(r"\W", "_", slope.removeprefix(library.prefix)) + "_of_z"
    library.texts[name] = (
        f"/** @param {{number}} z @returns {{any}} */\nfunction {name}(z) {{\n{INDENT}return {slope}(z);\n}}"
    )
    return name


def _loss(library: Library, value: Any, slope: Any) -> str:
    """What compares entries by these formulas."""
    return f"elementwise({library.add(value)}, {library.add(slope)})"


def _compare(library: Library, loss: Any) -> str:
    """What compares by the formulas of a loss.

    Raises
    ------
    EngineError
        If there are none that the browser engine knows to run.
    """
    kind = type(loss)
    match loss:
        case losses.RowLoss():
            formulas = map(library.add, (kind.terms, kind.formula, kind.slope_formula))
            is_of_values = str(loss.targets == "values").lower()
            return f"ofRows({', '.join(formulas)}, {len(loss.members)}, {is_of_values})"
        case losses.ElementwiseLoss():
            return _loss(library, kind.formula, kind.slope_formula)
    raise EngineError(f"{loss!r} is unknown to the browser engine")


def _losses(library: Library) -> dict[str, str]:
    """Entries of all built-in losses."""
    entries = {}
    for name in losses.names():
        if name in described.REFUSED:
            continue
        loss = losses.get(name)
        entries[name] = _entry(OF_ROWS.get(name) or _compare(library, loss), loss)
    return entries


def _entry(compare: str, loss: Any) -> str:
    """How the engine compares by a loss, and applies to a whole array what a loss of logits contains."""
    name = activations.base.registry.name_of(loss.activation)
    whole = "values, 0, n, m, values, 0"
    call = f"softmax({whole})" if name == "softmax" else f"apply_{name}({whole}, [])"
    activate = (
        f"(/** @type {{Floats}} */ values, /** @type {{number}} */ n, /** @type {{number}} */ m) => {call}"
    )
    return f"{{ compare: {compare}, activate: {activate} }}"


def _optimizers(library: Library) -> dict[str, str]:
    objects = {}
    for name, cls in optimizers.base.registry.classes().items():
        if name in described.REFUSED:
            continue
        entries = []
        for wanted in ("rule", "n_states", "coefficients"):
            member = getattr(cls, wanted)
            if isinstance(member, int):
                entries.append(f"{wanted}: () => {member}")
            elif (name, wanted) not in BY_HAND:
                function: Any = member.fget if isinstance(member, property) else member
                owner = inspect._findclass(function).__name__  # type: ignore[attr-defined]
                entries.append(f"{wanted}: {library.add(function, f'{owner}_{wanted}')}")
        objects[name] = f"{{ {', '.join(entries)} }}"
    library.add(Adam.coefficients, "Adam_coefficients")
    library.add(NAdam._momentum, "NAdam_momentum")
    return objects


def formulas(parts: Sequence[Part]) -> str:
    """The generated half of the module."""
    library = Library("f_")
    loops: list[str] = []
    own, tables = described.parts(), {}
    tables["ACTIVATIONS"] = {
        name: OF_ROWS[name]
        if name in OF_ROWS
        else _activation(
            library, loops, name, type(part).formula, type(part).slope_formula, len(part.parameters)
        )
        for name in activations.names()
        for part in [activations.get(name)]
    }
    tables["LOSSES"] = _losses(library)
    tables["UPDATES"] = {}
    for name, rule in _functions(updates).items():
        loops.append(_update(library.piece(rule), name))
        tables["UPDATES"][name] = f"update_{name}"
    tables["FORMULAS_OF_OPTIMIZERS"] = _optimizers(library)
    tables["FORMULAS_OF_SCHEDULES"] = {
        name: library.add(cls.rates, f"{cls.__name__}_rates")
        for name, cls in schedules.base.registry.classes().items()
        if (name, "rates") not in BY_HAND
    }
    tables["INITIALIZERS"] = {
        name: library.add(cls.draw, f"{cls.__name__}_draw")
        for name, cls in initializers.base.registry.classes().items()
    }
    for function in OF_HAND_WRITTEN:
        library.add(function)
    _add_own(parts, library, loops, own, tables)
    letters = {
        rule: list(written.states)
        for cls in optimizers.base.registry.classes().values()
        if cls.facts is not None
        for rule, written in cls.facts.updates.items()
    }
    data = {"PARTS": own, "ON_LOGITS": described.taken_over(), "OPTIMIZER_LETTERS": letters}
    pieces = [
        HELPERS,
        library.text,
        *loops,
        *(_table(name, entries) for name, entries in tables.items()),
        *(
            f"/** @type {{any}} */\nexport const {name} = {json.dumps(value, ensure_ascii=False)};"
            for name, value in data.items()
        ),
        f'export const ZIGGURAT = "{ziggurat.text()}";',
    ]
    return "\n\n".join(pieces)


def _json(value: Any) -> str:
    """A literal that no page takes for the end of its script."""
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        .replace("</", "<\\/")
        .replace("<!", "<\\u0021")
    )


def _add_own(
    parts: Sequence[Part],
    library: Library,
    loops: list[str],
    own: dict[str, Any],
    tables: dict[str, dict[str, str]],
) -> None:
    """A user's own activations, losses and layers."""
    for place, part in enumerate(parts):
        if isinstance(part, OwnLayer):
            own["layer"][part.name] = json.loads(part.text)
            continue
        if isinstance(part, activations.Function):
            kind, table, description = "activation", "ACTIVATIONS", described.of_activation(part)
            entry = _activation(
                library, loops, f"own_{place}", part.function, part.derivative, 0, part.slope_letters
            )
        elif isinstance(part, losses.Function):
            kind, table, description = "loss", "LOSSES", described.of_loss(part)
            entry = _entry(_loss(library, part.function, part.derivative), part)
        elif isinstance(part, OwnLoss):
            kind, table, description = "loss", "LOSSES", described.of_loss(part.loss)
            numbers = ", ".join(map(number, part.loss.parameters))
            entry = _entry(f"withFields({_compare(library, part.loss)}, [{numbers}])", part.loss)
        else:
            raise ArgumentError(
                f"parts must be activations or losses of your own, gn.activations.Function(...); got {part!r}"
            )
        name = part.registered_name
        if name in own[kind]:
            raise ArgumentError(f"the {kind} {name!r} is there already; give your own another name")
        tables[table][name] = entry
        own[kind][name] = description
