"""The network, as its user knows it: train, predict, evaluate, save."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.network.by_hand import NetworkByHand
from glassnet.network.classes import classes_of
from glassnet.network.random import Seed
from glassnet.network.summary import Summary
from glassnet.optimizers import Optimizer
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from os import PathLike

    import torch

    from glassnet.callbacks import Callback, Session
    from glassnet.engines.compiled.predictor import Predictor
    from glassnet.losses import Loss
    from glassnet.metrics import Metric
    from glassnet.network.history import History


class Network(NetworkByHand):
    """Layers, one after the other, over one flat vector of parameters.

    Parameters
    ----------
    layers : sequence of Layer
        From input to output; the network keeps copies.
    seed : int, numpy.random.Generator or numpy.random.RandomState, optional
        Source of the first weights, of the order of batches and of dropout masks. The same integer gives the same
        network everywhere; None draws one.
    dtype : {"float32", "float64"}
        Of parameters and computation.
    input_shape : int or tuple of int, optional
        Shape of one sample, such as 64 or (8, 8). Without it the first `fit` or `forward` finds it.

    Attributes
    ----------
    layers : tuple of Layer
        With ``weights`` and ``bias``, once the network is built.
    parameters, gradients : ndarray, (n_parameters,)
        All parameters, and the gradients of the last backward pass, each one flat vector.
    metadata : dict
        Plain data (JSON) that belongs to the network and goes with it into files, such as ``"class_names"``.
    """

    @explained
    def fit(
        self,
        X: Any,
        y: ArrayLike | None = None,
        *,
        loss: str | Loss,
        optimizer: str | Optimizer = "adam",
        epochs: int = 1,
        batch_size: int | None = None,
        validation_data: tuple[ArrayLike, ...] | None = None,
        validation_split: float = 0.0,
        sample_weight: ArrayLike | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
        shuffle: bool = True,
        metrics: Sequence[str | Metric | Callable[[Any, Any], Any]] = (),
        callbacks: Sequence[Callback | Callable[[Session], Any]] = (),
        engine: str = "auto",
        threads: int | None = None,
        device: str = "cpu",
        mixed_precision: bool = False,
        torch_compile: bool = False,
        seed: Seed = None,
        progress: bool = True,
    ) -> History:
        """Train; called again with the same optimizer, it continues.

        A network that is not built yet is built for X.

        Parameters
        ----------
        X : array_like, (n_samples, n_features) or the network's input shape; or an iterable of batches
            Finite numbers. A ``numpy.memmap`` larger than 64 MB is read a few batches at a time. An iterable gives
            ``(X, y)`` or ``(X, y, weights)``, is gone through once in every epoch, and takes the place of y; where it
            has weights, also once before, since they are divided by the mean of all. Columns of a table are known by
            their names from then on, in files too: a table with others, or in another order, is refused. A loss of
            given pairs or triplets takes (n_samples, 2 or 3, n_features), or a tuple of 2 or 3 arrays.
        y : array_like
            (n_samples, n_outputs) values, one-hot rows or rows of 0 and 1, or (n_samples,) integers or text, as the
            loss says. Text names classes. Of pairs whether they belong together; of triplets None.
        loss : str or Loss
            What training makes small: a name of ``gn.losses.names()``, or an object such as ``gn.losses.Huber(0.5)``.
        optimizer : str or Optimizer
            A name, or an object with a learning rate, such as ``gn.Adam(0.01)``.
        epochs : int
            How many more times to go through the data, >= 0. 0 carries out what callbacks do at the end of a training,
            such as putting back the best parameters, for one that was ended by force after its last checkpoint.
        batch_size : int, optional
            Samples of a step, >= 1; all of them by default.
        validation_data : (X, y) or (X, y, weights), optional
            Evaluated after every epoch.
        validation_split : float
            Instead: the share of the samples that is held back, in [0, 1): the last ones, and of classes the last ones
            of each, so that both parts hold them in the same shares. Their weights go with them.
        sample_weight : array_like, (n_samples,), optional
            Weight of each sample in the loss and the metrics, >= 0; only ratios matter.
        class_weight : dict or "balanced", optional
            Weight of each class, or name of a class, in the loss of training, >= 0, 1 for those left out; "balanced"
            weighs the classes alike, however often they occur. The weight of a sample of several classes is the product
            of theirs; "balanced", of the weights of being of each class or not, as scikit-learn has it.
        shuffle : bool
            Take the samples in a new order every epoch.
        metrics : sequence of str or callable
            Computed after every epoch on the training and validation data.
        callbacks : sequence of Callback or callable
            Such as ``gn.callbacks.EarlyStopping()``; a function is called with the session after every epoch.
        engine : {"auto", "numpy", "compiled", "torch"}
            What computes; docs/scaling.md says how "auto" chooses.
        threads : int, optional
            Threads of matrix products; the engine's choice by default.
        device : {"cpu", "cuda", "mps"}
            Where the torch engine computes; "cuda:1" is the second GPU.
        mixed_precision, torch_compile : bool
            Let the torch engine compute in bfloat16 where that is harmless (parameters stay in float32), and let
            torch.compile translate forward and backward pass first, which takes a while.
        seed : int, optional
            Starts the order of batches and the dropout masks anew; by default they follow from the network's seed, and
            go on where the last fit, or the file that the network was loaded from, left them.
        progress : bool
            Show a bar.

        Returns
        -------
        History

        Raises
        ------
        ArgumentError, ShapeError, DataError
            For something that cannot be used, before any work is done; the network is as it was.
        DivergenceError
            If the loss becomes NaN or infinite; the network keeps its last good parameters.
        Interrupted
            A ``KeyboardInterrupt``: after Ctrl-C or SIGTERM, once the network is whole. It keeps what it learned, and
            the exception's ``history`` holds the epochs until then.
        """
        from glassnet.training.fit import fit
        from glassnet.training.options import FitOptions

        options = FitOptions(
            loss=loss, optimizer=optimizer, epochs=epochs, batch_size=batch_size,
            validation_data=validation_data, validation_split=validation_split,
            sample_weight=sample_weight, class_weight=class_weight, shuffle=shuffle,
            metrics=metrics, callbacks=callbacks, engine=engine, threads=threads, device=device,
            mixed_precision=mixed_precision, torch_compile=torch_compile, seed=seed, progress=progress,
        )  # fmt: skip
        return fit(self, X, y, options)

    @explained
    def evaluate(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        loss: str | Loss | None = None,
        metrics: Sequence[Any] | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> dict[str, float]:
        """Loss and metrics of the network's predictions for X.

        Parameters
        ----------
        X : array_like, (n_samples, n_features)
        y : array_like
            As for training; text names classes that the network knows. None for a loss without targets.
        loss : str or Loss, optional
            The loss of the last fit by default; without a fit, the one that goes with the last activation.
        metrics : sequence of str or callable, optional
            By default accuracy for classes; accuracy and label accuracy where a sample may be of several; mean absolute
            error, and R2 of several samples, for values.
        sample_weight : array_like, (n_samples,), optional
            Weight of each sample in the loss and in every metric that takes weights, >= 0; only ratios matter.

        Returns
        -------
        dict of str to float
            "loss", weight penalties included, and each metric by its name.
        """
        from glassnet.training.evaluation import evaluate

        return evaluate(self, X, y, loss=loss, metrics=metrics, sample_weight=sample_weight)

    @explained
    def predict_classes(self, X: ArrayLike) -> NDArray[np.int64]:
        """The most probable class of each sample, (n_samples,); with one output, whether its probability is above 0.5.

        Of a network that was trained on samples of several classes, rows (n_samples, n_classes): 1 for each class with
        a probability above 0.5, else 0. After a fit with a loss that takes logits, such as sigmoid_cross_entropy,
        outputs are turned into probabilities first.

        Raises
        ------
        ArgumentError
            If the network was never fitted, and its outputs may mean several things: a single one that is no sigmoid,
            or several sigmoids, of classes that exclude each other or do not; or if it was trained on values that are
            no classes, or by a loss of distances.
        """
        return classes_of(self, self.predict(X))

    @explained
    def predict_class_names(self, X: ArrayLike) -> NDArray[Any]:
        """What :meth:`predict_classes` finds, by name: (n_samples,); of samples of several classes a tuple for each.

        The names are those of the text, or of the one-hot columns, that the network was trained on, or
        ``net.metadata["class_names"]`` as you, a file or another library have set them.

        Raises
        ------
        ArgumentError
            If the network knows no names.
        """
        return self.meaning.named(self.predict_classes(X))

    @explained
    def compiled_predict(self) -> Predictor:
        """A function like :meth:`predict` for these parameters, compiled and with little overhead for single rows.

        Raises
        ------
        NotBuiltError, MissingDependencyError, EngineError
            If there is nothing to predict with, Numba is missing, or a part of your own cannot be compiled.
        """
        from glassnet.engines.choice import compiled_engine

        compiled_engine()
        from glassnet.engines.compiled.predictor import Predictor

        return Predictor(self)

    @explained
    def summary(self) -> Summary:
        """A table of layers, output shapes and numbers of parameters."""
        return Summary.of(self)

    @explained
    def copy(self) -> Network:
        """An independent copy: configuration, parameters, and the state of training."""
        return copy.deepcopy(self)

    @explained
    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to one ``.safetensors`` file; see :func:`glassnet.bridges.files.save`."""
        from glassnet.bridges.files import save

        save(self, path)

    @explained
    def to_torch(self) -> torch.nn.Sequential:
        """The network as a ``torch.nn.Sequential``; see :func:`glassnet.bridges.torch.modules.to_torch`."""
        from glassnet.bridges.torch.modules import to_torch

        return to_torch(self)

    @explained
    def to_onnx(self, path: str | PathLike[str]) -> None:
        """Write the network to an ONNX file; see :func:`glassnet.bridges.onnx.writing.to_onnx`."""
        from glassnet.bridges.onnx.writing import to_onnx

        to_onnx(self, path)

    @explained
    def to_sklearn(self) -> Any:
        """The network as a fitted MLP of scikit-learn; see :func:`glassnet.bridges.sklearn.to_sklearn`."""
        from glassnet.bridges.sklearn import to_sklearn

        return to_sklearn(self)
