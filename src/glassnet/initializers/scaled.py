"""Initializers that fit the spread of the weights to the size of the layer."""

from __future__ import annotations

import math

from glassnet.initializers.base import Initializer, InitializerFacts, Random, Shape, registry
from glassnet.support.arrays import Floats

__all__ = [
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "TorchLinear",
]  # fmt: skip


@registry.register("glorot_uniform", "xavier_uniform")
class GlorotUniform(Initializer):
    """Uniform, variance 2 / (fan_in + fan_out): for tanh and sigmoid."""

    facts = InitializerFacts(
        formula="w ~ U(−limit, limit), limit = √(6 / (fan_in + fan_out))",
        latex=r"w \sim \mathcal{U}(-l, l),\quad l = \sqrt{6 / (n_\mathrm{in} + n_\mathrm{out})}",
        range="−limit to limit",
        source="Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward "
        "neural networks, section 4.2.1, equation 16",
        elsewhere="torch.nn.init.xavier_uniform_", needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(6 / (fan_in + fan_out))."""
        limit = math.sqrt(6.0 / (fan_in + fan_out))
        return random.uniform(-limit, limit, shape)


@registry.register("glorot_normal", "xavier_normal")
class GlorotNormal(Initializer):
    """Normal, variance 2 / (fan_in + fan_out): for tanh and sigmoid."""

    facts = InitializerFacts(
        formula="w = √(2 / (fan_in + fan_out)) · N(0, 1)",
        latex=r"w \sim \mathcal{N}(0, 2 / (n_\mathrm{in} + n_\mathrm{out}))", range="all numbers",
        source="Glorot, Bengio 2010, section 4.2.1, equation 12", elsewhere="torch.nn.init.xavier_normal_",
        needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(2 / (fan_in + fan_out)) * N(0, 1), not truncated."""
        return math.sqrt(2.0 / (fan_in + fan_out)) * random.standard_normal(shape)


@registry.register("he_uniform", "kaiming_uniform")
class HeUniform(Initializer):
    """Uniform, variance 2 / fan_in: for ReLU and its kin."""

    facts = InitializerFacts(
        formula="w ~ U(−limit, limit), limit = √(6 / fan_in)",
        latex=r"w \sim \mathcal{U}(-l, l),\quad l = \sqrt{6 / n_\mathrm{in}}", range="−limit to limit",
        source="He, Zhang, Ren, Sun 2015, Delving deep into rectifiers, section 2.2, equation 10",
        elsewhere="torch.nn.init.kaiming_uniform_", torch_arguments=', nonlinearity="relu"', needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(6 / fan_in)."""
        limit = math.sqrt(6.0 / fan_in)
        return random.uniform(-limit, limit, shape)


@registry.register("he_normal", "kaiming_normal")
class HeNormal(Initializer):
    """Normal, variance 2 / fan_in: for ReLU and its kin."""

    facts = InitializerFacts(
        formula="w = √(2 / fan_in) · N(0, 1)", latex=r"w \sim \mathcal{N}(0, 2 / n_\mathrm{in})", range="all numbers",
        source="He, Zhang, Ren, Sun 2015, section 2.2, equation 10", elsewhere="torch.nn.init.kaiming_normal_",
        torch_arguments=', nonlinearity="relu"', needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(2 / fan_in) * N(0, 1), not truncated."""
        return math.sqrt(2.0 / fan_in) * random.standard_normal(shape)


@registry.register("lecun_uniform")
class LecunUniform(Initializer):
    """Uniform, variance 1 / fan_in: a linear layer keeps the variance of its input."""

    facts = InitializerFacts(
        formula="w ~ U(−limit, limit), limit = √(3 / fan_in)",
        latex=r"w \sim \mathcal{U}(-l, l),\quad l = \sqrt{3 / n_\mathrm{in}}", range="−limit to limit",
        source="LeCun, Bottou, Orr, Müller 1998, Efficient BackProp, section 4.6, equation 16",
        elsewhere="torch.nn.init.kaiming_uniform_", torch_arguments=', nonlinearity="linear"', needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = sqrt(3 / fan_in)."""
        limit = math.sqrt(3.0 / fan_in)
        return random.uniform(-limit, limit, shape)


@registry.register("lecun_normal")
class LecunNormal(Initializer):
    """Normal, variance 1 / fan_in: a linear layer keeps the variance of its input."""

    facts = InitializerFacts(
        formula="w = √(1 / fan_in) · N(0, 1)", latex=r"w \sim \mathcal{N}(0, 1 / n_\mathrm{in})", range="all numbers",
        source="LeCun, Bottou, Orr, Müller 1998, section 4.6, equation 16", elsewhere="torch.nn.init.kaiming_normal_",
        torch_arguments=', nonlinearity="linear"', needs_fans=True,
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w = sqrt(1 / fan_in) * N(0, 1), not truncated."""
        return math.sqrt(1.0 / fan_in) * random.standard_normal(shape)


@registry.register("torch_linear", "torch", "pytorch")
class TorchLinear(Initializer):
    """Uniform, variance 1 / (3 fan_in): the default of torch.nn.Linear, weights and bias alike."""

    facts = InitializerFacts(
        formula="w ~ U(−limit, limit), limit = 1 / √fan_in",
        latex=r"w \sim \mathcal{U}(-l, l),\quad l = 1 / \sqrt{n_\mathrm{in}}", range="−limit to limit", source="",
        elsewhere="torch.nn.Linear",
    )  # fmt: skip

    def draw(self, random: Random, shape: Shape, fan_in: int, fan_out: int) -> Floats:
        """w ~ U(-limit, limit), limit = 1 / sqrt(fan_in)."""
        limit = 1.0 / math.sqrt(fan_in)
        return random.uniform(-limit, limit, shape)
