"""Data sets of real measurements, from scikit-learn's bundled files: nothing is downloaded."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.datasets.dataset import Dataset, scikit_learn_datasets
from glassnet.support import checks
from glassnet.support.calls import explained


@explained
def digits(*, scaled: bool = True) -> Dataset:
    """Handwritten digits, 8 × 8 pixels each.

    Parameters
    ----------
    scaled : bool
        Divide the pixels, whole numbers from 0 (white) to 16 (black), by 16.

    Returns
    -------
    Dataset
        `X` of shape (1797, 64), 0 to 1 if scaled, rows of the image one after the other;
        `y` int64, the digits 0 to 9.

    Notes
    -----
    Source: Alpaydin and Kaynak, *Optical Recognition of Handwritten Digits*, UCI, 1998, test part.
    """
    checks.truth("scaled", scaled)
    bunch = scikit_learn_datasets("digits").load_digits()
    X, y, names = bunch.data, bunch.target, bunch.feature_names
    description = "Images of handwritten digits, 8 x 8 pixels; which digit?"
    return _classification("digits", X / 16 if scaled else X, y, names, range(10), description)


@explained
def iris() -> Dataset:
    """Three species of iris, 50 flowers each.

    Returns
    -------
    Dataset
        `X` of shape (150, 4): length and width of sepal and petal, in cm, 0.1 to 7.9;
        `y` int64, the species 0 to 2.

    Notes
    -----
    Source: Fisher, "The use of multiple measurements in taxonomic problems", 1936.
    """
    bunch = scikit_learn_datasets("iris").load_iris()
    description = "Four lengths of an iris flower, in cm; which species?"
    return _from_bunch("iris", bunch, description)


@explained
def wine() -> Dataset:
    """Chemical analyses of wines from three growers.

    Returns
    -------
    Dataset
        `X` of shape (178, 13): alcohol, acids, phenols, colour …, each in its own unit, 0.1 to
        1680, so standardise it; `y` int64, the grower 0 to 2.

    Notes
    -----
    Source: Forina et al., *PARVUS*, 1988; Aeberhard and Forina, *Wine*, UCI, 1991.
    """
    bunch = scikit_learn_datasets("wine").load_wine()
    return _from_bunch("wine", bunch, "Thirteen chemical measurements of a wine; whose is it?")


@explained
def breast_cancer() -> Dataset:
    """Cell nuclei of 569 breast tumours, malignant (0) or benign (1).

    Returns
    -------
    Dataset
        `X` of shape (569, 30): mean, standard error and worst value of ten measures of size,
        shape and texture, 0 to 4254, so standardise it; `y` int64 labels 0 and 1.

    Notes
    -----
    Source: Street, Wolberg and Mangasarian, "Nuclear feature extraction for breast tumor
    diagnosis", 1993.
    """
    bunch = scikit_learn_datasets("breast_cancer").load_breast_cancer()
    description = "Thirty measurements of cell nuclei; malignant or benign?"
    return _from_bunch("breast_cancer", bunch, description)


@explained
def diabetes(*, scaled: bool = True) -> Dataset:
    """Progress of diabetes in 442 patients, one year after ten measurements.

    Parameters
    ----------
    scaled : bool
        Shift each feature to mean 0 and scale it to a sum of squares of 1; otherwise years,
        kg/m², mmHg and so on.

    Returns
    -------
    Dataset
        `X` of shape (442, 10); `y` float64 of shape (442, 1), a score from 25 to 346.

    Notes
    -----
    Source: Efron, Hastie, Johnstone and Tibshirani, "Least angle regression", 2004.
    """
    checks.truth("scaled", scaled)
    bunch = scikit_learn_datasets("diabetes").load_diabetes(scaled=scaled)
    return Dataset(
        X=bunch.data.astype(np.float64),
        y=bunch.target.astype(np.float64)[:, np.newaxis],
        feature_names=_names(bunch.feature_names),
        target_names=None,
        task="regression",
        name="diabetes",
        description="Ten measurements of a patient; how far is diabetes a year later?",
    )


def _from_bunch(name: str, bunch: Any, description: str) -> Dataset:
    return _classification(
        name, bunch.data, bunch.target, bunch.feature_names, bunch.target_names, description
    )


def _classification(
    name: str, X: Any, y: Any, feature_names: Any, target_names: Any, description: str
) -> Dataset:
    return Dataset(
        X=X.astype(np.float64),
        y=y.astype(np.int64),
        feature_names=_names(feature_names),
        target_names=_names(target_names),
        task="classification",
        name=name,
        description=description,
    )


def _names(names: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in names)
