"""The command keeps what data mean: samples of several classes, and names of columns and classes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet.errors import DataError
from tests.cli.conftest import Complaint, Run
from tests.cli.output import cells, table

MODEL = "runs/several/model.safetensors"
X = np.random.default_rng(0).normal(size=(300, 4))
SEVERAL = (X[:, :3] > 0.2).astype(int)
ONE_OF = np.eye(3, dtype=int)[X[:, :3].argmax(axis=1)]


def trained(run: Run) -> str:
    np.savez("several.npz", X=X, y=SEVERAL)
    return run("train", "several.npz", "--engine", "numpy", "--epochs", "60").stdout


# ---- samples of several classes


def test_rows_of_several_ones_are_samples_of_several_classes(run: Run) -> None:
    shown = trained(run)
    parts = "210 training, 30 validation and 60 test samples"
    assert shown.startswith(
        f"several.npz: 4 features, 3 classes, of which a sample may be of several, {parts}\n"
    )
    assert cells(shown, "network")[0].endswith("Dense(3, 'sigmoid')")
    assert "loss        binary_cross_entropy\n" in shown
    network = gn.load(MODEL)
    assert network.meaning.multi_label
    right = network.predict_classes(X) == SEVERAL
    assert right.mean() > 0.9
    found = network.evaluate(X, SEVERAL)
    assert (found["accuracy"], found["label_accuracy"]) == pytest.approx(
        (right.all(axis=1).mean(), right.mean())
    )


@pytest.mark.parametrize("dtype", ["bool", "uint8", "float32"])
def test_whatever_their_dtype(run: Run, dtype: str) -> None:
    np.savez("several.npz", X=X, y=SEVERAL.astype(dtype))
    shown = run("train", "several.npz", "--engine", "numpy", "--epochs", "1").stdout
    assert "a sample may be of several" in shown


def test_rows_of_one_one_stay_classes(run: Run) -> None:
    np.savez("one.npz", X=X, y=ONE_OF)
    shown = run("train", "one.npz", "--engine", "numpy", "--epochs", "1").stdout
    assert shown.startswith("one.npz: 4 features, 3 classes, 210 training")
    assert not gn.load("runs/one/model.safetensors").meaning.multi_label


def test_rows_of_other_numbers_stay_values(run: Run) -> None:
    np.savez("values.npz", X=X, y=SEVERAL * 0.5)
    assert "regression" in run("train", "values.npz", "--engine", "numpy", "--epochs", "1").stdout


def test_a_column_for_each_class_is_predicted(run: Run) -> None:
    trained(run)
    run("predict", MODEL, "several.npz", "--output", "predictions.csv")
    rows, network = table(Path("predictions.csv")), gn.load(MODEL)
    assert list(rows[0]) == [f"{what}_{place}" for what in ("class", "probability") for place in range(3)]
    said = [[int(row[f"class_{place}"]) for place in range(3)] for row in rows]
    np.testing.assert_array_equal(said, network.predict_classes(X))
    probable = [[float(row[f"probability_{place}"]) for place in range(3)] for row in rows]
    np.testing.assert_allclose(probable, network.predict(X), rtol=1e-4, atol=1e-7)


def test_their_scores_are_those_of_all_classes_and_of_each(run: Run) -> None:
    trained(run)
    np.savez("more.npz", X=X[:50] + 0.1, y=SEVERAL[:50])
    shown = run("evaluate", MODEL, "more.npz").stdout
    names = ["accuracy", "label_accuracy", "f1"]
    found = gn.load(MODEL).evaluate(X[:50] + 0.1, SEVERAL[:50], metrics=names)
    for name, shown_as in zip(names, ("accuracy", "label accuracy", "F1"), strict=True):
        assert cells(shown, shown_as)[-1] == f"{100 * found[name]:.2f} %"


def test_samples_that_all_have_one_class_are_still_of_several(run: Run) -> None:
    trained(run)
    np.savez("alike.npz", X=X[:30], y=ONE_OF[:30])
    shown = run("evaluate", MODEL, "alike.npz").stdout
    expected = gn.load(MODEL).evaluate(X[:30], ONE_OF[:30])["accuracy"]
    assert cells(shown, "accuracy") == [f"{100 * expected:.2f} %"]


def test_the_page_and_the_diagnosis_know_it(run_and_draw: Run) -> None:
    trained(run_and_draw)
    page = Path("runs/several/report.html").read_text()
    assert "a sample may be of several, or of none" in page
    assert not Path("runs/several/confusion_matrix.png").exists()
    for loss in ([], ["--loss", "mse"]):
        assert "samples\n\nnothing found" in run_and_draw("diagnose", MODEL, "several.npz", *loss).stdout


@pytest.mark.parametrize(
    ("y", "found"),
    [
        (X[:, 0] > 0, "one of 2 classes for each sample"),
        (X[:, :3], "values"),
        (SEVERAL[:, :2], "rows of 0 and 1 for 2 classes"),
    ],
)
def test_other_targets_are_refused(run: Run, complaint: Complaint, y: np.ndarray, found: str) -> None:
    trained(run)
    np.savez("other.npz", X=X, y=y)
    answer = complaint("evaluate", MODEL, "other.npz")
    assert "other.npz must hold y with rows of 3 numbers, each 0 or 1; it has " + found in answer


def test_a_loss_for_one_class_names_the_one_for_several(complaint: Complaint) -> None:
    np.savez("several.npz", X=X, y=SEVERAL)
    assert "--loss binary_cross_entropy" in complaint("train", "several.npz", "--loss", "scce")


def test_rows_that_are_all_alike_teach_nothing(complaint: Complaint) -> None:
    np.savez("several.npz", X=X[:20], y=np.tile([1, 1, 0], (20, 1)))
    assert "all 20 rows of y of several.npz are the same (1 1 0)" in complaint("train", "several.npz")


# ---- names


def test_a_model_knows_the_columns_of_its_data_set(run: Run) -> None:
    run("train", "iris", "--engine", "numpy", "--epochs", "2")
    network, iris = gn.load("runs/iris/model.safetensors"), gn.datasets.iris()
    frame = pd.DataFrame(iris.X, columns=list(iris.feature_names))
    np.testing.assert_array_equal(network.predict(frame), network.predict(iris.X))
    with pytest.raises(DataError, match="another order"):
        network.predict(frame[frame.columns[::-1]])
    assert set(network.predict_class_names(frame)) <= set(iris.target_names or ())


def test_columns_of_a_file_have_no_names_that_could_be_wrong(run: Run) -> None:
    trained(run)
    network = gn.load(MODEL)
    np.testing.assert_array_equal(network.predict(pd.DataFrame(X, columns=list("abcd"))), network.predict(X))


def test_the_command_knows_the_names_that_a_network_learned_in_python(run: Run) -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    network = gn.Network([gn.Dense(3, "softmax")], seed=0)
    network.metadata["class_names"] = ["cat", "dog", "emu"]
    y = np.array(network.metadata["class_names"])[ONE_OF.argmax(axis=1)]
    network.fit(frame, y, loss="scce", epochs=50, progress=False)
    network.save("animals.safetensors")
    np.savez("animals.npz", X=X, y=y)
    shown = run("summary", "animals.safetensors").stdout
    assert cells(shown, "features") == ["4: a, b, c, d"]
    assert cells(shown, "classes") == ["3: cat, dog, emu"]
    run("predict", "animals.safetensors", "animals.npz", "--output", "predictions.csv")
    said = [row["class"] for row in table(Path("predictions.csv"))]
    np.testing.assert_array_equal(said, network.predict_class_names(X))
    expected = f"{100 * network.evaluate(X, y)['accuracy']:.2f} %"
    assert cells(run("evaluate", "animals.safetensors", "animals.npz").stdout, "accuracy") == [expected]


def test_sigmoids_of_classes_that_exclude_each_other_name_the_most_probable(run: Run) -> None:
    network = gn.Network([gn.Dense(3, "sigmoid")], seed=0)
    network.fit(X, ONE_OF, loss="bce", epochs=30, progress=False)
    network.save("one.safetensors")
    np.savez("one.npz", X=X, y=ONE_OF)
    run("predict", "one.safetensors", "one.npz", "--output", "predictions.csv")
    said = [int(row["class"]) for row in table(Path("predictions.csv"))]
    np.testing.assert_array_equal(said, network.predict_classes(X))
    expected = f"{100 * network.evaluate(X, ONE_OF)['accuracy']:.2f} %"
    assert cells(run("evaluate", "one.safetensors", "one.npz").stdout, "accuracy") == [expected]


def test_sigmoids_that_nobody_has_explained_are_values(run: Run) -> None:
    network = gn.Network([gn.Dense(3, "sigmoid")], seed=0, input_shape=4)
    network.save("unknown.safetensors")
    np.savez("several.npz", X=X, y=SEVERAL)
    run("predict", "unknown.safetensors", "several.npz", "--output", "predictions.csv")
    assert list(table(Path("predictions.csv"))[0]) == ["prediction_0", "prediction_1", "prediction_2"]
