"""Losses of pairs and triplets that a user has put together: what they are given, and that they are what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError

Array = NDArray[Any]
RANDOM = np.random.default_rng(0)
PAIRS, TRIPLETS = RANDOM.normal(size=(12, 2, 4)), RANDOM.normal(size=(12, 3, 4))
SAME = np.arange(12) % 2
QUIET: dict[str, Any] = {"epochs": 3, "batch_size": 5, "progress": False}
GIVEN: dict[str, tuple[Array, Any]] = {
    "contrastive_pairs": (PAIRS, SAME),
    "cosine_embedding": (PAIRS, 2 * SAME - 1),
    "triplet_margin": (TRIPLETS, None),
}


def network(dtype: str = "float64", **options: Any) -> gn.Network:
    return gn.Network([gn.Dense(5, "tanh"), gn.Dense(3)], seed=0, dtype=dtype, **options)


def parameters(X: Any, y: Any, loss: Any, **options: Any) -> Array:
    net = network()
    net.fit(X, y, loss=loss, **QUIET | {"optimizer": gn.SGD(0.1)} | options)
    return net.parameters.copy()


@pytest.mark.parametrize("swap", [False, True])
def test_a_training_on_triplets_is_that_of_torch(swap: bool) -> None:
    """The same first weights and batches, gradients by autograd through three passes of one module."""
    net = network(input_shape=4)
    twin = net.to_torch()
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
    criterion = torch.nn.TripletMarginLoss(margin=0.7, swap=swap)
    for start in (0, 5, 10) * 3:
        anchor, positive, negative = torch.tensor(TRIPLETS[start : start + 5]).unbind(dim=1)
        optimizer.zero_grad()
        criterion(twin(anchor), twin(positive), twin(negative)).backward()
        optimizer.step()
    history = net.fit(
        TRIPLETS, loss=losses.TripletMargin(0.7, swap), optimizer=gn.SGD(0.1), shuffle=False, **QUIET
    )
    expected = (
        torch.cat([(part.T if part.ndim == 2 else part).reshape(-1) for part in twin.parameters()])
        .detach()
        .numpy()
    )
    np.testing.assert_allclose(net.parameters, expected, rtol=1e-12, atol=1e-15)
    assert history["loss"][-1] < history["loss"][0]


@pytest.mark.parametrize("loss", ["triplet_margin", "cosine_embedding"])
def test_where_the_loss_has_just_become_0_the_slope_is_torchs(loss: str) -> None:
    """Just there, and just before and behind."""
    for miss in (-1e-9, 0.0, 1e-9):
        if loss == "triplet_margin":
            part = losses.TripletMargin(margin=1.0)
            p = np.array([[0.0], [0.0], [1.0 + miss]])
            twin = torch.tensor(p, requires_grad=True)
            functional.triplet_margin_loss(twin[::3], twin[1::3], twin[2::3]).backward()
        else:
            part = losses.CosineEmbedding(margin=0.0)  # type: ignore[assignment]
            p = np.array([[1.0, 0.0], [miss, 1.0]])
            twin = torch.tensor(p, requires_grad=True)
            functional.cosine_embedding_loss(twin[::2], twin[1::2], torch.tensor([-1])).backward()
        np.testing.assert_allclose(part.gradient(None if len(p) == 3 else [-1], p), twin.grad, atol=1e-12)


@pytest.mark.parametrize(("name", "loss", "k"), [
    ("contrastive_pairs", losses.ContrastivePairs(), 2), ("cosine_embedding", losses.CosineEmbedding(), 2),
    ("triplet_margin", losses.TripletMargin(swap=True), 3),
])  # fmt: skip
def test_embeddings_that_are_all_the_same_have_a_finite_gradient(name: str, loss: Any, k: int) -> None:
    for dtype in ("float32", "float64"):
        p = np.zeros((4, k, 3), dtype)
        y = None if k == 3 else np.array([1, loss.only_targets[0]] * 2)
        assert np.isfinite(loss.gradient(y, p)).all() and np.isfinite(loss.value(y, p))


def test_given_pairs_cost_what_all_pairs_of_a_batch_do() -> None:
    """Contrastive makes the pairs itself; put together by hand they are the same."""
    labels, p = np.array([0, 1, 1, 2, 0]), RANDOM.normal(size=(5, 3))
    first, second = np.triu_indices(5, 1)
    given = losses.ContrastivePairs(2.0).value(
        labels[first] == labels[second], np.stack([p[first], p[second]], 1)
    )
    assert given == pytest.approx(losses.Contrastive(2.0).value(labels, p), rel=1e-12)


def test_rows_are_the_members_of_the_samples_one_after_the_other() -> None:
    for name, (X, y) in GIVEN.items():
        loss = losses.get(name)
        assert loss.value(y, X) == loss.value(y, X.reshape(-1, 4))
        np.testing.assert_array_equal(loss.gradient(y, X).reshape(-1, 4), loss.gradient(y, X.reshape(-1, 4)))


@pytest.mark.parametrize("name", GIVEN)
def test_a_tuple_batches_and_weights_say_the_same(name: str) -> None:
    X, y = GIVEN[name]
    expected = parameters(X, y, name, shuffle=False)
    np.testing.assert_array_equal(parameters(tuple(np.moveaxis(X, 1, 0)), y, name, shuffle=False), expected)
    batches = [
        (X[part], None if y is None else y[part]) for part in (slice(0, 5), slice(5, 10), slice(10, 12))
    ]
    np.testing.assert_array_equal(parameters(batches, None, name, batch_size=None), expected)
    ones = [(*batch, 3 * np.ones(len(batch[0]))) for batch in batches]
    np.testing.assert_array_equal(parameters(ones, None, name, batch_size=None), expected)
    twice = np.concatenate([np.arange(12), [0]])
    doubled = parameters(X[twice], None if y is None else y[twice], name, batch_size=None)
    weights = np.ones(12)
    weights[0] = 2
    np.testing.assert_allclose(
        parameters(X, y, name, batch_size=None, sample_weight=weights), doubled, rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("name", GIVEN)
def test_members_stay_together_when_samples_are_shuffled_and_held_back(name: str) -> None:
    """In the order of samples, which is drawn as for single ones, and in a file that is read in parts."""
    X, y = GIVEN[name]
    net = network()
    order = net.copy().streams.draw_order(12)
    once = {"epochs": 1, "engine": "numpy"}
    drawn = parameters(X[order], None if y is None else y[order], name, shuffle=False, **once)
    np.testing.assert_array_equal(parameters(X, y, name, **once), drawn)
    history = net.fit(X, y, loss=name, validation_split=1 / 3, **QUIET)
    held = net.evaluate(X[8:], None if y is None else y[8:])["loss"]
    assert history["validation_loss"][-1] == pytest.approx(held, rel=1e-12)


def test_a_mapped_file_of_triplets_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from glassnet.training import data

    monkeypatch.setattr(data, "IN_MEMORY_BYTES", 100)
    np.save(tmp_path / "X.npy", TRIPLETS)
    file = np.load(tmp_path / "X.npy", mmap_mode="r")
    expected = parameters(TRIPLETS, None, "triplet_margin")
    np.testing.assert_array_equal(parameters(file, None, "triplet_margin"), expected)


def test_images_pass_as_pairs_too() -> None:
    images = RANDOM.normal(size=(6, 2, 3, 3))
    net = gn.Network([gn.Flatten(), gn.Dense(2)], seed=0)
    net.fit(images, [0, 1] * 3, loss="contrastive_pairs", **QUIET)
    assert net.input_shape == (3, 3) and net.predict(images[:, 0]).shape == (6, 2)


def test_a_metric_of_ones_own_sees_targets_beside_embeddings() -> None:
    def nearer(y: Array, p: Array) -> float:
        assert y.shape == (12,) and p.shape == (12, 3, 3)
        apart = np.linalg.norm(p[:, :1] - p[:, 1:], axis=2)
        return float((apart[:, 0] < apart[:, 1]).mean())

    net = network()
    history = net.fit(TRIPLETS, loss="triplet_margin", metrics=[nearer], **QUIET)
    assert 0 <= history["nearer"][-1] <= 1
    assert net.evaluate(TRIPLETS, metrics=[nearer])["nearer"] == history["nearer"][-1]
    with pytest.raises(
        ArgumentError, match="^mean_absolute_error compares predictions with targets, and triplet_m"
    ):
        net.fit(TRIPLETS, loss="triplet_margin", metrics=["mae"], **QUIET)


def test_triplets_teach_an_embedding_what_belongs_together() -> None:
    """Of numbers, whether they are even: the nearest other place is of the same kind."""
    random = np.random.default_rng(1)
    X = random.normal(size=(60, 6))
    kind = (X[:, 0] * X[:, 1] > 0).astype(int)
    of = [np.flatnonzero(kind == k) for k in (0, 1)]
    anchors = random.integers(60, size=400)
    groups = np.stack(
        [
            X[anchors],
            X[[random.choice(of[k]) for k in kind[anchors]]],
            X[[random.choice(of[1 - k]) for k in kind[anchors]]],
        ],
        1,
    )
    net = gn.Network([gn.Dense(32, "tanh"), gn.Dense(2)], seed=0)
    history = net.fit(
        groups, loss="triplet_margin", optimizer=gn.Adam(0.01), epochs=40, batch_size=50, progress=False
    )
    assert history["loss"][-1] < 0.1 < 0.8 < history["loss"][0]
    p = net.predict(X)
    apart = np.linalg.norm(p[:, None] - p, axis=2) + np.diag(np.full(60, np.inf))
    assert (kind[apart.argmin(axis=1)] == kind).mean() > 0.9
    report = gn.diagnose(net, groups, history=history, loss="triplet_margin")
    assert not [finding for finding in report.findings if finding.severity == "error"]


def test_it_is_traced_without_targets_and_its_rows_are_named_rows() -> None:
    net = network(input_shape=4)
    trace = gn.trace(net, TRIPLETS, loss="triplet_margin")
    assert "max(0, margin + d(anchor, positive) − d(anchor, negative))" in str(trace)
    assert trace.steps[-1].shapes  # a training step, not a prediction
    assert gn.diagnose(net, TRIPLETS, loss="triplet_margin").findings == ()


SHAPED = (
    "{loss} compares the members of each sample, {members}: X must have shape (n_samples, {k}, n_features), or be a "
    "tuple ({members}) of arrays (n_samples, n_features); "
)
REFUSED: list[tuple[str, Any, Any, dict[str, Any], type[GlassnetError], str]] = [
    ("triplet_margin", PAIRS, None, {}, ShapeError, SHAPED + "it has (12, 2, 4)"),
    ("triplet_margin", TRIPLETS.reshape(-1, 4), None, {}, ShapeError, SHAPED + "it has (36, 4)"),
    ("triplet_margin", tuple(PAIRS), None, {}, ShapeError, SHAPED + "it is a tuple of 12"),
    ("contrastive_pairs", tuple(TRIPLETS[:3]), SAME, {}, ShapeError, SHAPED + "it is a tuple of 3"),
    ("contrastive_pairs", (PAIRS[:, 0], PAIRS[1:, 1]), SAME, {}, ShapeError,
     "the members of X must have one shape, (n_samples, n_features); they have first (12, 4), second (11, 4)"),
    ("contrastive_pairs", (PAIRS[:, 0, 0], PAIRS[:, 1, 0]), SAME, {}, ShapeError,
     SHAPED + "its parts have shape (12,)"),
    ("triplet_margin", TRIPLETS, SAME, {}, DataError,
     "triplet_margin compares anchor, positive, negative and takes no targets; y must be None"),
    ("contrastive_pairs", PAIRS, None, {}, DataError, "contrastive_pairs takes 0 or 1 for each pair; y is missing"),
    ("contrastive_pairs", PAIRS, SAME[:5], {}, ShapeError,
     "contrastive_pairs takes 0 or 1 for each pair, shape (12,); y has shape (5,)"),
    ("contrastive_pairs", PAIRS, 2 * SAME - 1, {}, DataError,
     "contrastive_pairs takes targets 0 and 1; y holds -1; for -1 and 1 pass (y + 1) / 2"),
    ("cosine_embedding", PAIRS, SAME, {}, DataError,
     "cosine_embedding takes targets -1 and 1; y holds 0; for 0 and 1 pass 2 * y - 1"),
    ("contrastive_pairs", PAIRS, 0.5 * SAME, {}, DataError, "contrastive_pairs takes targets 0 and 1; y holds 0.5"),
    ("contrastive_pairs", PAIRS, np.ones(12), {}, DataError,
     "y is 1 for every pair, and contrastive_pairs learns from pairs of both kinds"),
    ("contrastive_pairs", np.where(np.arange(96).reshape(12, 2, 4) == 21, np.nan, PAIRS), SAME, {}, DataError,
     "X holds nan at row 2, column 1, 1, not a finite number"),
    ("contrastive_pairs", PAIRS, SAME, {"class_weight": "balanced"}, ArgumentError,
     "class_weight needs classes, and contrastive_pairs is given none; use sample_weight"),
    ("triplet_margin", TRIPLETS, None, {"sample_weight": np.ones(36)}, ShapeError,
     "sample_weight must have shape (12,), one weight per sample"),
    ("mse", PAIRS[:, 0], None, {}, ArgumentError, "y is missing; it must be an array of numbers"),
    ("triplet", TRIPLETS, np.arange(12) % 3, {}, ShapeError,
     "triplet_hard makes pairs and triplets itself, from samples (4,) with labels; X has shape (12, 3, 4). For samples "
     "that are given in groups use triplet_margin"),
    ("contrastive", PAIRS, SAME, {}, ShapeError, "contrastive makes pairs and triplets itself, from samples (4,) with"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "X", "y", "options", "error", "message"), REFUSED)
def test_what_is_no_pair_or_triplet_is_refused_before_anything_runs(
    loss: str, X: Any, y: Any, options: dict[str, Any], error: type[GlassnetError], message: str
) -> None:
    net = network(input_shape=4)
    before, part = net.parameters.copy(), losses.get(loss)
    text = message.replace("{loss}", part.name).replace("{members}", ", ".join(part.members))
    with pytest.raises(error) as caught:
        net.fit(X, y, loss=loss, **QUIET | options)
    assert str(caught.value).startswith(text.replace("{k}", str(len(part.members))))
    np.testing.assert_array_equal(net.parameters, before)


def test_embeddings_of_another_form_are_refused_by_the_loss_itself() -> None:
    with pytest.raises(
        ShapeError, match=r"^triplet_margin needs embeddings of shape \(n_samples, 3, n_outputs\), or 3 r"
    ):
        losses.TripletMargin().value(None, np.zeros((4, 2)))
    with pytest.raises(
        DataError, match="^triplet_margin compares anchor, positive, negative and takes no targets; y_true"
    ):
        losses.TripletMargin().value([1], np.zeros((1, 3, 2)))
    with pytest.raises(ArgumentError, match="^margin of CosineEmbedding must be"):
        losses.CosineEmbedding(1.5)
    with pytest.raises(ArgumentError, match="^swap of TripletMargin must be True or False"):
        losses.TripletMargin(swap="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", GIVEN)
def test_the_program_for_pytorch_trains_on_groups(name: str) -> None:
    source = gn.to_torch_source(network(input_shape=4), loss=name, epochs=2)
    assert "X = torch.randn(256, " in source and ".flatten(0, 1)" in source
    assert ("y = " in source) == (GIVEN[name][1] is not None)
    room: dict[str, Any] = {"print": lambda *parts: None}
    exec(source, room)
    assert torch.isfinite(room["loss"])
