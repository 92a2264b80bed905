"""The PyTorch program of a network runs as it is, and its model is the network."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet import initializers, losses, optimizers, schedules
from glassnet.errors import ArgumentError, NotBuiltError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.schedules.base import registry
from tests.bridges.networks import STACKS, WITH_PARAMETERS, samples
from tests.gradients.table import LOSSES, output_activation

DIGITS = """\
import torch
from torch import nn

torch.manual_seed(3)

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(64, 32),
    nn.ReLU(),
    nn.BatchNorm1d(32),
    nn.Dropout(0.2),
    nn.Linear(32, 10),
)

nn.init.kaiming_normal_(model[1].weight, nonlinearity="relu")
nn.init.zeros_(model[1].bias)

criterion = nn.CrossEntropyLoss()  # takes logits: the softmax is inside

optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)

# Put your own data here: X of shape (n, 8, 8), y of integer classes 0 to 9.
X = torch.randn(256, 8, 8)
y = torch.randint(10, (256,))

for epoch in range(3):
    model.train()
    for rows in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        loss = criterion(model(X[rows]), y[rows])
        loss = loss + 0.005 * model[1].weight.square().sum()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    scheduler.step()
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    print(model(X[:5]).softmax(dim=1))
"""


def digits() -> Network:
    hidden = gn.Dense(32, "relu", "he_normal", l2=0.01)
    last = gn.Dense(10, "softmax", "torch", "torch")
    return Network([gn.Flatten(), hidden, gn.BatchNorm(), gn.Dropout(0.2), last], seed=3, input_shape=(8, 8))


def test_the_program_is_what_a_person_would_write() -> None:
    optimizer = gn.SGD(schedules.StepDecay(0.1, 5, 0.5), momentum=0.9, clip_norm=1.0)
    assert gn.to_torch_source(digits(), loss="scce", optimizer=optimizer, epochs=3) == DIGITS


def test_the_program_runs_by_itself() -> None:
    process = subprocess.run([sys.executable, "-c", DIGITS], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert re.match(
        r"epoch 1: loss \d\.\d{4}\nepoch 2: loss \d\.\d{4}\nepoch 3: loss \d\.\d{4}\ntensor", process.stdout
    )


def run(source: str) -> dict[str, Any]:
    """The names that the program leaves; it must train without an error and stay finite."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(source, "<program>", "exec"), names)
        finally:
            torch.set_default_dtype(torch.float32)
    assert torch.isfinite(names["loss"])
    return names


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_every_network_has_a_program_with_the_same_model(name: str, dtype: str) -> None:
    layers, shape = STACKS[name]
    net = Network(layers, seed=0, dtype=dtype, input_shape=shape)
    names = run(gn.to_torch_source(net, loss="mse", epochs=1))
    model, module = names["model"].eval(), net.to_torch()
    assert [type(part) for part in model] == [type(part) for part in module]
    model.load_state_dict(dict(zip(model.state_dict(), module.state_dict().values(), strict=True)))
    X = torch.tensor(samples(shape), dtype=getattr(torch, dtype))
    np.testing.assert_array_equal(model(X).detach(), module(X).detach())


def test_penalties_of_weights_and_biases_are_part_of_the_loss() -> None:
    layers = [gn.Dense(4, "tanh", l1=0.1, l2=0.2, use_bias=False), gn.Dense(3, bias_l1=0.3, bias_l2=0.4)]
    net = Network(layers, seed=0, dtype="float64", input_shape=5)
    net.parameters = np.random.default_rng(0).normal(size=net.parameters.shape)
    source = gn.to_torch_source(net, loss="mse", epochs=1)
    names = run(source)
    model, X, y = names["model"], names["X"], names["y"]
    model.load_state_dict(dict(zip(model.state_dict(), net.to_torch().state_dict().values(), strict=True)))
    model.zero_grad()
    names["loss"] = names["criterion"](model(X), y)
    penalties = [line.strip() for line in source.splitlines() if "loss = loss + " in line]
    exec("\n".join([*penalties, "loss.backward()"]), names)

    net.backward(losses.MeanSquaredError().gradient(y.numpy(), net.forward(X.numpy())))
    found = torch.cat([p.grad.permute(*range(p.ndim)[::-1]).reshape(-1) for p in model.parameters()])
    np.testing.assert_allclose(found, net.gradients, rtol=1e-12, atol=1e-14)


