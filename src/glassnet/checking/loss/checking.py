"""The check of a loss and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.checking.loss.batches import (
    ASKED,
    COLUMNS,
    KINDS,
    KNOWN,
    LABELS,
    ON_ONE_AXIS,
    ONE_OUTPUT,
    ROWS,
    Layout,
    batches,
)
from glassnet.checking.loss.gradient_slips import belongs_to, gradient_slips, is_own
from glassnet.checking.loss.reading import Learner, Program
from glassnet.checking.loss.shapes import broadcast, mind_shapes
from glassnet.checking.loss.value import Recognised, recognise
from glassnet.checking.loss.whole_rows import of_two
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.support import checks
from glassnet.support.calls import explained

SUBJECT = "check_loss"
# The cost of a reading that fits in no way, and what shows that.
MANY = 10
UNUSABLE = {"gradient_shape", "value_not_reduced", "other_loss"}


@explained
def check_loss(
    value: Any,
    gradient: Callable[..., Any] | None = None,
    *,
    like: str | Loss | None = None,
    y_true: ArrayLike | None = None,
    y_pred: ArrayLike | None = None,
) -> Report:
    """Compare a loss with the one it should be, and its gradient with central differences of its own value.

    They are called on batches of two sizes, so that factors of the numbers of samples and outputs can be told apart.
    Which argument is which is told by their names and, where these leave it open, by trying, as is whether samples
    stand in rows or in columns; the reading that makes all right is meant, and a note says which it is.

    Parameters
    ----------
    value : callable, class or object
        ``value(y_true, y_pred)``, a number for the batch; a function that returns value and gradient, or has an
        argument ``derivative=False``; or a class or object with ``loss``, ``forward`` or ``__call__``, and
        ``gradient``, ``grad``, ``backward`` ….
    gradient : callable, optional
        ``gradient(y_true, y_pred)``, of y_pred's shape.
    like : str or Loss, optional
        The loss that it should be, such as "mse" or ``gn.losses.Huber(0.5)``; without it the loss is recognised by
        its values. A factor, such as a half or a sum in the place of a mean, is a slip only where the gradient has
        not got it too. Losses of whole rows, of several outputs for each target and of given pairs or triplets are only
        compared where they are asked for; the latter as ``value(y_true, y_pred)`` of embeddings (m, n_members, k), or
        as functions of their members, ``value(anchor, positive, negative)`` or ``value(y, first, second)``.
    y_true, y_pred : array, optional
        Arrays of the shapes that your training has, to see whether they would be broadcast, and whether there is one
        output.

    Returns
    -------
    Report
        Codes of the value: value_sign_flipped, value_summed, value_summed_over_outputs, value_averaged_over_outputs,
        value_halved, value_doubled, value_not_reduced, second_term_sign_flipped, second_term_missing,
        first_term_missing, square_missing, other_logarithm, logarithm_of_zero, clipped_logarithm,
        broadcast_to_matrix; log_term_sign_flipped, log_term_missing, half_of_log_term_missing, half_of_square_missing,
        deviation_for_variance, levels_swapped, levels_missing, lengths_missing, one_length_missing,
        kinds_of_pairs_swapped, gap_not_squared, distances_swapped, distances_squared, margin_missing,
        margin_sign_flipped, hinge_missing. Of the gradient: sign_flipped, batch_mean_missing, batch_mean_twice,
        output_mean_missing, output_mean_twice, square_factor_missing, square_factor_twice, softmax_folded_in,
        softmax_not_folded_in, with_respect_to_target, label_smoothing_missing,
        pos_weight_missing, gradient_of_another_loss, gradient_shape, clipped_logarithm.

    Raises
    ------
    ArgumentError, UnknownNameError
        If the functions cannot be called with targets and predictions, or no loss has that name.
    DataError
        If y_true or y_pred are no arrays of real numbers.
    """
    asked_for = None if like is None else _known(like)
    if asked_for is not None and asked_for.members:
        value, gradient = (of_two(function, asked_for) for function in (value, gradient))
    program = Program(value, gradient)
    if (y_true is None) != (y_pred is None):
        raise ArgumentError("y_true and y_pred belong together; pass both, or neither")
    data = None if y_true is None else (checks.real("y_true", y_true), checks.real("y_pred", y_pred))
    with np.errstate(all="ignore"):
        return _Readings(program, asked_for, data).best()


class _Readings:
    """The program in every order of its arguments and every layout of its arrays; the best of these is meant."""

    def __init__(self, program: Program, asked_for: Loss | None, data: tuple[Array, Array] | None) -> None:
        self.program, self.asked_for, self.given = program, asked_for, data
        self.refusals: list[ArgumentError] = []
        self.settled, self.one_output_may_be_meant = False, False

    def best(self) -> Report:
        """The first report that is right and without remarks on the value; else the one with the fewest slips."""
        reports: list[tuple[tuple[int, int], Report]] = []
        for layout in self._layouts():
            if layout in ONE_OUTPUT and self.given is None and self.settled:
                if layout.columns or not self.one_output_may_be_meant:
                    continue
            for learner, words in self.program.learners(layout):
                judged = self._judged(learner, words)
                if judged is not None:
                    reports.append(judged)
                    if judged[0] == (0, 0):
                        return judged[1]
        if not reports:
            raise self.refusals[0]
        return min(reports, key=lambda one: one[0])[1]

    def _layouts(self) -> tuple[Layout, ...]:
        """Several outputs in rows and in columns, then one; one first where the given arrays have one."""
        if self.given is not None and self.given[1].ndim == 2 and 1 in self.given[1].shape:
            row, column, apart, _ = ONE_OUTPUT
            first = row if self.given[1].shape[0] == 1 else apart if self.given[0].ndim == 1 else column
            return (first, ROWS, COLUMNS)
        return (ROWS, COLUMNS, LABELS, *ONE_OUTPUT)

    def _with_gradient(self, learner: Learner) -> tuple[Learner, tuple[str, ...]]:
        """The learner without a gradient that an object has, but that wants other things than the value."""
        if learner.gradient is None or not self.program.gradient_may_be_left:
            return learner, ()
        refusals = []
        for kind in KINDS.values():
            for pair in batches(kind, learner.layout):
                try:
                    learner.value.of(pair[0])
                    learner.gradient.of(pair[0])
                except ArgumentError as refusal:
                    refusals.append(str(refusal))
                else:
                    return learner, ()
        return replace(learner, gradient=None), (refusals[-1],)

    def _strictly(self, learner: Learner, recognised: Recognised) -> bool:
        """Whether a factor of the value is a slip: not where the gradient has it too, or is wrong in another way."""
        if learner.gradient is None:
            return self.asked_for is not None
        return belongs_to(learner, recognised) and not is_own(learner, recognised)

    def _judged(self, learner: Learner, words: tuple[str, ...]) -> tuple[tuple[int, int], Report] | None:
        """The report on one reading, and how much it says against it; None where it cannot be called so."""
        try:
            learner, left = self._with_gradient(learner)
            recognised = recognise(learner, self.asked_for)
            if learner.layout.of_classes and recognised.name is None:
                return None  # whatever is computed from classes as if they were numbers
            more, lines, remarks = gradient_slips(learner, recognised)
            slips, evidence, notes = recognised.judged(self._strictly(learner, recognised))
        except ArgumentError as refusal:
            self.refusals.append(refusal)
            return None
        if self.given is not None:
            slips += tuple(broadcast(learner, *self.given))
        elif recognised.kind in ON_ONE_AXIS and learner.layout is ROWS:
            notes += tuple(mind_shapes(learner))
        slips, evidence = slips + more, evidence + lines
        how = (*((learner.layout.name,) if learner.layout.name else ()), *words)
        notes += (*remarks, *((f"read so: {', '.join(how)}",) if how else ()))
        codes = {slip.code for slip in slips}
        if learner.layout is ROWS and not codes & UNUSABLE:
            self.settled = True
            divides_by_samples = codes == {"output_mean_missing"} and not recognised.codes
            self.one_output_may_be_meant |= divides_by_samples and recognised.kind.startswith("binary")
        report = Report(SUBJECT, not slips and not evidence, slips, evidence, notes, not_checked=left)
        unusable = MANY if codes & UNUSABLE or (evidence and not slips) else 0
        strange = learner.gradient is not None and "value_summed_over_samples" in recognised.codes
        return (len(slips) + unusable, len(recognised.codes) + strange + (recognised.name is None)), report


def _known(like: str | Loss) -> Loss:
    loss = losses.get(like)
    if type(loss) not in map(type, KNOWN) and loss.name not in ASKED:
        known = ", ".join([*KINDS, *ASKED])
        raise ArgumentError(f"check_loss compares with the losses {known}; got {like!r}")
    return loss
