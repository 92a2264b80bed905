"""What is known about a loss beside what it computes: how it is written, what it is for, its name in PyTorch.

Every built-in loss states its facts on its class; engines do not read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from glassnet.errors import ArgumentError
from glassnet.support import expressions

# The kinds of targets and predictions that losses take.
DATA = (
    "values", "rates", "binary", "one_hot", "classes", "distributions", "binary_logits", "logits", "class_logits",
    "labels", "signs", "log_rates", "means_and_variances", "levels",
    "pairs", "signed_pairs", "triplets",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LossFacts:
    """The facts of a loss; formulas as in :mod:`glassnet.support.expressions`.

    Attributes
    ----------
    value : str
        One entry of the sum, in ``y``, ``p`` and the fields; ``p`` is what is compared with y, so of a loss of logits
        what it makes of them, the logit itself is ``z``. Empty for a loss of distances.
    slope : str
        Its derivative in what the network gives, in ``y``, ``p``, the fields, and ``mass``, what the row of y sums to.
    in_words, in_words_latex, slope_in_words, slope_in_words_latex : str
        Of a loss that is no sum of one formula over the entries: what it is, and its gradient in the outputs ``A_``.
    letters : mapping
        The letter of each field, in text and in LaTeX.
    data : str
        One of ``DATA``: what targets and predictions are. "binary" are 0 and 1 or probabilities between, beside
        probabilities; "binary_logits" the same beside logits; "class_logits" are integer classes beside logits;
        "signs" are -1 and 1 beside any numbers, "log_rates" counts beside logarithms of rates. Values beside several
        outputs each are "means_and_variances" (the logarithms of these) or "levels". "pairs" are 0 and 1 beside pairs
        of embeddings, "signed_pairs" -1 and 1; "triplets" have no targets.
    last_activation : str
        The activation that belongs at the end of the network.
    aims_at_middle : bool
        Of values: whether the best constant prediction is the middle of the targets, a mean or a median.
    logarithms : tuple of str
        Of what it takes logarithms, so that a number there is held above zero.
    torch : str or None
        The module of PyTorch, or its value as an expression of ``prediction`` and ``y``; fields stand in braces.
    torch_with : mapping
        The same where the field of this name is not its default.
    source : str
        Where it was proposed.
    """

    value: str = ""
    slope: str = ""
    in_words: str = ""
    in_words_latex: str = ""
    slope_in_words: str = ""
    slope_in_words_latex: str = ""
    letters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    data: str
    last_activation: str
    aims_at_middle: bool = True
    logarithms: tuple[str, ...] = ()
    torch: str | None
    torch_with: Mapping[str, str] = field(default_factory=dict)
    source: str

    def of(self, constants: Mapping[str, float]) -> LossFacts:
        """The same with the formulas that hold for these fields."""
        value, slope = (text and expressions.branch(text, constants) for text in (self.value, self.slope))
        return replace(self, value=value, slope=slope)

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where the facts of the loss `name` mention what it does not have."""
        if not (self.value and self.slope) and not (self.in_words and self.slope_in_words):
            raise ArgumentError(f"the facts of the loss {name!r} need a value and a slope, or both in words")
        for words in ("in_words", "slope_in_words"):
            if bool(getattr(self, words)) != bool(getattr(self, f"{words}_latex")):
                raise ArgumentError(
                    f"the facts of the loss {name!r} need {words} and {words}_latex, or neither"
                )
        if self.data not in DATA:
            raise ArgumentError(
                f"data of the loss {name!r} must be one of {', '.join(DATA)}; got {self.data!r}"
            )
        if set(self.letters) != fields:
            raise ArgumentError(f"the facts of the loss {name!r} need a letter for each of {sorted(fields)}")
        for formula, letters in ((self.value, {"y", "p", "z"}), (self.slope, {"y", "p", "mass"})):
            unknown = expressions.names(formula) - letters - fields if formula else set()
            if unknown:
                raise ArgumentError(f"the formula {formula!r} of the loss {name!r} has no {sorted(unknown)}")