WRITTEN = [loss for loss in LOSSES if not isinstance(loss, (losses.EmbeddingLoss, losses.Function))]


@pytest.mark.parametrize("loss", WRITTEN, ids=repr)
@pytest.mark.parametrize("last", ["fused", "by itself"])
def test_every_loss_has_lines_that_compute_it(loss: Loss, last: str) -> None:
    activation = output_activation(loss) if last == "fused" else gn.activations.get("softmax")
    last = gn.Dense(3 * loss.outputs_per_target, activation)
    net = Network([gn.Dense(4, "tanh"), last], seed=0, dtype="float64", input_shape=5)
    names = run(gn.to_torch_source(net, loss=loss, epochs=1))
    X = names["X"].reshape(-1, 5)  # members of pairs and triplets one after the other
    given = (names["y"],) if loss.takes_targets else ()
    objective = net.plan(loss).objective
    output = names["model"](X).detach()
    theirs = names["criterion"](output, *given).item()
    prepared = objective.prepare(given[0].numpy() if given else None, output.numpy())
    assert theirs == pytest.approx(objective.compare(*prepared, None)[0], rel=1e-6)


SCHEDULES: list[schedules.Schedule] = [
    schedules.Constant(0.1), schedules.StepDecay(0.1, 2, 0.5), schedules.ExponentialDecay(0.1, 0.8),
    schedules.CosineDecay(0.1, 6, 0.01), schedules.LinearWarmup(0.1, 4), schedules.InverseTimeDecay(0.1, 0.3),
    schedules.PolynomialDecay(0.1, 6, 2.0), schedules.LinearDecay(0.1, 6, 0.1),
    schedules.CosineRestarts(0.1, 2, 2, 0.01), schedules.LogCosineCycles(0.1, 6), schedules.OneCycle(0.1, 6),
]  # fmt: skip


def test_every_schedule_but_a_chain_is_written() -> None:
    assert {registry.name_of(one) for one in SCHEDULES} == {*schedules.names()} - {"chain"}


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_every_schedule_is_followed_from_epoch_to_epoch(schedule: schedules.Schedule) -> None:
    net = Network([gn.Dense(1)], seed=0, input_shape=2)
    for epochs in (1, 3, 5, 9):
        names = run(gn.to_torch_source(net, optimizer=gn.SGD(schedule), epochs=epochs))
        assert names["optimizer"].param_groups[0]["lr"] == pytest.approx(
            float(schedule(epochs)), rel=1e-12, abs=1e-16
        )


def same_training(net: Network, source: str, X: Any, y: Any) -> Any:
    """The program's parameters in the network's order, from the network's weights, on these data in their order."""
    source = re.sub(r"^X = .*$", "X = given[0]", source, flags=re.MULTILINE)
    source = re.sub(r"^y = .*$", "y = given[1]", source, flags=re.MULTILINE)
    source = source.replace("torch.randperm(len(X))", "torch.arange(len(X))")
    head, model, rest = source.partition("\n\ncriterion = ")
    names: dict[str, Any] = {"given": (torch.tensor(X), torch.tensor(y))}
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(head, names)
            names["model"].load_state_dict(
                dict(zip(names["model"].state_dict(), net.to_torch().state_dict().values(), strict=True))
            )
            exec(f"criterion = {rest}", names)
        finally:
            torch.set_default_dtype(torch.float32)
    arrays = [p.detach() for p in names["model"].parameters()]
    return torch.cat([array.permute(*range(array.ndim)[::-1]).reshape(-1) for array in arrays]).numpy()


