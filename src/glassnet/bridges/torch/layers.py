"""Layers that torch.nn has no module for, as modules; programs get the text of these classes."""

import torch
from torch import nn


class Scale(nn.Module):
    """Multiplies each feature by a learned factor."""

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The features times their factors."""
        return x * self.weight


class Residual(nn.Sequential):
    """Adds its input to what its modules, one after the other, make of it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The input and the output of the modules, added."""
        return x + super().forward(x)


class Embedding(nn.Module):
    """Puts learned vectors in the place of columns of integers, behind the columns that pass."""

    def __init__(self, n_inputs: int, categories: dict[int, int], dimension: int) -> None:
        super().__init__()
        self.columns = list(categories)
        self.passing = [column for column in range(n_inputs) if column not in categories]
        self.tables = nn.ModuleList(nn.Embedding(n, dimension) for n in categories.values())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The columns that pass, then the vector of each integer."""
        vectors = [
            table(x[:, column].long()) for column, table in zip(self.columns, self.tables, strict=True)
        ]
        return torch.cat([x[:, self.passing], *vectors], dim=1)
