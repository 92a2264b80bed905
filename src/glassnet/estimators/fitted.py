"""What a fitted estimator holds, and what scikit-learn asks of every estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from glassnet.errors import ModelFileError
from glassnet.estimators.learning.inputs import is_known_row, table_of
from glassnet.estimators.learning.members import Member
from glassnet.layers import Dense
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support.arrays import Array, Floats
from glassnet.tables.model import TableModel
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.target import Target

FORMAT = 1
"""Version of what is inside a pickle."""


class FittedEstimator(BaseEstimator):
    """An estimator with one or several trained networks."""

    networks_: list[Network]
    preprocessing_: Preprocessing
    target_: Target
    _members: list[Member]

    def _table(self, X: Any) -> Any:
        """X checked for prediction; a single row of the known columns as it is, which a model reads fastest."""
        check_is_fitted(self)
        return X if is_known_row(self, X) else table_of(self, X, fresh=False)

    @property
    def _first(self) -> Member:
        if not hasattr(self, "_members"):
            raise AttributeError(f"this {type(self).__name__} is not fitted yet")
        first: Member = self._members[0]
        return first

    @property
    def network_(self) -> Network:
        """The network; the first of an ensemble."""
        return self._first.network

    @property
    def history_(self) -> History:
        """Of the last fit of :attr:`network_`."""
        return self._first.history

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of every epoch so far."""
        return self._first.losses

    @property
    def validation_loss_curve_(self) -> list[float] | None:
        """The loss on validation rows after every epoch; None where there were none."""
        return self._first.validation_losses or None

    @property
    def validation_scores_(self) -> list[float] | None:
        """What the scorer said after every epoch; None where there was none."""
        return self._first.scores or None

    @property
    def n_iter_(self) -> int:
        """Epochs so far."""
        return len(self._first.losses)

    @property
    def coefs_(self) -> list[Array]:
        """Weights of the dense layers, views into the network's."""
        return [layer.weights for layer in self.network_.layers if isinstance(layer, Dense)]

    @property
    def intercepts_(self) -> list[Array]:
        """Biases of the dense layers, views into the network's."""
        return [layer.bias for layer in self.network_.layers if isinstance(layer, Dense) and layer.use_bias]

    # ---- scikit-learn's protocol

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "networks_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: preprocessing and target as plain data, networks as they are, the model not at all."""
        state = {**super().__getstate__(), "_format": FORMAT}
        if "networks_" in state:
            del state["networks_"]
            state |= {name: state[name].to_data() for name in ("preprocessing_", "target_")}
            state["_told"] = self._forget_model(state)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        version = state.pop("_format", None)
        if version != FORMAT:
            raise ModelFileError(
                f"this pickle of a {type(self).__name__} has format {version}, and this version of glassnet reads "
                f"{FORMAT}; fit it anew, or load it with the version that wrote it and save it by its save method"
            )
        description = state.pop("_told", None)
        super().__setstate__(state)
        if description is not None:
            self.preprocessing_ = Preprocessing.from_data(self.preprocessing_)
            self.target_ = Target.from_data(self.target_)
            self._finish(**description)

    def _finish(self, temperature: float | None = None, misses: Any = None) -> None:
        """What predicts, from the networks and what rows that were held back told."""
        raise NotImplementedError

    def _forget_model(self, state: dict[str, Any]) -> dict[str, Any]:
        """Take what predicts out of a state, and return what :meth:`_finish` needs to make it again."""
        raise NotImplementedError


class Predicts:
    """For estimators whose networks and target make a model that predicts."""

    model_: TableModel
    _table: Callable[[Any], Any]

    def _outputs(self, X: Any) -> Floats:
        """What the networks say of each row, (n_rows, n_outputs)."""
        table = self._table(X)
        return self.model_.outputs(table)

    def save(self, path: Any) -> None:
        """Write preprocessing, networks and target to one file, which ``glassnet.tables.load`` reads."""
        check_is_fitted(self)
        self.model_.save(path)