@pytest.mark.parametrize("size", [None, 5, 12, 40])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_every_schedule_is_followed_from_batch_to_batch_as_fit_does(
    schedule: schedules.Schedule, size: int | None
) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(12, 3)), random.normal(size=(12, 2))
    net = Network([gn.Dense(4, "tanh"), gn.Dense(2)], seed=0, dtype="float64", input_shape=3)
    fitted, optimizer = net.copy(), gn.SGD(schedule, momentum=0.5)
    fitted.fit(
        X,
        y,
        loss="mse",
        optimizer=optimizer,
        epochs=8,
        batch_size=size,
        shuffle=False,
        engine="numpy",
        progress=False,
    )
    found = same_training(net, gn.to_torch_source(fitted), X, y)
    np.testing.assert_allclose(found, fitted.parameters, rtol=1e-9, atol=1e-12)


def test_epochs_and_batches_are_those_of_the_training(tmp_path: Path) -> None:
    X, y = np.zeros((40, 3)), np.zeros((40, 2))
    net = Network([gn.Dense(2)], seed=0, input_shape=3)
    assert "range(10):" in gn.to_torch_source(net) and ".split(32):" in gn.to_torch_source(net)
    options: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.1), "engine": "numpy", "progress": False}
    net.fit(X, y, epochs=700, **options)
    net.fit(X, y, epochs=300, **options)
    whole = gn.to_torch_source(net)
    assert "range(1000):" in whole and "split" not in whole and "criterion(model(X), y)" in whole
    net.fit(X, y, epochs=2, batch_size=16, **options)
    for made in (net, gn.load(saved(net, tmp_path))):
        assert "range(1002):" in gn.to_torch_source(made) and ".split(16):" in gn.to_torch_source(made)
    assert "range(3):" in gn.to_torch_source(net, epochs=3, batch_size=7)
    assert ".split(7):" in gn.to_torch_source(net, epochs=3, batch_size=7)
    net.fit([(X[:10], y[:10]), (X[10:], y[10:])], epochs=1, **options)
    assert ".split(30):" in gn.to_torch_source(net)
    net.fit(X, y, epochs=4, **{**options, "optimizer": gn.Adam()})
    assert "range(4):" in gn.to_torch_source(net) and "split" not in gn.to_torch_source(net)


def saved(net: Network, folder: Path) -> Path:
    net.save(folder / "m.safetensors")
    return folder / "m.safetensors"


WITHOUT_TWIN = {"lbfgs", "lion"}
OPTIMIZERS: list[Optimizer] = [
    *(optimizers.get(name) for name in optimizers.names() if name not in WITHOUT_TWIN),
    gn.RMSProp(momentum=0.5, centered=True),
    gn.AdamW(amsgrad=True),
    gn.AdaDelta(0.5, rho=0.8),
    gn.NAdam(beta1=0.8, momentum_decay=0.01),
    gn.SGD(0.1, 0.9, nesterov=True, weight_decay=0.01),
    gn.AdaGrad(0.1, 1e-3),
    gn.RMSProp(0.1, 0.8, 1e-3),
    gn.Adam(0.1, 0.8, 0.99, 1e-3, clip_value=0.1),
    gn.AdamW(0.1, weight_decay=0.1),
]
FIELDS = {"lr": "learning_rate", "eps": "epsilon"}


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_every_optimizer_has_its_options(optimizer: Optimizer) -> None:
    net = Network([gn.Dense(1)], seed=0, input_shape=2)
    theirs = run(gn.to_torch_source(net, optimizer=optimizer, epochs=1))["optimizer"]
    assert type(theirs).__name__.lower() == type(optimizer).__name__.lower()
    group = theirs.param_groups[0]
    for key in (
        "lr", "eps", "momentum", "nesterov", "alpha", "weight_decay", "amsgrad", "centered", "rho", "momentum_decay",
    ):  # fmt: skip
        if key in group and hasattr(optimizer, FIELDS.get(key, key)):
            assert group[key] == getattr(optimizer, FIELDS.get(key, key)), key
    if hasattr(optimizer, "beta1"):
        assert group["betas"] == (optimizer.beta1, optimizer.beta2)


