"""The callback that watches a training, for the diagnosis afterwards and for warnings on the way."""

from __future__ import annotations

import warnings

import numpy as np

from glassnet.callbacks.base import Callback, Session
from glassnet.errors import DivergenceError
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.copies import every
from glassnet.insight.diagnosis.measure import Pass, rms
from glassnet.insight.diagnosis.observed import NAME, Observed
from glassnet.insight.diagnosis.rules.table import findings
from glassnet.insight.diagnosis.samples import mixture, sortedness
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.training import Said, is_as_drawn, known
from glassnet.layers import Dense
from glassnet.network import inputs
from glassnet.network.history import History
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained
from glassnet.training.batches import Batches
from glassnet.training.sources import Mapped, Memory

# Samples looked at while training goes on; epochs looked at grow by a fifth, so that 10 000 epochs are about 45 looks.
FEW_ROWS = 256
GROWTH = 1.2
# Epochs after which the quick rules are asked.
ASKED = (1, 10, 100, 1000, 10_000)


class DiagnosisWarning(UserWarning):
    """A finding of the `Diagnosis` callback while training goes on."""


@explained
class Diagnosis(Callback):
    """Watches a training and hands what it saw to `diagnose`, through the history.

    Parameters
    ----------
    warn : bool
        Warn (`DiagnosisWarning`) once about each error or warning that shows in epochs 1, 10, 100 and so on.

    Attributes
    ----------
    history : History
        Of the last fit, also where it ended with an error.
    """

    def __init__(self, warn: bool = True) -> None:
        self.warn = checks.truth("warn", warn)
        self.history = History()

    def begin(self, session: Session) -> None:
        """Keep the first weights, and what the order of the samples is."""
        self.history = session.history
        source, vectors = session.data.source, session.network.vectors
        fresh = session.state.step == 0 and is_as_drawn(session.network)
        self._seen = Observed(vectors.parameters.copy(), vectors.running.copy(), fresh)
        self._before, self._step = vectors.parameters.copy(), session.state.step
        self._sample: tuple[Array, Targets] | None = None
        self._told: set[str] = set()
        self._next = 1.0
        if isinstance(source, Batches):
            self._seen.weighed = len(source.first) > 2
        if isinstance(source, Memory | Mapped):
            self._look_at(session, source)
        session.history.records[NAME] = self._seen

    def _look_at(self, session: Session, source: Memory | Mapped) -> None:
        loss = session.network.loss
        layers = session.network.layers
        if loss is None or not any(isinstance(p, Dense) for p in every(layers)):
            return
        targets = Targets(loss, source.y, session.data.plan.n_outputs)
        rows = inputs.spread(len(source.y), FEW_ROWS, loss)
        x = source.x[rows] if isinstance(source, Memory) else source.rows(rows)
        self._sample = x, targets.take(rows)
        self._seen.n_samples, self._seen.batch_size = (
            n // source.members for n in (len(source.y), source.batch_size)
        )
        self._seen.shuffled, self._seen.weights = source.shuffles, source.weights
        if targets.kind != "labels":
            self._seen.sortedness = sortedness(targets.columns)
            self._seen.mixture = mixture(targets.columns, source.batch_size)

    def epoch_end(self, session: Session) -> None:
        """Measure, at the first epochs and then ever more seldom; warn."""
        epoch, parameters = session.history.n_epochs, session.network.parameters
        if self._sample is not None and epoch >= self._next:
            self._next = max(epoch + 1, epoch * GROWTH)
            with np.errstate(all="ignore"):
                self._measure(session, epoch)
        if self.warn and epoch in ASKED and self._sample is not None:
            self._ask(session, *self._sample)
        if epoch + 1 >= self._next:
            self._before, self._step = parameters.copy(), session.state.step

    def _measure(self, session: Session, epoch: int) -> None:
        network, observed = session.network, self._seen
        if self._sample is None:
            return
        look = Pass(network, network.parameters, network.running_statistics, *self._sample)
        steps = max(session.state.step - self._step, 1)
        before = self._before.astype(np.float64)
        change = rms(network.parameters - before) / steps
        observed.epochs.append(epoch)
        observed.update_ratio.append(change / max(rms(before), 1e-300))
        observed.gradient_norm.append([block.gradient_norm for block in look.blocks])
        observed.activation_spread.append([rms(b.output - b.output.mean(axis=0)) for b in look.blocks])
        observed.dead.append([float(block.dead.mean()) for block in look.blocks])
        observed.flat.append([block.flat for block in look.blocks])

    def _ask(self, session: Session, x: Array, targets: Targets) -> None:
        said = Said(optimizer=session.state.optimizer)
        training = known(session.network, said, session.history, self._seen, len(x))
        case = Case(
            session.network, session.network, x, targets, self._held(session, targets),
            session.history, self._seen, training, True,
        )  # fmt: skip
        with np.errstate(all="ignore"):
            newest = findings(case, trains=False)
        for finding in newest:
            if finding.severity != "note" and finding.code not in self._told:
                self._told.add(finding.code)
                text = f"epoch {session.history.n_epochs}: {finding.title}: {finding.cause}; {finding.remedy}"
                warnings.warn(text, DiagnosisWarning, stacklevel=2)

    @staticmethod
    def _held(session: Session, targets: Targets) -> tuple[Array, Targets] | None:
        if session.data.held is None:
            return None
        x, y = next(session.data.held.parts())
        return x, Targets(targets.loss, y, targets.n_outputs)

    def end(self, session: Session) -> None:
        """Note whether the loss left the finite numbers."""
        self._seen.diverged = isinstance(session.error, DivergenceError)
