"""The network: layers over one flat vector of parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import layers, plan
from glassnet.activations import Sigmoid
from glassnet.engines.base import Vectors
from glassnet.engines.by_hand import HandPass
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError, NotBuiltError, ShapeError
from glassnet.kernels import arrays
from glassnet.layers import Layer
from glassnet.network import inputs
from glassnet.network.random import Random, Seed, Streams
from glassnet.network.state import TrainingState
from glassnet.network.summary import Summary
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from os import PathLike

    import torch

    from glassnet.callbacks import Callback, Session
    from glassnet.engines.compiled.predictor import Predictor
    from glassnet.losses import Loss
    from glassnet.metrics import Metric
    from glassnet.network.history import History

MANY = 2**28  # parameters, which may not fit into memory
Array = NDArray[Any]
Part = TypeVar("Part")


class Network:
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
    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        seed: Seed = None,
        dtype: str = "float32",
        input_shape: int | Sequence[int] | None = None,
    ) -> None:
        self.layers: tuple[Any, ...] = _copies(layers)
        self.dtype = _dtype(dtype)
        self.streams = Streams.of(seed)
        self.input_shape: tuple[int, ...] | None = None
        self.state: TrainingState | None = None
        self.loss: Loss | None = None
        self.metadata: dict[str, Any] = {}
        self._layout: plan.Layout | None = None
        self._vectors: Vectors | None = None
        self._pass: HandPass | None = None
        if input_shape is not None:
            self.build(input_shape)

    # ---- building

    @property
    def built(self) -> bool:
        """Whether the input shape is known and parameters exist."""
        return self._vectors is not None

    @explained
    def build(self, input_shape: int | Sequence[int]) -> None:
        """Find all shapes, lay out the parameters and draw them.

        Raises
        ------
        ShapeError
            If two layers do not fit, naming them.
        ArgumentError
            If the network is built already.
        """
        if self.built:
            raise ArgumentError(
                f"this network was built for samples of shape {self.input_shape} already; make another Network"
            )
        layout = plan.lay_out(self.layers, checked_shape(input_shape))
        plan.build(self.layers, layout)
        try:
            self.assemble(layout, *self._drawn(layout))
        except (MemoryError, OverflowError, ValueError) as error:
            if layout.n_parameters < MANY:
                raise
            raise ArgumentError(f"{layout.n_parameters} parameters do not fit into memory") from error

    def _drawn(self, layout: plan.Layout) -> tuple[Array, Array]:
        """First parameters, and running statistics."""
        parameters = np.empty(layout.n_parameters, self.dtype)
        running = np.empty(layout.n_statistics, self.dtype)
        for vector, slots in ((parameters, layout.parameters), (running, layout.statistics)):
            for slot in slots:
                vector[slot.start : slot.stop] = _draw(slot.parameter, self.streams.weights).ravel()
        return parameters, running

    def assemble(self, layout: plan.Layout, parameters: Array, running: Array) -> None:
        """Become built of these vectors, laid out like this; :meth:`build` draws them."""
        self.input_shape, self._layout = layout.input_shape, layout
        self._attach(Vectors(parameters, np.zeros_like(parameters), running))

    def _attach(self, vectors: Vectors) -> None:
        self._vectors, self._pass = vectors, None
        views: list[dict[str, Array]] = [{} for _ in self.layers]
        for vector, slots in (
            (vectors.parameters, self.layout.parameters),
            (vectors.running, self.layout.statistics),
        ):
            for slot in slots:
                view = vector[slot.start : slot.stop].reshape(slot.parameter.shape)
                views[slot.layer][slot.parameter.name] = view
        for layer, own in zip(self.layers, views, strict=True):
            layer.bind(own)

    @property
    def vectors(self) -> Vectors:
        """The flat vectors; raises `NotBuiltError` before the network is built."""
        return _of_built(self._vectors)

    @property
    def layout(self) -> plan.Layout:
        """Where every parameter lies in them; raises `NotBuiltError` before the network is built."""
        return _of_built(self._layout)

    @property
    def parameters(self) -> Array:
        """All parameters, one flat vector."""
        return self.vectors.parameters

    @parameters.setter
    def parameters(self, values: ArrayLike) -> None:
        given = checks.real("parameters", values)
        if given.shape != self.parameters.shape:
            raise ShapeError(f"this network has {self.parameters.shape} parameters; got shape {given.shape}")
        self.parameters[...] = given

    @property
    def gradients(self) -> Array:
        """The gradients of the last backward pass, one flat vector in the order of the parameters."""
        return self.vectors.gradients

    @property
    def running_statistics(self) -> Array:
        """Running means and variances of the batch-norm layers, one flat vector."""
        return self.vectors.running

    def plan(self, loss: Loss | None = None) -> plan.Plan:
        """The table that an engine reads."""
        return plan.build(self.layers, self.layout, loss)

    def features(self, X: ArrayLike, name: str = "X") -> Array:
        """`X` checked and as rows of this network's dtype."""
        return inputs.features(name, X, self.dtype, self.input_shape, self.layers[0], self.meaning)

    @property
    def meaning(self) -> inputs.Meaning:
        """What the columns, classes and outputs are called, as far as :attr:`metadata` say."""
        return inputs.Meaning.of(self.metadata)

    def targets(self, y: ArrayLike, loss: Loss, n_samples: int, name: str = "y") -> Array:
        """`y` checked and in the form that engines take for this loss, (n_samples, n_outputs) or (n_samples, 1)."""
        return inputs.targets(name, y, loss, n_samples, self.plan(loss).n_outputs, self.dtype, self.meaning)

    # ---- by hand

    @explained
    def forward(self, X: ArrayLike, *, training: bool = True) -> Array:
        """Forward propagation, kept for :meth:`backward`: the output for each sample, (n_samples, n_outputs).

        With `training`, dropout is active and batch norm uses the batch's statistics; see :meth:`predict`.
        """
        in_training, x = checks.truth("training", training), self.features(X)
        if not self.built:
            self.build(np.shape(X)[1:])
        if not in_training:
            self._pass = None
            return NumpyEngine().forward(self.plan(), self.vectors, x)
        if self._pass is None or self._pass.size != len(x):
            self._pass = HandPass(self, len(x))
        return self._pass.forward(x, np.shape(X))

    @explained
    def backward(self, gradient: ArrayLike) -> Array:
        """Backpropagation of the loss's `gradient` with respect to the output of the last :meth:`forward`.

        Fills ``net.gradients``, weight penalties included, and returns the gradient with respect to X.
        """
        if self._pass is None:
            raise NotBuiltError(
                "backward needs a forward pass in training to go back through; call forward(X) first"
            )
        return self._pass.backward(checks.real("gradient", gradient))

    @property
    def dropout_masks(self) -> tuple[Array, ...]:
        """For each Dropout layer what the last forward pass in training kept: 1 or 0, (n_samples, n_units)."""
        if self._pass is None:
            raise NotBuiltError(
                "dropout masks are drawn by a forward pass in training; call forward(X) first"
            )
        return self._pass.dropout_masks

    @explained
    def step(self, optimizer: str | Optimizer) -> None:
        """Update the parameters once from ``net.gradients``; a schedule of the optimizer counts steps here."""
        state = self.training_state(optimizer)
        epochs = np.array([float(state.step)])
        coefficients = state.optimizer.table(state.optimizer.rates(epochs), state.step + 1)
        gradients = arrays.Views(self.gradients)
        arrays.clip(gradients, state.optimizer.clip_norm or 0, state.optimizer.clip_value or 0)
        arrays.update(
            state.optimizer.rule,
            arrays.Views(self.parameters),
            gradients,
            state.vectors,
            tuple(coefficients[0].tolist()),
        )
        state.step += 1

    def training_state(self, optimizer: str | Optimizer) -> TrainingState:
        """The state of training by `optimizer`: what it was, or fresh if the network was trained by another."""
        self.state = TrainingState.continued(self.state, optimizer, self.parameters)
        return self.state

    def penalty(self) -> float:
        """l1 * sum abs(W) + l2 / 2 * sum W^2 over all layers, and the same of biases: what they add to the loss."""
        return sum(layer.penalty() for layer in self.layers if isinstance(layer, layers.Dense))

    # ---- use

    @explained
    def predict(self, X: ArrayLike) -> Array:
        """The network's output for each sample, (n_samples, n_outputs): dropout off, running statistics."""
        return NumpyEngine().forward(self.plan(), self.vectors, self.features(X))

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
        output = self.predict(X)
        if self.loss is None:
            self._refuse_unknown_outputs()
        else:
            self._refuse_values(self.loss)
            output = self.loss.activation.value(output)
        if self.meaning.multi_label:
            return (output > 0.5).astype(np.int64)
        if output.shape[1] == 1:
            return (output[:, 0] > 0.5).astype(np.int64)
        classes: NDArray[np.int64] = output.argmax(axis=1).astype(np.int64)
        return classes

    def _refuse_values(self, loss: Loss) -> None:
        if loss.targets == "labels":
            raise ArgumentError(
                f"this network was trained by {loss.name}: its outputs are places whose distances tell classes apart, "
                "and none of them stands for a class. Compare predict(X) with that of samples whose class is known"
            )
        if self.meaning.values:
            raise ArgumentError(
                f"this network was trained by {loss.name} on values that are neither 0 and 1 nor one-hot rows, so its "
                "outputs stand for no classes. predict gives the values; where a limit makes classes of them, apply "
                "it, such as predict(X)[:, 0] > 0 for targets of -1 and 1"
            )

    def _refuse_unknown_outputs(self) -> None:
        n_outputs = self.plan().n_outputs
        sigmoid = self.plan().rows[-1].activation == Sigmoid()
        if n_outputs == 1 and not sigmoid:
            raise ArgumentError(
                f"the output of this network may be a logit, a probability or a value: it ends with "
                f"{compact_repr(self.layers[-1])}, and no loss says what it is. For a logit set net.loss = "
                "gn.losses.get('sigmoid_cross_entropy'), or give from_torch or from_onnx loss='sigmoid_cross_entropy'"
            )
        if n_outputs > 1 and sigmoid and "multi_label" not in self.metadata:
            raise ArgumentError(
                f"each of the {n_outputs} outputs of this network is a probability of its own. Say whether a sample "
                "may be of several of these classes: net.metadata['multi_label'] = True, or of one only: ... = False"
            )

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
            their names from then on, in files too: a table with others, or in another order, is refused.
        y : array_like
            (n_samples, n_outputs) values, one-hot rows or rows of 0 and 1, or (n_samples,) integers or text, as the
            loss says. Text names classes.
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
        y: ArrayLike,
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
            As for training; text names classes that the network knows.
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
    def summary(self) -> Summary:
        """A table of layers, output shapes and numbers of parameters."""
        return Summary.of(self)

    # ---- as a value

    @explained
    def copy(self) -> Network:
        """An independent copy: configuration, parameters, and the state of training."""
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"layers": _copies(self.layers), "_pass": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._vectors is not None:
            self._attach(self._vectors)

    def config(self) -> Mapping[str, Any]:
        """What makes two networks equal: layers, dtype, and input shape."""
        return {"layers": self.layers, "dtype": self.dtype.name, "input_shape": self.input_shape}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.config() == other.config()

    def __repr__(self) -> str:
        parts = ["[" + ", ".join(map(compact_repr, self.layers)) + "]"]
        if isinstance(self.streams.seed, int):
            parts.append(f"seed={self.streams.seed}")
        if self.dtype != np.float32:
            parts.append(f"dtype={self.dtype.name!r}")
        if self.input_shape is not None:
            parts.append(f"input_shape={self.input_shape}")
        return f"Network({', '.join(parts)})"

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


