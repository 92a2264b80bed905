"""What a model file says about the data that its network was trained on: ``network.metadata["data"]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassnet.errors import ModelFileError
from glassnet.network.network import Network
from glassnet.recipes import heads
from glassnet.recipes.scaling import Scaling
from glassnet.training.evaluation import default_loss


@dataclass(frozen=True, eq=False)
class Description:
    """What a network must be told to read data and to be understood.

    Attributes
    ----------
    source : str
        What it was trained on; empty if that is not known.
    fingerprint : str
        Of all samples of that source.
    test_share, validation_share : float
        Shares of them that were kept for the test, and that training was watched on.
    feature_names : tuple of str
    class_names : tuple of str
        Empty for a regression.
    inputs, targets : Scaling
        What samples and targets were given in training.
    carried : bool
        Whether the network does this scaling itself, so that it reads samples as they are.
    training : str
        By what and how long it was trained.
    """

    source: str
    fingerprint: str
    test_share: float
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    inputs: Scaling
    targets: Scaling
    carried: bool = False
    training: str = ""
    validation_share: float = 0.0

    def to_plain(self) -> dict[str, Any]:
        """As plain data, for the metadata of a network."""
        return {
            "source": self.source,
            "fingerprint": self.fingerprint,
            "test_share": self.test_share,
            "validation_share": self.validation_share,
            "feature_names": list(self.feature_names),
            "class_names": list(self.class_names),
            "inputs": self.inputs.to_plain(),
            "targets": self.targets.to_plain(),
            "carried": self.carried,
            "training": self.training,
        }

    @classmethod
    def of(cls, network: Network) -> Description:
        """The description in a network's metadata, or what its layers say where there is none.

        Raises
        ------
        ModelFileError
            If the metadata do not describe this network.
        """
        if "data" not in network.metadata:
            return cls._of_layers(network)
        try:
            return cls._from_plain(network.metadata["data"], network)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelFileError(
                f"the metadata of this model do not describe its data as glassnet train writes it: {error}"
            ) from error

    @classmethod
    def _from_plain(cls, plain: Any, network: Network) -> Description:
        n_features, n_outputs = network.layout.n_features, network.plan().n_outputs
        features, classes = (tuple(map(str, plain[key])) for key in ("feature_names", "class_names"))
        if len(features) != n_features:
            raise ValueError(f"{len(features)} feature names for {n_features} features")
        if classes and len(classes) != max(n_outputs, 2):
            raise ValueError(f"{len(classes)} class names for {n_outputs} outputs")
        share, watched = float(plain["test_share"]), float(plain.get("validation_share", 0.0))
        if not 0 <= share < 1:
            raise ValueError(f"a test share of {share}")
        if not 0 <= watched < 1 - share:
            raise ValueError(f"a validation share of {watched} beside a test share of {share}")
        return cls(
            str(plain["source"]), str(plain["fingerprint"]), share, features, classes,
            Scaling.from_plain(plain["inputs"], n_features), Scaling.from_plain(plain["targets"], n_outputs),
            bool(plain.get("carried", False)), str(plain.get("training", "")), watched,
        )  # fmt: skip

    @classmethod
    def _of_layers(cls, network: Network) -> Description:
        n_features, n_outputs = network.layout.n_features, network.plan().n_outputs
        loss, meaning = default_loss(network), network.meaning
        has_head = loss.name in heads.HEADS
        classes = heads.of_network(network, loss).class_names(n_outputs) if has_head else ()
        features = tuple(map(str, meaning.features))
        return cls(
            "", "", 0.0,
            features if len(features) == n_features else tuple(f"x{column}" for column in range(n_features)),
            tuple(map(str, meaning.classes)) if len(meaning.classes) == len(classes) else classes,
            Scaling.none(n_features), Scaling.none(n_outputs),
        )  # fmt: skip
