"""Text B, the topics in PyTorch: the same figures from tensors and modules, and glassnet beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import glassnet as gn
from glassnet import activations, losses
from tests.numbers.test_text_b import TARGETS, X_COLUMNS, XOR, Stream

Array = NDArray[Any]
DOUBLE = torch.float64


def linear(W: Array, b: Array) -> nn.Linear:
    """nn.Linear keeps W as the text writes it, (n_outputs, n_inputs)."""
    layer = nn.Linear(W.shape[1], W.shape[0], dtype=DOUBLE)
    layer.load_state_dict({"weight": torch.tensor(W), "bias": torch.tensor(b)})
    return layer


# ---- tensors to and from NumPy


def test_a_tensor_from_numpy_is_the_same_memory_and_a_tensor_made_of_it_a_copy() -> None:
    array = np.array([1.0, 2.0, 3.0])
    shared, copied = torch.from_numpy(array), torch.tensor(array)
    array[0] = 10
    assert shared.tolist() == [10, 2, 3]
    assert copied.tolist() == [1, 2, 3]
    shared[1] = 20
    assert array.tolist() == [10, 20, 3]
    assert np.shares_memory(shared.numpy(), array)
    assert shared.dtype == DOUBLE and torch.tensor(array.astype(np.float32)).dtype == torch.float32


def test_a_neuron_of_tensors() -> None:
    stream = Stream()
    w, x = torch.tensor(stream.w), torch.tensor([1.0, 2.0, 3.0], dtype=DOUBLE)
    assert (w @ x + stream.b).item() == pytest.approx(0.36862810213789665, rel=1e-15)
    z = torch.tensor([0.5, -0.2, 0.1]) @ torch.tensor([1.0, 2.0, 3.0]) + 0.3
    assert f"{z.item():.4f} {torch.relu(z).item():.4f}" == "0.7000 0.7000"


# ---- built-in activations


BUILT_IN: dict[str, Any] = {
    "relu": nn.ReLU(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "leaky_relu": nn.LeakyReLU(0.01),
    "elu": nn.ELU(), "gelu": nn.GELU(), "silu": nn.SiLU(), "softplus": nn.Softplus(),
}  # fmt: skip


@pytest.mark.parametrize("name", BUILT_IN)
def test_pytorchs_activations_and_their_derivatives_are_ours(name: str) -> None:
    z = np.linspace(-5, 5, 101)
    given = torch.tensor(z, requires_grad=True)
    a = BUILT_IN[name](given)
    a.sum().backward()
    ours = activations.get(name)
    np.testing.assert_allclose(a.detach(), ours.value(z), rtol=1e-13, atol=1e-16)
    assert given.grad is not None
    np.testing.assert_allclose(given.grad, ours.slope(z, ours.value(z)), rtol=1e-12, atol=1e-15)


# ---- nn.Linear, in both conventions


def test_linear_3_to_2_keeps_its_weights_as_the_text_writes_them_and_samples_as_we_do() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(3, 2)
    X = torch.tensor(X_COLUMNS.T, dtype=torch.float32)
    W, b = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    assert (W.shape, b.shape) == ((2, 3), (2,))
    output = layer(X).detach().numpy()
    np.testing.assert_allclose(output.T, W @ X_COLUMNS + b[:, None], rtol=1e-6)
    net = gn.from_torch(layer)
    assert net.layers == (gn.Dense(2),)
    np.testing.assert_array_equal(net.layers[0].view("weights"), W.T)
    np.testing.assert_allclose(net.predict(X), output, rtol=1e-6)


def test_a_layer_and_a_network_of_modules() -> None:
    stream, X = Stream(), torch.tensor(X_COLUMNS.T)
    layer = nn.Sequential(linear(stream.W, stream.b_layer), nn.ReLU())
    rounded = layer(X).T.detach().numpy().round(8)
    assert rounded.tolist() == [[0.302238, 0.41333025], [0.17704134, 0.26109338], [0, 0], [0, 0]]
    first = nn.Sequential(linear(stream.W1, stream.b1), nn.ReLU())
    second = nn.Sequential(first, linear(stream.W2, stream.b2))
    expected = [[0.12031836, 0.25105842], [0, 0], [0, 0], [0.28408839, 0.37997618]]
    assert first(X).T.detach().numpy().round(8).tolist() == expected
    expected = [[-0.13974659, -0.13512824], [-0.07165332, -0.06488582]]
    assert second(X).T.detach().numpy().round(8).tolist() == expected
    np.testing.assert_allclose(gn.from_torch(second).predict(X), second(X).detach(), rtol=1e-13)


# ---- losses


def test_the_losses_of_the_small_examples() -> None:
    def column(*values: float) -> Tensor:
        return torch.tensor(values, dtype=DOUBLE)

    bce, y = nn.BCELoss(), column(1, 0, 1, 1, 0)
    assert round(nn.MSELoss()(column(1.1, 2.3, 2.8), column(1, 2, 3)).item(), 4) == 0.0467
    assert round(bce(column(0.9, 0.1, 0.8, 0.7, 0.2), y).item(), 4) == 0.2027
    assert round(bce(column(0.3, 0.6, 0.4, 0.2, 0.8), y).item(), 4) == 1.2511
    rows = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.8, 0.1, 0.1]], dtype=DOUBLE)
    assert round(nn.NLLLoss()(rows.log(), torch.tensor([0, 1, 2, 0])).item(), 4) == 0.3284


# ---- a module of two layers on XOR


class TwoLayers(nn.Module):
    """2 - hidden ReLU - 1 sigmoid."""

    def __init__(self, hidden: nn.Linear, output: nn.Linear) -> None:
        super().__init__()
        self.hidden, self.output = hidden, output

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.output(torch.relu(self.hidden(x))))


def test_a_module_of_two_layers_on_xor_with_bce_loss() -> None:
    random = np.random.RandomState(42)
    W1, W2 = 0.5 * random.randn(4, 2), 0.5 * random.randn(1, 4)
    module = TwoLayers(linear(W1, np.zeros(4)), linear(W2, np.zeros(1)))
    output, y = module(torch.tensor(XOR)), torch.tensor(TARGETS)
    assert output[:, 0].detach().numpy().round(8).tolist() == [0.5, 0.52927385, 0.46149694, 0.49478509]
    assert round(nn.BCELoss()(output, y).item(), 4) == 0.6964
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(4, "relu"), gn.Dense(1, "sigmoid"))
    np.testing.assert_allclose(net.predict(XOR), output.detach(), rtol=1e-14)
    assert losses.get("bce").value(TARGETS, net.predict(XOR)) == pytest.approx(0.6964, abs=5e-5)


# ---- the exercise: 2 - 8 - 4 - 1, ReLU, a sigmoid at the end


def exercise() -> nn.Sequential:
    torch.manual_seed(1)
    hidden = nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU()
    return nn.Sequential(*hidden, nn.Linear(4, 1), nn.Sigmoid())


def test_the_exercise_is_one_network_in_both() -> None:
    module = exercise()
    net = gn.from_torch(module)
    assert net.layers == (gn.Dense(8, "relu"), gn.Dense(4, "relu"), gn.Dense(1, "sigmoid"))
    assert [type(part) for part in net.to_torch()] == [type(part) for part in module]
    X = torch.rand(10, 2)
    output = module(X).detach().numpy()
    assert output.shape == (10, 1) and ((output > 0) & (output < 1)).all()
    np.testing.assert_allclose(net.predict(X), output, rtol=1e-6)


def test_the_exercise_learns_xor_alike_in_both() -> None:
    module, X, y = (
        exercise(),
        torch.tensor(XOR, dtype=torch.float32),
        torch.tensor(TARGETS, dtype=torch.float32),
    )
    net = gn.from_torch(module)
    criterion, optimizer, found = nn.BCELoss(), torch.optim.Adam(module.parameters(), lr=0.05), []
    for _ in range(200):
        optimizer.zero_grad()
        loss = criterion(module(X), y)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    history = net.fit(X, y, loss="bce", optimizer=gn.Adam(0.05), epochs=200, engine="torch", progress=False)
    np.testing.assert_allclose(history["loss"], found, rtol=1e-3)
    assert found[-1] < 0.01
    assert net.predict_classes(X).tolist() == [0, 1, 1, 0]