def _of_built(part: Part | None) -> Part:
    if part is None:
        raise NotBuiltError(
            "this network is not built: its input shape is not known yet. "
            "Give Network(..., input_shape=...), or call fit or forward with data first"
        )
    return part


def _copies(given: Sequence[Layer]) -> tuple[Layer, ...]:
    if not isinstance(given, (list, tuple)) or not given:
        raise ArgumentError(
            f"layers must be a list of at least one layer, such as [Dense(1)]; got {checks.shown(given)}"
        )
    for index, layer in enumerate(given):
        if not isinstance(layer, Layer):
            raise ArgumentError(
                f"layer {index} must be a Layer, such as Dense(32, 'relu'); got {checks.shown(layer)}"
            )
    copies = tuple(copy.copy(layer) for layer in given)
    for layer in copies:
        layer.bind({})
    return copies


def checked_shape(input_shape: int | Sequence[int]) -> tuple[int, ...]:
    """The shape of one sample as a tuple; raises `ArgumentError` if it is none."""
    axes = input_shape if isinstance(input_shape, (list, tuple)) else (input_shape,)
    if not axes or any(not checks.is_integer(n) or n < 1 for n in axes):
        raise ArgumentError(
            f"input_shape must be an integer >= 1, or a tuple of them; got {checks.shown(input_shape)}"
        )
    return tuple(int(n) for n in axes)


def _dtype(dtype: str) -> np.dtype[Any]:
    written = dtype if isinstance(dtype, (str, type, np.dtype)) else None
    if written not in ("float32", "float64", np.float32, np.float64):
        raise ArgumentError(f"dtype must be 'float32' or 'float64'; got {checks.shown(dtype)}")
    return np.dtype(dtype)


def _draw(parameter: layers.Parameter, random: Random) -> Array:
    return parameter.initializer.draw(random, parameter.shape, parameter.fan_in, parameter.fan_out)