@pytest.mark.parametrize("name", initializers.names())
def test_weights_begin_with_the_spread_of_the_networks_own(name: str) -> None:
    net = Network([gn.Dense(200, initializer=name)], seed=0, dtype="float64", input_shape=300)
    source = gn.to_torch_source(net, epochs=1).partition("\ncriterion")[0]
    names: dict[str, Any] = {}
    try:
        exec(source, names)
    finally:
        torch.set_default_dtype(torch.float32)
    weights, ours = names["model"][0].weight.detach().numpy(), net.layers[0].view("weights")
    assert weights.std() == pytest.approx(ours.std(), rel=0.02)
    assert np.abs(weights).max() == pytest.approx(np.abs(ours).max(), rel=0.25)


def test_loss_and_optimizer_are_those_of_the_last_fit() -> None:
    net = Network([gn.Dense(1)], seed=0)
    net.fit(
        np.zeros((4, 2)),
        np.arange(4.0),
        loss="huber",
        optimizer=gn.RMSProp(0.5),
        engine="numpy",
        progress=False,
    )
    source = gn.to_torch_source(net)
    assert "criterion = nn.HuberLoss(delta=1.0)" in source
    assert "torch.optim.RMSprop(model.parameters(), lr=0.5)" in source


def own_draw() -> initializers.Initializer:
    class Own(initializers.Initializer):
        pass

    return Own()


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"optimizer": "lion"}, {}, "the optimizer Lion() cannot be written in PyTorch's own terms"),
    ({"loss": "contrastive"}, {}, "the loss losses.Contrastive() cannot be written in PyTorch's own terms"),
    ({"loss": losses.Function(np.subtract, np.subtract)}, {}, "cannot be written in PyTorch's own terms; choose"),
    (
        {"optimizer": gn.SGD(schedules.Chain([0.1, 0.01], [3]))}, {},
        "the schedule schedules.Chain((schedules.Constant(0.1), schedules.Constant(0.01)), (3.0,)) cannot be written",
    ),
    ({"optimizer": gn.SGD(schedules.StepDecay(0.1, 2.5))}, {}, "the schedule schedules.StepDecay(0.1, 2.5"),
    ({"optimizer": gn.SGD(schedules.LinearWarmup(0.1, 5, 0.0))}, {}, "the schedule schedules.LinearWarmup(0.1, 5"),
    ({"epochs": 0}, {}, "epochs must be an integer >= 1; got 0"),
    ({"batch_size": 0}, {}, "batch_size must be an integer >= 1; got 0"),
    ({}, {"initializer": own_draw()}, "the initializer of weight"),
    ({}, {"bias_initializer": "he_normal"}, "the initializer of bias initializers.HeNormal() cannot be written"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "layer", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_what_cannot_be_written_is_said(options: dict[str, Any], layer: dict[str, Any], message: str) -> None:
    net = Network([gn.Dense(1, **layer)], seed=0)
    net.assemble(*_zeros(net)) if layer.get("initializer") else net.build(2)
    with pytest.raises(ArgumentError, match=re.escape(message)):
        gn.to_torch_source(net, **options)


def _zeros(net: Network) -> tuple[Any, ...]:
    from glassnet import plan

    return plan.lay_out(net.layers, (2,)), np.zeros(3, np.float32), np.zeros(0, np.float32)


def test_a_network_must_be_built() -> None:
    with pytest.raises(NotBuiltError, match="this network is not built"):
        gn.to_torch_source(Network([gn.Dense(1)]))
