"""Data sets to learn on, and what is done to data before training."""

from glassnet.data.dataset import Dataset
from glassnet.data.preparation import Standardizer, one_hot, train_test_split

__all__ = ["Dataset", "Standardizer", "one_hot", "train_test_split"]
